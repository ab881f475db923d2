"""Runs a peer on a task and measures: what it costs, and what a kill in the middle makes it lose."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from benchmarks.peers.peer import Peer, Task
from benchmarks.peers.processes import MARK, Process, below, kill, memory, of_task
from benchmarks.peers.truth import Attempt, attempts, judge

Victims = Literal["driver", "worker", "all"]
VICTIMS: tuple[Victims, ...] = ("driver", "worker", "all")
_REAPER = Path(__file__).with_name("reaper.py")
_LIMIT = 300.0  # seconds for one command
_PATIENCE = 60.0  # for a command that has lost a worker, to go on by itself
_PAUSE = 2.0  # before a person goes on: what still runs may end


class Failure(RuntimeError):
    """A peer did not do what it was asked to."""


@dataclass(frozen=True)
class Command:
    """A command that runs in the folder of a task, with all that it starts."""

    task: Task
    watcher: subprocess.Popen[bytes]
    report: Path

    @property
    def said(self) -> dict[str, float]:
        """What the watcher has reported so far: see `reaper.py`."""
        if not self.report.exists():
            return {}
        said: dict[str, float] = json.loads(self.report.read_text(encoding="utf-8"))
        return said

    def end(self, limit: float = _LIMIT) -> dict[str, float]:
        """Wait until nothing of it is left; returns the report."""
        try:
            self.watcher.wait(limit)
        except subprocess.TimeoutExpired:
            raise Failure(f"it did not end in {limit:.0f} seconds: {printed(self.task)}") from None
        return self.said


@contextmanager
def begun(task: Task, command: Sequence[str | Path], environ: Mapping[str, str]) -> Iterator[Command]:
    """The command, started; whatever is left of the task at the end of the block is killed."""
    report = task.folder / f"report-{time.time_ns()}.json"
    marked = {**environ, MARK: str(task.folder)}
    with (task.folder / "output").open("ab") as output:
        watcher = subprocess.Popen(
            [sys.executable, _REAPER, report, *command],
            cwd=task.folder,
            env=marked,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield Command(task, watcher, report)
    finally:
        while left := of_task(task.folder):
            kill(left)
            time.sleep(0.05)
        watcher.wait(10)


def happened(task: Task) -> list[Attempt]:
    """What the evaluations of a task have logged."""
    return attempts(task.log.read_text(encoding="utf-8")) if task.log.exists() else []


def ended(task: Task) -> int:
    """How many evaluations have ended."""
    return sum(attempt.end is not None for attempt in happened(task))


def printed(task: Task) -> str:
    """The end of what the commands of a task have printed."""
    return (task.folder / "output").read_text(encoding="utf-8", errors="replace")[-600:]


def until(true: Callable[[], bool], limit: float) -> bool:
    """Wait until it is true, at most so many seconds; whether it is."""
    ends = time.monotonic() + limit
    while not (now := true()) and time.monotonic() < ends:
        time.sleep(0.02)
    return now


def cost(peer: Peer, task: Task, environ: Mapping[str, str]) -> dict[str, Any]:
    """Seconds from the command to the first evaluation, of the whole command, wall and processor time per evaluation."""
    with begun(task, peer.start(task), environ) as command:
        report = command.end()
    tried = happened(task)
    verdict = judge(tried, peer.records(task), task.evaluations)
    if not verdict.complete:
        raise Failure(f"{verdict.recorded} of {verdict.wanted} evaluations: {printed(task)}")
    ends = [attempt.end for attempt in tried if attempt.end is not None]
    first = min(attempt.start for attempt in tried)
    return {
        "first_s": first - report["began"],
        "whole_s": report["ended"] - report["began"],
        "wall_ms": 1000 * (max(ends) - first) / len(ends),
        "cpu_ms": 1000 * report["cpu"] / len(ends),
        "records": verdict.recorded,
        "wrong": verdict.wrong,
        "lost": verdict.lost,
    }


def peak(peer: Peer, task: Task, environ: Mapping[str, str]) -> float:
    """The most memory in MB that all its processes take together besides the evaluations."""
    most = 0.0
    with begun(task, peer.start(task), environ) as command:
        ends = time.monotonic() + _LIMIT
        while command.watcher.poll() is None and time.monotonic() < ends:
            most = max(most, memory(of_task(task.folder)))
            time.sleep(0.1)
    return most


def survived(peer: Peer, task: Task, environ: Mapping[str, str], whom: Victims) -> dict[str, Any]:
    """Kill in the middle, go on as the documentation says, and compare the records with what happened.

    Without a way to go on, the records are those of the moment. `alone`: whether it ended with all evaluations by itself.
    """
    with begun(task, peer.start(task), environ) as command:
        if not until(lambda: ended(task) >= task.evaluations // 2, _LIMIT):
            raise Failure(f"half of the evaluations were not done: {printed(task)}")
        if not until(lambda: kill(chosen(peer, of_task(task.folder), whom)), _PATIENCE):
            raise Failure(f"it has no {whom} to kill: {[one.line for one in of_task(task.folder)]}")
        until(lambda: "ended" in command.said, _PATIENCE)
        time.sleep(_PAUSE)
        before = judge(happened(task), peer.records(task), task.evaluations)
        if before.complete or not peer.continues:
            return {**asdict(before), "alone": before.complete}
        with begun(task, peer.go_on(task), environ) as again:
            went_on = time.time()
            until(lambda: "ended" in again.said, _LIMIT)
            time.sleep(_PAUSE)
            tried = happened(task)
            starts = [attempt.start for attempt in tried if attempt.start > went_on]
            verdict = judge(tried, peer.records(task), task.evaluations)
            return {**asdict(verdict), "alone": False, "again_s": min(starts) - went_on if starts else None}


def chosen(peer: Peer, processes: Sequence[Process], whom: Victims) -> list[Process]:
    """The processes to kill, in the middle of an evaluation: the driver alone, a worker with what it runs, or all."""
    if not any(process.evaluates for process in processes):
        return []
    if whom == "all":
        return list(processes)
    if whom == "driver":
        return [process for process in processes if peer.drives(process)]
    for process in processes:
        family = list(below(process, processes))
        if peer.works(process) and any(one.evaluates for one in family):
            return family
    return []


def fresh(folder: Path, name: str, evaluations: int, workers: int, seconds: float, slurm: bool) -> Task:
    """A task in a new folder below `folder`."""
    place = folder / f"{name}-{time.time_ns()}"
    place.mkdir(parents=True)
    return Task(place, evaluations, workers, seconds, slurm)


def shown(command: Sequence[str | Path], task: Task, peer: Peer) -> str:
    """A command as the results name it, without the folders of this machine."""
    text = shlex.join(map(str, command))
    here = os.fspath(_REAPER.parent)
    for path, word in ((str(task.folder), "TASK"), (str(peer.home), "HOME"), (here, "benchmarks/peers")):
        text = text.replace(path, word)
    return text
