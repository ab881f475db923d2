"""What people ask of a driver while it runs (stop, cancel, other workers, retry): a line each in a file of the run."""

from __future__ import annotations

from dataclasses import dataclass

from worker.store.appender import Appender
from worker.store.messages import Codec, Malformed, Message, Unknown
from worker.store.paths import RunPaths
from worker.store.tail import Tail

_LOOK_EVERY = 0.2  # seconds


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Stop(Message):
    """running trials may finish, no new ones are started"""

    kind = "stop"
    at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class CancelAll(Message):
    """running trials are ended, no new ones are started"""

    kind = "cancel"
    at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class WantWorkers(Message):
    """so many workers from now on, or so many more (`+2`) or fewer (`-2`)"""

    kind = "workers"
    value: str
    at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Retry(Message):
    """the numbers of trials that are to be evaluated again"""

    kind = "retry"
    value: tuple[int, ...]
    at: float = 0.0


Request = Stop | CancelAll | WantWorkers | Retry
Asked = Request | Unknown | Malformed
REQUESTS: Codec[Request] = Codec((Stop, CancelAll, WantWorkers, Retry))


def ask(paths: RunPaths, request: Request) -> None:
    """Ask the driver of a run. Raises StorageFullError."""
    with Appender(paths.commands) as file:
        file.append(REQUESTS.encode(request))


class Requests:
    """The requests that come while a driver runs; those from before its time are not for it."""

    def __init__(self, paths: RunPaths) -> None:
        self._tail: Tail[Asked] = Tail(paths.commands, REQUESTS.decode, create=True)
        self._tail.read()
        self._looked = 0.0

    def read(self, now: float) -> list[Asked]:
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
