"""The journal of one driver, and the state that follows from it; what is not on disk yet is not part of the state."""

from __future__ import annotations

from collections.abc import Sequence

from worker.progress.tally import Tally
from worker.store.appender import Appender, StorageFullError
from worker.store.journal_records import JOURNAL, Agent, Record, Started
from worker.store.replay import Replayed, Replayer
from worker.trial import Trial

_RETRY = 5.0  # seconds between two tries to write where the disk is full
# Losing one of these with the machine loses nothing: they are seen again, or do not matter then.
_HARMLESS = (Started, Agent)


class Recorder:
    """Writes records into the journal, then counts them; keeps them while the disk is full."""

    def __init__(self, journal: Appender, replayer: Replayer, tally: Tally) -> None:
        self._journal = journal
        self._replayer = replayer
        self._unwritten: list[Record] = []
        self._retry_at = 0.0
        self.tally = tally
        self.trouble = ""

    @property
    def state(self) -> Replayed:
        """The run as the journals have it."""
        return self._replayer.state

    @property
    def stalled(self) -> bool:
        """Whether something could not be written yet."""
        return bool(self._unwritten)

    @property
    def in_place(self) -> bool:
        """Whether the journal is still where it was begun."""
        return self._journal.in_place

    def commit(self, records: Sequence[Record], now: float) -> list[Trial]:
        """Write `records`; returns the trials that changed by what is on disk now, each once. `now`: of a monotonic clock."""
        self._unwritten.extend(records)
        if not self._unwritten or now < self._retry_at:
            return []
        sync = not all(isinstance(record, _HARMLESS) for record in self._unwritten)
        try:
            self._journal.append(*map(JOURNAL.encode, self._unwritten), sync=sync)
        except StorageFullError as error:
            self._retry_at, self.trouble = now + _RETRY, str(error)
            return []
        written, self._unwritten, self.trouble = self._unwritten, [], ""
        changed: dict[int, Trial] = {}
        for record in written:
            trial = self._replayer.feed(record)
            if trial is not None:
                self.tally.note(trial)
                changed[trial.number] = trial
        return list(changed.values())

    def close(self) -> None:
        """Close the journal."""
        self._journal.close()
