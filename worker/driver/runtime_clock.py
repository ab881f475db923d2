"""How much of a run's runtime is used up: it counts while at least one worker has begun, not while all wait in a queue."""

from __future__ import annotations

from worker.store.journal_records import Runtime


class RuntimeClock:
    """That of the driver of `epoch`. `now` is of a monotonic clock, `at` seconds since 1970."""

    def __init__(self, epoch: int, before: float, now: float) -> None:
        """before: seconds that count from earlier drivers."""
        self._epoch = epoch
        self._seconds = before
        self._looked = now
        self._counts: bool | None = None

    @property
    def seconds(self) -> float:
        """How much is used up, as of the last look."""
        return self._seconds

    def look(self, working: bool, now: float, at: float) -> Runtime | None:
        """Go on; working: whether any worker has begun. Returns what the journal is to say where that has changed."""
        if self._counts:
            self._seconds += now - self._looked
        self._looked = now
        if working is self._counts:
            return None
        self._counts = working
        return Runtime(epoch=self._epoch, counts=working, seconds=self._seconds, at=at)
