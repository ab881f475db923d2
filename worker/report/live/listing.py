"""Which runs there are, looked up anew only where the folder of all runs has changed: a list of it asks for every file in it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from worker.store.paths import Home, RunPaths

# A run's folder is there before its config is, and the time of a folder may be seen late on a network file system.
_SETTLED = 60.0  # seconds after a change from which on nothing else is expected of it
_SURELY = 600.0  # seconds after which everything is listed in any case


class Listing:
    """The runs of several homes; remembers what it found."""

    def __init__(self, homes: Sequence[Home], find: Callable[[Home], list[RunPaths]]) -> None:
        """find: lists those of one home."""
        self._homes = [_Listed(home, find) for home in homes]

    def __call__(self) -> list[RunPaths]:
        """All runs, each once."""
        return list(dict.fromkeys(paths for home in self._homes for paths in home.runs()))


class _Listed:
    def __init__(self, home: Home, find: Callable[[Home], list[RunPaths]]) -> None:
        self._home, self._find = home, find
        self._runs: list[RunPaths] = []
        self._mark: tuple[int, int] | None = None
        self._changed = self._listed = float("-inf")

    def runs(self) -> list[RunPaths]:
        now = time.monotonic()
        mark = _mark(self._home.projects)
        if mark != self._mark:
            self._mark, self._changed = mark, now
        if self._listed < self._changed + _SETTLED or now >= self._listed + _SURELY:
            self._runs, self._listed = self._find(self._home), now
        return self._runs


def _mark(folder: Path) -> tuple[int, int] | None:
    try:
        state = folder.stat()
    except OSError:
        return None
    return state.st_ino, state.st_mtime_ns
