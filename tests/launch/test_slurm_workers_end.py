"""What the launcher of worker jobs takes over, ends, and leaves out, on a made-up Slurm."""

from __future__ import annotations

from pathlib import Path

import pytest
from json_records import said
from scripted_slurm import FAILED, SILENCE
from slurm_runs import a_run
from slurm_stage import Stage, hello, settle, states

from worker.launch.launcher import AgentState
from worker.launch.slurm import sites
from worker.launch.slurm.client import Answer
from worker.launch.slurm.scheduler import Slurm


def test_a_driver_takes_over_what_the_one_before_it_asked_for(stage: Stage) -> None:
    before = stage.launcher()
    before.start(2)
    before.start(1)
    settle(before)
    before.note("j1-2-0", said({"kind": "bye", "reason": "Nothing is left to do."}))
    before.close()
    after = stage.launcher(epoch=2)
    assert after.start(1) == ["j2-1-0"]
    settle(after)
    reports = after.poll()
    assert [reports[one].job for one in ("j1-1-0", "j1-1-1", "j2-1-0")] == ["7_0", "7_1", "9_0"]
    assert reports["j1-2-0"].state is AgentState.GONE
    asked = stage.slurm.last("squeue")
    assert [stage.name(number) in " ".join(asked) for number in range(3)] == [True, False, True]


def test_jobs_of_a_later_driver_are_none_of_an_earlier_ones(stage: Stage) -> None:
    later = stage.launcher(epoch=2)
    later.start(1)
    later.close()
    assert states(stage.launcher(epoch=2)) == []
    assert len(states(stage.launcher(epoch=3))) == 1


def test_what_came_into_the_queue_with_the_driver_is_looked_for_a_moment_later(stage: Stage) -> None:
    first = stage.launcher(epoch=0)
    first.start(1)
    first.close()
    driver = stage.launcher(epoch=1)
    stage.later(driver, 4)
    assert stage.slurm.times("squeue") == 0
    stage.later(driver, 1)
    assert stage.slurm.times("squeue") == 1


def lose_answers(stage: Stage) -> None:
    """What Slurm has answered before there was a driver is not written down."""
    notes = stage.paths.submissions(0)
    notes.write_text("".join(line for line in notes.read_text().splitlines(True) if "answered" not in line))


def test_an_answer_that_the_driver_before_has_lost_is_looked_up_at_once(stage: Stage) -> None:
    before = stage.launcher(epoch=0)
    before.start(1)
    settle(before)
    before.close()
    lose_answers(stage)
    driver = stage.launcher(epoch=1)
    assert states(driver) == [AgentState.UNKNOWN]
    assert "the answer was lost" in driver.trouble
    stage.queue_shows("0|RUNNING|n1|None")
    settle(driver)
    assert stage.slurm.times("squeue") == 1
    assert states(driver) == [AgentState.RUNNING]
    assert driver.trouble == ""


@pytest.mark.parametrize(
    ("epoch", "begun", "waits"), [(0, False, True), (1, False, True), (1, True, False), (2, False, False)]
)
def test_only_the_workers_that_begin_the_run_wait_for_their_time(
    stage: Stage, epoch: int, begun: bool, waits: bool
) -> None:
    launcher = stage.launcher(a_run(begin="now+1hour"), epoch)
    if begun:
        (first,) = launcher.start(1)
        settle(launcher)
        hello(launcher, first)
    launcher.start(1)
    settle(launcher)
    assert ("--begin" in stage.slurm.scripts[-1]) == waits


def test_workers_that_are_stopped_are_gone_when_slurm_has_taken_it(stage: Stage) -> None:
    launcher = stage.launcher()
    identities = launcher.start(3)
    settle(launcher)
    hello(launcher, identities[0])
    stage.queue_shows("0|RUNNING|n1|None", "1|PENDING||Priority", "2|PENDING||Priority")
    stage.slurm.answers["scancel"] = SILENCE
    launcher.stop(identities[:2])
    settle(launcher)
    assert stage.slurm.last("scancel")[-2:] == ("7_0", "7_1")
    assert AgentState.GONE not in states(launcher)
    stage.later(launcher, 4)
    assert stage.slurm.times("scancel") == 1
    del stage.slurm.answers["scancel"]
    stage.later(launcher, 1)
    assert stage.slurm.times("scancel") == 2
    assert states(launcher) == [AgentState.RUNNING, AgentState.GONE, AgentState.PENDING], "one says so itself"
    stage.later(launcher, 60)
    assert stage.slurm.times("scancel") == 2


def test_what_an_agent_says_comes_before_what_the_queue_shows(stage: Stage) -> None:
    launcher = stage.launcher()
    first, second, third = launcher.start(3)
    settle(launcher)
    launcher.note(first, said({"kind": "bye", "reason": "Its walltime is up."}))
    launcher.note(second, said({"kind": "ended", "exit_code": 137}))
    hello(launcher, third)
    reports = launcher.poll()
    assert states(launcher) == [AgentState.GONE, AgentState.GONE, AgentState.RUNNING]
    assert reports[first].reason == "Its walltime is up."
    assert reports[second].reason == "Its process was ended by signal 9 (SIGKILL)."
    launcher.note(third, said({"kind": "bye", "reason": ""}))
    stage.later(launcher, 60)
    assert stage.slurm.times("squeue") == 0, "nothing is left to ask about"


def test_a_worker_that_speaks_is_there_although_the_queue_has_lost_it(stage: Stage) -> None:
    launcher = stage.launcher()
    (only,) = launcher.start(1)
    settle(launcher)
    hello(launcher, only)
    for _ in range(4):
        stage.later(launcher, 40)
        launcher.note(only, said({"kind": "busy", "trial": 1, "attempt": 1}))
    assert states(launcher) == [AgentState.RUNNING]


def test_what_would_wait_for_ever_is_cancelled_and_explained(stage: Stage) -> None:
    launcher = stage.launcher()
    launcher.start(3)
    settle(launcher)
    stage.queue_shows("0|RUNNING|n1|None", "1|PENDING||BadConstraints", "2|PENDING||BadConstraints")
    stage.later(launcher, 5)
    assert launcher.hopeless is not None
    assert launcher.hopeless.path == "slurm.sbatch"
    assert stage.slurm.last("scancel")[-2:] == ("7_1", "7_2")
    assert states(launcher) == [AgentState.RUNNING, AgentState.GONE, AgentState.GONE]
    assert (
        launcher.poll()["j1-1-1"].reason == "No node has everything that the job asks for (BadConstraints)."
    )


def test_a_limit_that_was_lowered_is_asked_for_and_obeyed(stage: Stage) -> None:
    launcher = stage.launcher(a_run(runtime=7200), walltime=7200)
    stage.slurm.answers |= {
        "sinfo": Answer(0, "alpha*|up|1:00:00|4|8|4000|idle|(null)|(null)\n", ""),
        "scontrol": Answer(0, "MaxArraySize = 9\n", ""),
    }
    for seconds in ("0-02:00:00", "0-01:00:00"):
        launcher.start(1)
        settle(launcher)
        assert f"--time={seconds}" in stage.slurm.scripts[-1]
        assert launcher.hopeless is None
        stage.queue_shows("0|PENDING||PartitionTimeLimit", job=6 + len(stage.slurm.scripts))
        stage.later(launcher, 60)
        assert launcher.start(1) == [], "the limit is asked for first"
        settle(launcher)
    launcher.start(1)
    settle(launcher)
    stage.queue_shows("0|PENDING||PartitionTimeLimit", job=9)
    stage.later(launcher, 60)
    assert launcher.hopeless is not None, "Slurm has said the same of the limit that it names itself"
    assert launcher.hopeless.path == "slurm.walltime"


def test_a_walltime_that_a_person_has_written_is_not_shortened(stage: Stage) -> None:
    launcher = stage.launcher(a_run(walltime=3600))
    launcher.start(1)
    settle(launcher)
    stage.queue_shows("0|PENDING||PartitionTimeLimit")
    stage.later(launcher, 5)
    assert launcher.hopeless is not None
    assert launcher.hopeless.path == "slurm.walltime"


def test_a_longer_job_of_an_earlier_driver_is_replaced_by_a_shorter_one(stage: Stage) -> None:
    before = stage.launcher(a_run(runtime=7200), walltime=7200)
    before.start(1)
    settle(before)
    before.close()
    driver = stage.launcher(a_run(runtime=7200), epoch=2, walltime=3600)
    stage.queue_shows("0|PENDING||PartitionTimeLimit")
    settle(driver)
    assert states(driver) == [AgentState.GONE]
    assert driver.hopeless is None
    assert len(driver.start(1)) == 1, "the limit is known already"


def test_jobs_keep_away_from_a_node_that_failed_twice(stage: Stage) -> None:
    launcher = stage.launcher(a_run(exclude="n9"))
    identities = launcher.start(4)
    settle(launcher)
    running = ("0|RUNNING|n1|None", "1|RUNNING|n1|None", "2|RUNNING|n2|None")
    stage.queue_shows(*running, "3|PENDING||Priority")
    stage.later(launcher, 5)
    for identity in identities[:2]:
        hello(launcher, identity)
        launcher.note(identity, said({"kind": "ended", "exit_code": 137}))
    assert launcher.trouble.startswith("Workers on n1 failed twice in a row")
    stage.later(launcher, 60)
    assert stage.slurm.last("scontrol") == ("scontrol", "update", "JobId=7", "ExcNodeList=n1,n9")
    asked = stage.slurm.times("scontrol")
    stage.later(launcher, 60)
    assert stage.slurm.times("scontrol") == asked
    launcher.start(1)
    settle(launcher)
    assert "--exclude=n1,n9" in stage.slurm.scripts[-1]
    assert launcher.hopeless is None


def test_where_too_few_nodes_are_left_the_failed_ones_are_taken_again(stage: Stage) -> None:
    launcher = stage.launcher()
    identities = launcher.start(2)
    settle(launcher)
    stage.queue_shows("0|RUNNING|n1|None", "1|RUNNING|n1|None")
    stage.later(launcher, 5)
    for identity in identities:
        hello(launcher, identity)
        launcher.note(identity, said({"kind": "ended", "exit_code": 137}))
    stage.slurm.answers["sbatch"] = Answer(1, "", f"{FAILED}Requested node configuration is not available")
    launcher.start(1)
    settle(launcher)
    assert "--exclude=n1" in stage.slurm.scripts[-1]
    assert launcher.hopeless is None
    assert launcher.trouble == ""
    del stage.slurm.answers["sbatch"]
    assert launcher.start(1), "at once"
    settle(launcher)
    assert "--exclude" not in stage.slurm.scripts[-1]


def test_after_workers_that_never_began_the_next_are_asked_for_later(stage: Stage) -> None:
    launcher = stage.launcher()
    launcher.start(1)
    settle(launcher)
    stage.queue_shows("0|FAILED|n1|None")
    stage.later(launcher, 5)
    assert states(launcher) == [AgentState.GONE]
    assert launcher.start(1) == []
    stage.now += 5
    assert len(launcher.start(1)) == 1


def test_a_submission_that_is_over_is_no_more_asked_about_by_any_driver(stage: Stage) -> None:
    before = stage.launcher()
    before.start(1)
    settle(before)
    stage.queue_shows("0|COMPLETED|n1|None")
    stage.later(before, 5)
    before.close()
    after = stage.launcher(epoch=2)
    stage.later(after, 60)
    assert states(after) == [AgentState.GONE]
    assert stage.slurm.times("squeue") == 1
    assert stage.paths.submissions(1).read_text().count('"over"') == 1


@pytest.mark.parametrize("answer", ["told", "lost"])
def test_the_job_in_which_the_driver_goes_on_is_not_ended_with_the_rest_of_its_array(
    stage: Stage, answer: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sites, "client_of", lambda run: stage.slurm)
    monkeypatch.setenv("SLURM_JOB_ID", "70")
    monkeypatch.setenv("SLURM_ARRAY_JOB_ID", "7")
    monkeypatch.setenv("SLURM_ARRAY_TASK_ID", "0")
    before = stage.launcher(epoch=0)
    own, other, alone = [*before.start(2), *before.start(1)]
    settle(before)
    before.close()
    if answer == "lost":
        lose_answers(stage)
    driver = Slurm().launcher(a_run(), stage.paths, 1, tmp_path, True, own)
    hello(driver, own)
    driver.note(own, said({"kind": "bye", "reason": "A driver released it."}))
    driver.stop([other, alone])
    settle(driver)
    ended = [asked for asked in stage.slurm.calls if asked[0] == "scancel"]
    words = " ".join(word for asked in ended for word in asked)
    assert "7_1" in words
    assert stage.name(0) not in words
    assert stage.name(1) in words
