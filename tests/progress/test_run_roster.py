"""The workers in events.log: every change a line, and no line without a change."""

from __future__ import annotations

from pathlib import Path

from worker.launch.launcher import AgentReport, AgentState
from worker.progress.events import Events
from worker.progress.roster import Roster, read
from worker.store.paths import RunPaths


def test_each_change_of_a_worker_is_one_line(tmp_path: Path) -> None:
    paths = RunPaths(tmp_path)
    events = Events(paths)
    roster = Roster(paths, events)
    steps = [
        AgentReport("j1-1-0", AgentState.PENDING, "", "", "The job is being submitted."),
        AgentReport("j1-1-0", AgentState.PENDING, "7_0", "", "The job is about to start."),
        AgentReport("j1-1-0", AgentState.RUNNING, "7_0", ""),
        AgentReport("j1-1-0", AgentState.RUNNING, "7_0", "n1"),
        AgentReport("j1-1-0", AgentState.RUNNING, "7_0", "n1", "The job is suspended."),
        AgentReport("j1-1-0", AgentState.RUNNING, "7_0", "n1"),
        AgentReport("j1-1-0", AgentState.GONE, "7_0", "", "The job reached its time limit."),
        AgentReport("j1-1-0", AgentState.GONE, "7_0", "n1", "The job reached its time limit."),
    ]
    for number, report in enumerate(steps):
        roster.update({"j1-1-0": report}, "", float(number))
    roster.close(
        {"j1-1-0": steps[-1], "j1-1-1": AgentReport("j1-1-1", AgentState.PENDING, "", "", "It is late.")}
    )
    events.close()
    assert [line.split("  ", 1)[1] for line in paths.events.read_text().splitlines()] == [
        "worker j1-1-0 is in the queue. The job is being submitted.",
        "worker j1-1-0 (job 7_0) is in the queue. The job is about to start.",
        "worker j1-1-0 (job 7_0) is paused. The job is suspended.",
        "worker j1-1-0 (job 7_0) is running again",
        "worker j1-1-0 (job 7_0) is gone. The job reached its time limit.",
        "worker j1-1-1 is in the queue. It is late.",
    ]


def test_a_warning_is_written_for_status_whenever_it_changes(tmp_path: Path) -> None:
    paths = RunPaths(tmp_path)
    assert read(paths)["warning"] == ""
    roster = Roster(paths, Events(paths))
    for number, warning in enumerate(("", "It will be full.", "It will be full.", "")):
        roster.warning = warning
        roster.update({}, "", 10.0 * number)
        assert read(paths)["warning"] == warning
    paths.roster.write_text('{"at": 1.0, "agents": {}}')
    assert read(paths)["warning"] == "", "as earlier versions write it"
