"""The processes that belong to a task of a peer, found by a variable that they all inherit."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

MARK = "OMNIOPT_PEERS_TASK"


class Process(NamedTuple):
    """A process: its number, its parent's, and its command line."""

    pid: int
    parent: int
    words: tuple[str, ...]

    @property
    def line(self) -> str:
        """The command line in one text."""
        return " ".join(self.words)

    @property
    def evaluates(self) -> bool:
        """Whether it runs the objective."""
        # srun looks for the program itself, and starts it by its path.
        return Path(self.words[0]).name == "bash" and self.words[1].endswith("/objective.sh")

    @property
    def watches(self) -> bool:
        """Whether it is the process of the benchmark that waits for the others."""
        return any(word.endswith("peers/reaper.py") for word in self.words)


def of_task(folder: Path) -> list[Process]:
    """All processes with the mark of the task in this folder, without those of the benchmark itself."""
    mark = os.fsencode(f"{MARK}={folder}")
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError):  # it has just ended, or is somebody else's
            if mark not in (entry / "environ").read_bytes().split(b"\0"):
                continue
            words = tuple(map(os.fsdecode, (entry / "cmdline").read_bytes().rstrip(b"\0").split(b"\0")))
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            process = Process(int(entry.name), parent, words)
            if not process.watches:
                found.append(process)
    return found


def below(root: Process, processes: Iterable[Process]) -> Iterator[Process]:
    """The process itself and all that it has started, and those again."""
    yield root
    listed = list(processes)
    for child in listed:
        if child.parent == root.pid:
            yield from below(child, listed)


def memory(processes: Iterable[Process]) -> float:
    """What they take together besides the evaluations, in MB; what they share counts once (proportional set size)."""
    listed = list(processes)
    evaluations = {process.pid for one in listed if one.evaluates for process in below(one, listed)}
    total = 0
    for process in listed:
        if process.pid in evaluations:
            continue
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
    return total / 1024


def kill(processes: Iterable[Process]) -> bool:
    """End them as `kill -9` does; returns whether there were any."""
    listed = list(processes)
    for process in listed:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)
    return bool(listed)
