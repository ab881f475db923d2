"""From facts to status and sentence: what cannot be brought about by a program in a test."""

from __future__ import annotations

import os
from pathlib import Path
from signal import SIGTERM
from typing import Any

import pytest

from worker import processes
from worker.agent import memory
from worker.agent.program import complaints
from worker.agent.result_lines import Reading
from worker.agent.verdict import Cause, Facts, duration, verdict
from worker.trial import Status


def verdict_on(
    loss: float | None = 0.5, exit_code: int | None = 0, signal: int | None = None, **more: Any
) -> tuple[Status, str]:
    reading = Reading(loss, "" if loss is not None else "No RESULT.")
    return verdict(Facts(reading=reading, exit_code=exit_code, signal=signal, **more))


def test_a_kill_by_the_kernel_is_told_with_both_figures() -> None:
    status, reason = verdict_on(
        signal=9, exit_code=None, kernel_kill=True, memory_limit=4000, peak_memory=3990.4
    )
    assert (status, reason.split(" and ")[0]) == (Status.OUT_OF_MEMORY, "It used 3990 MB of 4000 MB")
    status, reason = verdict_on(exit_code=1, kernel_kill=True, peak_memory=900)
    assert (status, reason.split(" when ")[0]) == (Status.OUT_OF_MEMORY, "It used 900 MB")


@pytest.mark.parametrize("how", [{"exit_code": None, "signal": 9}, {"exit_code": 137}])
def test_a_kill_at_the_limit_is_for_memory(how: dict[str, Any]) -> None:
    assert verdict_on(**how, memory_limit=1000, peak_memory=950)[0] is Status.OUT_OF_MEMORY
    assert verdict_on(**how, memory_limit=1000, peak_memory=500)[0] is Status.FAILED
    assert verdict_on(**how, peak_memory=500)[0] is Status.FAILED


@pytest.mark.parametrize(
    ("cause", "status"),
    [(Cause.TIME, Status.TIMEOUT), (Cause.MEMORY, Status.OUT_OF_MEMORY), (Cause.CANCELLED, Status.CANCELLED)],
)
def test_what_we_ended_is_no_failure_of_its_own(cause: Cause, status: Status) -> None:
    for loss in (0.5, None):
        assert verdict_on(loss, None, 15, cause=cause, accept_exit_code=True)[0] is status


def test_an_exit_code_that_is_accepted_needs_a_result() -> None:
    assert verdict_on(exit_code=3, accept_exit_code=True) == (Status.OK, "")
    assert verdict_on(float("nan"), exit_code=3, accept_exit_code=True)[0] is Status.NOT_FINITE
    assert verdict_on(None, exit_code=3, accept_exit_code=True)[0] is Status.FAILED


def test_what_was_left_behind_is_said_beside_the_rest() -> None:
    assert (
        verdict_on(left_behind=["sleep"])[1]
        == "It left a process running (sleep), which was ended together with the evaluation."
    )
    status, reason = verdict_on(None, left_behind=["b", "a", "a"], notes=["A note."])
    assert status is Status.NO_RESULT
    assert (
        reason
        == "No RESULT. It left 3 processes running (a, b), which were ended together with the evaluation. "
        "A note."
    )


def test_exit_codes_beyond_the_signals() -> None:
    assert verdict_on(exit_code=255)[1].startswith("It ended with exit code 255.")
    assert verdict_on(exit_code=None, signal=34)[1].startswith("It was ended by signal 34")


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00:00"), (59.6, "0:01:00"), (36061, "10:01:01")])
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_where_the_kernel_counts() -> None:
    root = Path("/sys/fs/cgroup")
    second = memory.group_files("0::/system.slice/job\n")
    assert second == [
        root / "system.slice/job/memory.events",
        root / "system.slice/memory.events",
        root / "memory.events",
    ]
    first = memory.group_files("9:name=systemd:/\n4:cpu,memory:/slurm/job_1\n")
    assert first[0] == root / "memory/slurm/job_1/memory.oom_control"
    assert memory.group_files("") == []


def test_kills_are_counted_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counter = tmp_path / "memory.events"
    counter.write_text("low 0\noom 4\noom_kill 3\n")
    monkeypatch.setattr(memory, "group_files", lambda membership: [tmp_path / "none", counter])
    kills = memory.KernelKills()
    assert kills.ours
    assert not kills.more()
    counter.write_text("oom_kill 4\n")
    assert kills.more()
    assert not kills.more()
    monkeypatch.setattr(memory, "group_files", lambda membership: [])
    assert not memory.KernelKills().ours


def test_memory_of_this_process() -> None:
    shared, proportional = memory.resident(os.getpid()), memory.proportional(os.getpid())
    assert 5 < proportional <= shared + 1
    assert memory.used([], 0, 0) == memory.resident(2**22 + 1) == memory.proportional(2**22 + 1) == 0
    assert memory.used([os.getpid()], 0, 1) < memory.used([os.getpid()], 0, 0) + 1


def test_processes_that_do_not_exist() -> None:
    nobody = 2**22 + 1
    assert processes.birth(nobody) is None
    assert not processes.alive(nobody, "x")
    assert processes.name(nobody) == "?"
    assert processes.descendants(nobody) == []
    assert processes.send([nobody], SIGTERM) == 0


@pytest.mark.parametrize(
    "command",
    [
        "echo RESULT: 1",
        "A=1 B='2 3' bash -c 'true'",
        "[ -e x ] && true",
        "bash $(which x)",
        "",
        "   ",
        "cd $D; ./x",
        "python3 -m nothing",
    ],
)
def test_nothing_is_said_about_what_may_be_right(command: str, tmp_path: Path) -> None:
    assert complaints(command, str(tmp_path)) == []


def test_both_program_and_script_are_looked_at(tmp_path: Path) -> None:
    assert len(complaints("/no/python3 x.py", str(tmp_path))) == 2
    assert complaints("A=1 ./x", str(tmp_path)) != []
    assert complaints("thing", str(tmp_path), search_path="/nowhere") != []
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "thing").write_text("#!/bin/sh\n")
    (folder / "thing").chmod(0o755)
    assert complaints("thing", str(tmp_path), search_path=str(folder)) == []
