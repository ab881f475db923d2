"""Whether a driver still drives: no newer one has taken over, and the folder of the run is where it was."""

from __future__ import annotations

from worker.driver.recorder import Recorder
from worker.progress.tally import Over
from worker.store.journal import Epochs
from worker.store.paths import RunPaths

_CHECK_EVERY = 1.0  # seconds between two looks for a newer driver
_MISSED_FOR = 3.0  # seconds for which the run's folder must be missing


class Tenure:
    """That of the driver of `epoch`. `now` is of a monotonic clock."""

    def __init__(self, paths: RunPaths, epoch: int, recorder: Recorder, now: float) -> None:
        self._epoch = epoch
        self._epochs = Epochs(paths, epoch)
        self._recorder = recorder
        self._checked = now
        self._missed_since: float | None = None

    @property
    def superseded(self) -> bool:
        """Whether a newer driver has taken over; looks."""
        return self._epochs.look() > self._epoch

    @property
    def in_place(self) -> bool:
        """Whether the journal is where it was begun; looks."""
        return self._recorder.in_place

    def lost(self, now: float) -> Over | None:
        """Why this driver has to leave, if it has to; looks now and then only."""
        if now - self._checked < _CHECK_EVERY:
            return None
        self._checked = now
        if self.superseded:
            return Over.SUPERSEDED
        if self.in_place:
            self._missed_since = None
        elif self._missed_since is None:
            self._missed_since = now
        elif now - self._missed_since >= _MISSED_FOR:  # and with it all that agents could say
            return Over.MOVED
        return None

    def close(self) -> None:
        """The driver leaves."""
        self._epochs.close()
