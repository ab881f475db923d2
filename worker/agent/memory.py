"""How much memory an evaluation uses, and whether the kernel ended it for that."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

MB = 1 << 20
_CGROUPS = Path("/sys/fs/cgroup")


def resident(pids: Iterable[int]) -> float:
    """MB that the processes have in memory; what they share is counted for each, so this is never too little."""
    page = os.sysconf("SC_PAGE_SIZE")
    total = 0
    for pid in pids:
        with suppress(OSError, IndexError):
            total += int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return total * page / MB


def proportional(pids: Iterable[int]) -> float:
    """MB that the processes have in memory, shared pages divided among them; slow, so only asked where it matters."""
    total = 0
    for pid in pids:
        with suppress(OSError):
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
    return total / 1024


class KernelKills:
    """Counts the processes that the kernel has ended for lack of memory: in our control group, else on the machine."""

    def __init__(self) -> None:
        self._counters = [
            path for path in (*_group_files(), Path("/proc/vmstat")) if _count(path) is not None
        ][:1]
        self._seen = self._now()

    def more(self) -> bool:
        """Whether there has been another one since the last call."""
        before, self._seen = self._seen, self._now()
        return self._seen > before

    def _now(self) -> int:
        return sum(_count(path) or 0 for path in self._counters)


def _group_files() -> Iterator[Path]:
    """The files that count the kills in our memory control group and those above it, for both versions of groups."""
    with suppress(OSError):
        for line in Path("/proc/self/cgroup").read_text().splitlines():
            _, controllers, group = line.split(":", 2)
            if not controllers:
                start, file = _CGROUPS / group.lstrip("/"), "memory.events"
            elif "memory" in controllers.split(","):
                start, file = _CGROUPS / "memory" / group.lstrip("/"), "memory.oom_control"
            else:
                continue
            yield from (
                folder / file for folder in (start, *start.parents) if folder.is_relative_to(_CGROUPS)
            )


def _count(path: Path) -> int | None:
    with suppress(OSError, ValueError):
        for line in path.read_text().splitlines():
            word, _, number = line.partition(" ")
            if word == "oom_kill":
                return int(number)
    return None
