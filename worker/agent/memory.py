"""How much memory an evaluation uses, and whether the kernel ended it for that."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

MB = 1 << 20
_CGROUPS = Path("/sys/fs/cgroup")
_PEAKS = ("memory.peak", "memory.max_usage_in_bytes")  # in version 2 of control groups, and in version 1
_WORTH_KNOWING = 0.05  # of all memory; what is shared does not matter if it is less


def used(pids: Iterable[int], peak: float, limit: float) -> float:
    """MB that the processes have in memory together. peak: what is known to have been used; limit: 0 for none.

    Workers forked by a program share most of their memory with it. What they share is counted once where it may
    be much, and the sum is a new peak or over the limit; to find it out is slow.
    """
    sizes = {pid: resident(pid) for pid in pids}
    total = sum(sizes.values())
    shared_at_most = total - max(sizes.values(), default=0.0)
    if 0 < limit < total or (total > peak and shared_at_most > _WORTH_KNOWING * total):
        return sum(map(proportional, sizes))
    return total


def resident(pid: int) -> float:
    """MB that a process has in memory, shared or not; 0 where it has ended."""
    with suppress(OSError, IndexError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / MB
    return 0.0


def proportional(pid: int) -> float:
    """MB that a process has in memory, shared pages divided among those who share them; 0 where it has ended."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    except OSError:
        pass  # of another user, or a kernel that does not tell
    return resident(pid)


class KernelKills:
    """Counts the processes that the kernel has ended for lack of memory.

    ours: whether only those in our own control group are counted, which must be an evaluation's; else all of the machine.
    """

    def __init__(self) -> None:
        try:
            files = group_files(Path("/proc/self/cgroup").read_text())
        except OSError:
            files = []
        counting = [path for path in files if _count(path) is not None][:1]
        self.ours = bool(counting)
        self._path = counting[0] if counting else Path("/proc/vmstat")
        self._seen = _count(self._path) or 0

    def more(self) -> bool:
        """Whether there has been another one since the last call."""
        before, self._seen = self._seen, _count(self._path) or 0
        return self._seen > before

    def peak(self) -> float:
        """The most MB that our own control group has ever used, as the kernel counts; 0 where it does not say."""
        for name in _PEAKS if self.ours else ():
            with suppress(OSError, ValueError):
                return int((self._path.parent / name).read_text()) / MB
        return 0.0


def group_files(membership: str, root: Path = _CGROUPS) -> list[Path]:
    """The files that may count the kills in a memory control group and those above it, the nearest first.

    membership: what /proc/PID/cgroup says, in version 1 or 2 of control groups.
    """
    files: list[Path] = []
    for line in membership.splitlines():
        _, controllers, group = line.split(":", 2)
        if not controllers:
            start, file = root / group.lstrip("/"), "memory.events"
        elif "memory" in controllers.split(","):
            start, file = root / "memory" / group.lstrip("/"), "memory.oom_control"
        else:
            continue
        files += [folder / file for folder in (start, *start.parents) if folder.is_relative_to(root)]
    return files


def _count(path: Path) -> int | None:
    with suppress(OSError, ValueError):
        for line in path.read_text().splitlines():
            word, _, number = line.partition(" ")
            if word == "oom_kill":
                return int(number)
    return None
