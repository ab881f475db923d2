"""Workers whose jobs Slurm starts again: each start is one more agent in the same place, and nobody else takes it."""

from __future__ import annotations

from pathlib import Path

import pytest
from json_records import said
from scripted_slurm import FAILED, FULL
from slurm_stage import Stage, hello, settle, states

from worker.launch.launcher import AgentReport, AgentState
from worker.launch.slurm.client import Answer
from worker.launch.slurm.poll_schedule import SOON
from worker.launch.slurm.submit_pace import SPACING
from worker.launch.slurm.worker_jobs import SlurmLauncher

REFUSED = Answer(1, "", f"{FAILED}Invalid partition name specified")


def told_to_end(launcher: SlurmLauncher, identity: str) -> None:
    """The agent leaves since its job was told to end."""
    launcher.note(identity, said({"kind": "bye", "reason": "It received SIGTERM.", "willed": True}))


@pytest.fixture
def launcher(stage: Stage) -> SlurmLauncher:
    """One that has two workers, both of which have begun."""
    launcher = stage.launcher()
    for identity in launcher.start(2):
        hello(launcher, identity)
    settle(launcher)
    stage.queue_shows("0|RUNNING|n1|None", "1|RUNNING|n1|None")
    stage.later(launcher, SOON)
    return launcher


def report(launcher: SlurmLauncher, identity: str) -> AgentReport:
    return launcher.poll()[identity]


def test_a_worker_that_was_told_to_end_may_come_back_which_is_asked_soon(
    stage: Stage, launcher: SlurmLauncher
) -> None:
    told_to_end(launcher, "j1-1-1")
    assert report(launcher, "j1-1-1").state is AgentState.GONE
    following = report(launcher, "j1-1-1r1")
    assert (following.state, following.reason) == (
        AgentState.UNKNOWN, "The job was told to end; Slurm may start it again.",
    )  # fmt: skip
    asked = stage.slurm.times("squeue")
    stage.queue_shows("0|RUNNING|n1|None", "1|PENDING||BeginTime")
    stage.later(launcher, SOON)
    assert stage.slurm.times("squeue") == asked + 1
    assert report(launcher, "j1-1-1r1").state is AgentState.PENDING
    hello(launcher, "j1-1-1r1")
    assert report(launcher, "j1-1-1r1").state is AgentState.RUNNING
    told_to_end(launcher, "j1-1-1r1")
    assert report(launcher, "j1-1-1r2").state is AgentState.UNKNOWN


def test_one_that_does_not_come_back_is_gone(stage: Stage, launcher: SlurmLauncher) -> None:
    told_to_end(launcher, "j1-1-1")
    stage.queue_shows("0|RUNNING|n1|None", "1|COMPLETING|n1|None")
    stage.later(launcher, 60)
    assert report(launcher, "j1-1-1r1").state is AgentState.UNKNOWN, "it ends at this moment"
    stage.queue_shows("0|RUNNING|n1|None", "1|CANCELLED|n1|None")
    stage.later(launcher, 60)
    gone = report(launcher, "j1-1-1r1")
    assert (gone.state, gone.reason) == (AgentState.GONE, "The job was cancelled (CANCELLED).")
    assert states(launcher) == [AgentState.RUNNING, AgentState.GONE, AgentState.GONE]


def test_one_that_says_nothing_is_gone_once_its_job_waits_again(
    stage: Stage, launcher: SlurmLauncher
) -> None:
    stage.queue_shows("0|RUNNING|n1|None", "1|REQUEUED||BeginTime")
    stage.later(launcher, 60)
    gone = report(launcher, "j1-1-1")
    assert (gone.state, gone.willed) == (AgentState.GONE, False)
    assert report(launcher, "j1-1-1r1").state is AgentState.PENDING


def test_one_whose_job_has_another_start_than_before_has_begun_again(
    stage: Stage, launcher: SlurmLauncher
) -> None:
    rows = stage.slurm.answers["squeue"].out
    stage.slurm.queue_says(rows.replace("|N/A|", "|2030-01-01T10:00:00|"))
    stage.later(launcher, 60)
    assert states(launcher) == [AgentState.RUNNING] * 2
    stage.slurm.queue_says(rows.replace("|N/A|", "|2030-01-01T10:20:00|"))
    stage.later(launcher, 60)
    assert [identity for identity, one in launcher.poll().items() if one.state is AgentState.RUNNING] == [
        "j1-1-0r1", "j1-1-1r1",
    ]  # fmt: skip


def test_one_that_nobody_saw_waiting_is_found_by_its_words(stage: Stage, launcher: SlurmLauncher) -> None:
    outbox = stage.paths.agent("j1-1-0r2").outbox
    outbox.parent.mkdir(parents=True)
    outbox.write_text("something")
    stage.later(launcher, 60)
    alive = [identity for identity, one in launcher.poll().items() if one.state is not AgentState.GONE]
    assert sorted(alive) == ["j1-1-0r2", "j1-1-1"]
    after = stage.launcher(epoch=2)
    settle(after)
    assert report(after, "j1-1-0").state is AgentState.GONE
    assert report(after, "j1-1-0r2").state is AgentState.RUNNING


def test_those_that_are_being_ended_do_not_come_back(stage: Stage, launcher: SlurmLauncher) -> None:
    launcher.stop(["j1-1-1"])
    assert stage.slurm.times("scancel") == 0
    told_to_end(launcher, "j1-1-1")
    settle(launcher)
    assert stage.slurm.last("scancel")[-1] == "7_1"
    assert "j1-1-1r1" not in launcher.poll()


def test_one_that_has_come_back_is_ended_by_the_number_of_its_element(
    stage: Stage, launcher: SlurmLauncher
) -> None:
    told_to_end(launcher, "j1-1-1")
    launcher.stop(["j1-1-1r1"])
    settle(launcher)
    assert stage.slurm.last("scancel")[-1] == "7_1"
    assert report(launcher, "j1-1-1r1").state is AgentState.GONE


def test_a_submission_whose_workers_may_come_back_is_not_over(
    stage: Stage, launcher: SlurmLauncher, tmp_path: Path
) -> None:
    for identity in ("j1-1-0", "j1-1-1"):
        told_to_end(launcher, identity)
    assert '"over"' not in stage.paths.submissions(1).read_text()
    stage.queue_shows("0|CANCELLED|n1|None", "1|CANCELLED|n1|None")
    stage.later(launcher, 60)
    assert '"over"' in stage.paths.submissions(1).read_text()


def test_one_that_asks_for_its_restart_itself_need_not_wait_for_it(
    stage: Stage, launcher: SlurmLauncher
) -> None:
    launcher.note("j1-1-1", said({"kind": "bye", "reason": "A driver released it.", "again": True}))
    told_to_end(launcher, "j1-1-0")
    stage.queue_shows("0|PENDING||BeginTime", "1|PENDING||BeginTime")
    stage.later(launcher, 60)
    assert [command[2:] for command in stage.slurm.calls if command[:2] == ("scontrol", "update")] == [
        ("JobId=7_1", "StartTime=now"),
    ]  # fmt: skip
    stage.later(launcher, 60)
    assert stage.slurm.times("scontrol") == 1, "once is enough"


@pytest.mark.parametrize("answer", [FULL, REFUSED])
def test_where_slurm_takes_no_more_jobs_that_is_known(
    stage: Stage, launcher: SlurmLauncher, answer: Answer
) -> None:
    assert not launcher.takes_no_more
    stage.slurm.answers["sbatch"] = answer
    launcher.start(1)
    settle(launcher)
    assert launcher.takes_no_more
    del stage.slurm.answers["sbatch"]
    stage.now += SPACING
    launcher.start(1)
    settle(launcher)
    assert not launcher.takes_no_more
