"""What people ask of a driver while it runs (stop, cancel, other workers, retry): a line each in a file of the run."""

from __future__ import annotations

import time

from worker.store.appender import Appender
from worker.store.paths import RunPaths
from worker.store.records import Record
from worker.store.tail import Tail

_LOOK_EVERY = 0.2  # seconds


def ask(paths: RunPaths, kind: str, value: object = None) -> None:
    """Ask the driver of a run; kinds are stop, cancel, workers and retry. Raises StorageFullError."""
    with Appender(paths.commands) as file:
        file.append({"kind": kind, "value": value, "at": time.time()})


class Requests:
    """The requests that come while a driver runs; those from before its time are not for it."""

    def __init__(self, paths: RunPaths) -> None:
        self._tail = Tail(paths.commands, create=True)
        self._tail.read()
        self._looked = 0.0

    def read(self, now: float) -> list[Record]:
        """New requests, oldest first; looks now and then only (`now`: of a monotonic clock)."""
        if now - self._looked < _LOOK_EVERY:
            return []
        self._looked = now
        return self._tail.read()

    def close(self) -> None:
        """Close the file."""
        self._tail.close()


def workers_wanted(value: object, now: int) -> int | None:
    """How many workers a request asks for: a number, or "+2" and "-2" relative to those wanted `now`; at least one.

    None where it is none of these.
    """
    text = str(value)
    try:
        return max(1, now + int(text) if text[:1] in ("+", "-") else int(text))
    except ValueError:
        return None
