"""The launcher of worker jobs: what it asks of a made-up Slurm, when, and what it says where it gets no workers."""

from __future__ import annotations

import pytest
from scripted_slurm import FAILED, FULL, SILENCE, AtOnce
from slurm_runs import a_run
from slurm_stage import Stage, hello, settle, states

from worker.launch.launcher import AgentState
from worker.launch.slurm import sites
from worker.launch.slurm.client import Answer
from worker.launch.slurm.job_states import Ride
from worker.launch.slurm.submission_log import SubmissionLog
from worker.launch.slurm.submit_pace import SPACING
from worker.launch.slurm.worker_jobs import SlurmLauncher
from worker.store.appender import StorageFullError

REFUSED = Answer(1, "", f"{FAILED}Invalid partition name specified")
LOST = Answer(None, "", "")
AN_HOUR = Answer(0, "alpha*|up|1:00:00|4|8|4000|idle|(null)|(null)\n", "")


def test_workers_wait_and_run_as_the_queue_says(stage: Stage) -> None:
    launcher = stage.launcher()
    identities = launcher.start(2)
    assert identities == ["j1-1-0", "j1-1-1"]
    assert states(launcher) == [AgentState.PENDING] * 2
    stage.queue_shows("0|RUNNING|n1|None", "1|PENDING||Priority")
    stage.later(launcher, 5)
    assert states(launcher) == [AgentState.RUNNING, AgentState.PENDING]
    assert launcher.trouble == ""
    assert launcher.hopeless is None
    stage.slurm.answers["squeue"] = SILENCE
    stage.later(launcher, 60)
    assert launcher.trouble.startswith("Slurm does not answer")
    stage.queue_shows("0|RUNNING|n1|None", "1|RUNNING|n1|None")
    stage.later(launcher, 60)
    assert launcher.trouble == ""


def test_no_array_has_more_elements_than_slurm_takes(stage: Stage) -> None:
    launcher = stage.launcher(max_array=2)
    identities = launcher.start(5)
    assert identities == ["j1-1-0", "j1-1-1", "j1-2-0", "j1-2-1", "j1-3-0"]
    settle(launcher)
    assert ["--array=0-1" in script for script in stage.slurm.scripts] == [True, True, False]
    assert len({stage.name(number) for number in range(3)}) == 3


def test_where_slurm_takes_no_more_jobs_half_as_many_are_asked_for(stage: Stage) -> None:
    launcher = stage.launcher()
    stage.slurm.answers["sbatch"] = FULL
    for tried in (5, 2, 1):
        assert len(launcher.start(5)) == tried
        settle(launcher)
        assert launcher.trouble.startswith("Slurm accepts no more jobs at the moment (")
        assert "goes on with the workers it has" in launcher.trouble
        assert launcher.start(5) == []
        stage.now += SPACING
    del stage.slurm.answers["sbatch"]
    assert len(launcher.start(5)) == 5
    settle(launcher)
    assert launcher.trouble == ""
    assert launcher.hopeless is None


def test_where_slurm_takes_some_again_there_is_no_limit_any_more(stage: Stage) -> None:
    launcher = stage.launcher()
    stage.slurm.answers["sbatch"] = FULL
    launcher.start(4)
    settle(launcher)
    del stage.slurm.answers["sbatch"]
    stage.now += SPACING
    assert len(launcher.start(4)) == 2
    assert launcher.start(4) == [], "its answer shows how many it takes"
    settle(launcher)
    assert launcher.trouble == ""
    stage.now += SPACING
    assert len(launcher.start(4)) == 4


def test_a_first_refusal_is_the_end(stage: Stage) -> None:
    launcher = stage.launcher()
    stage.slurm.answers["sbatch"] = REFUSED
    launcher.start(2)
    settle(launcher)
    assert launcher.hopeless is not None
    assert launcher.hopeless.path == "slurm.partition"
    assert launcher.trouble == str(launcher.hopeless)
    assert states(launcher) == [AgentState.GONE] * 2
    stage.now += 1000
    assert launcher.start(2) == []


def test_a_later_refusal_is_asked_about_less_and_less_until_a_worker_begins(stage: Stage) -> None:
    launcher = stage.launcher()
    (first,) = launcher.start(1)
    settle(launcher)
    stage.slurm.answers["sbatch"] = REFUSED
    for pause in (SPACING, SPACING, SPACING, 40, 80, 160, 300, 300):
        assert launcher.start(1)
        settle(launcher)
        assert launcher.hopeless is None
        assert launcher.trouble.startswith(
            "Slurm rejects new worker jobs: Batch job submission failed: Invalid partition name specified."
        )
        stage.now += pause - 1
        assert launcher.start(1) == []
        stage.now += 1
    hello(launcher, first)
    assert launcher.start(1)
    settle(launcher)
    stage.now += SPACING
    assert launcher.start(1)


@pytest.mark.parametrize("full", [False, True])
def test_what_cannot_be_written_down_is_not_submitted(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, full: bool
) -> None:
    launcher = stage.launcher()

    def no_space(*_: object) -> None:
        raise StorageFullError(stage.paths.slurm, OSError(28, "No space left on device"))

    with monkeypatch.context() as patched:
        if full:
            patched.setattr(SubmissionLog, "intend", no_space)
        else:
            stage.paths.slurm.rename(stage.paths.root / "aside")
        assert launcher.start(2) == []
        settle(launcher)
    said_first = "Cannot write to" if full else "The job script cannot be written: "
    assert launcher.trouble.startswith(said_first)
    assert stage.slurm.times("sbatch") == 0
    stage.paths.slurm.mkdir(exist_ok=True)
    assert launcher.start(2) == []
    stage.now += 5
    assert len(launcher.start(2)) == 2
    settle(launcher)
    assert launcher.trouble == ""


def test_nothing_is_submitted_before_the_limits_of_jobs_are_known(stage: Stage) -> None:
    launcher = stage.launcher(a_run(runtime=7200), walltime=None)
    stage.slurm.answers |= {"sinfo": SILENCE, "scontrol": Answer(0, "MaxArraySize = 3\n", "")}
    assert launcher.start(2) == []
    assert launcher.start(2) == []
    settle(launcher)
    assert stage.slurm.times("sinfo") == 1
    assert launcher.trouble.startswith("Slurm does not answer")
    stage.slurm.answers["sinfo"] = AN_HOUR
    for _ in range(2):
        assert launcher.start(2) == []
        settle(launcher)
        stage.now += 5
    assert stage.slurm.times("sinfo") == 2
    assert launcher.trouble == ""
    assert len(launcher.start(4)) == 4
    settle(launcher)
    assert ["--time=0-01:00:00" in script for script in stage.slurm.scripts] == [True, True], (
        "the partition's"
    )


def test_a_lost_answer_is_looked_up_and_given_up_and_what_comes_late_is_ended(stage: Stage) -> None:
    launcher = stage.launcher()
    stage.slurm.answers["sbatch"] = LOST
    launcher.start(2)
    settle(launcher)
    assert launcher.trouble.startswith(
        "It is not known whether Slurm accepted the last workers (no answer in time)"
    )
    for _ in range(3):
        stage.later(launcher, 60)
    assert states(launcher) == [AgentState.GONE] * 2
    assert launcher.trouble.startswith("Slurm accepts no more jobs at the moment (no answer in time)")
    assert stage.slurm.last("scancel")[-1] == f"--name={stage.name()}"
    ended = stage.slurm.times("scancel")
    stage.queue_shows("0|PENDING||Priority", "1|CANCELLED||None")
    stage.later(launcher, 60)
    stage.later(launcher, 10)
    assert stage.slurm.times("scancel") > ended, "its workers have been asked for again"
    asked = stage.slurm.times("squeue")
    stage.later(launcher, 900)
    assert stage.slurm.times("squeue") == asked


def test_what_was_given_up_and_has_ended_is_not_ended_again(stage: Stage) -> None:
    launcher = stage.launcher()
    stage.slurm.answers["sbatch"] = LOST
    launcher.start(1)
    settle(launcher)
    for _ in range(3):
        stage.later(launcher, 60)
    ended = stage.slurm.times("scancel")
    stage.queue_shows("0|CANCELLED||None")
    stage.later(launcher, 60)
    stage.later(launcher, 10)
    assert stage.slurm.times("scancel") == ended


@pytest.mark.parametrize(("answers", "at_once"), [(AN_HOUR, True), (SILENCE, False)])
def test_a_driver_asks_for_the_limits_before_it_begins(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, answers: Answer, at_once: bool
) -> None:
    stage.slurm.answers |= {"sinfo": answers, "scontrol": Answer(0, "MaxArraySize = 3\n", "")}
    monkeypatch.setattr(sites, "client_of", lambda run: stage.slurm)
    launcher = SlurmLauncher.for_driver(a_run(runtime=7200), stage.paths, 1, starts=True, ride=None)
    assert (launcher.start(4) != []) == at_once
    launcher.close()
    hours = ["--time=0-01:00:00" in script for script in stage.slurm.scripts]
    assert hours == ([True, True] if at_once else [])


def test_a_driver_that_starts_no_workers_asks_for_no_limits(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sites, "client_of", lambda run: stage.slurm)
    SlurmLauncher.for_driver(a_run(), stage.paths, 1, starts=False, ride=None).close()
    assert stage.slurm.calls == []


def test_a_driver_for_which_workers_wait_asks_for_limits_when_it_wants_more_of_them(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.slurm.answers |= {"sinfo": AN_HOUR, "scontrol": Answer(0, "MaxArraySize = 3\n", "")}
    monkeypatch.setattr(sites, "client_of", lambda run: stage.slurm)
    launcher = SlurmLauncher.for_driver(a_run(runtime=7200), stage.paths, 1, starts=True, ride=Ride("j0-1-0"))
    assert stage.slurm.calls == []
    assert launcher.start(2) == [] and launcher.trouble == ""
    launcher.poll()
    assert launcher.start(2) != []
    launcher.close()
    assert "--time=0-01:00:00" in stage.slurm.scripts[0] and "--mem=550M" in stage.slurm.scripts[0]


def test_a_slow_slurm_has_one_question_at_a_time(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    launcher = stage.launcher()
    launcher.start(1)
    settle(launcher)
    with monkeypatch.context() as slow:
        slow.setattr(AtOnce, "harvest", lambda self: None)
        for _ in range(4):
            stage.later(launcher, 60)
    launcher.poll()
    assert stage.slurm.times("squeue") == 1
    stage.later(launcher, 60)
    assert stage.slurm.times("squeue") == 2
