"""Following a run that somebody else drives: the state as the journal has it, kept up to date."""

from __future__ import annotations

from collections.abc import Iterable

from worker.store.journal import Epochs, epochs
from worker.store.journal_reading import follow_journal
from worker.store.paths import RunPaths
from worker.store.replay import Replayed, Replayer
from worker.trial import Trial


class Follower:
    """Reads what has been added to the journals since the last look, without listing a folder or starting over."""

    def __init__(self, paths: RunPaths) -> None:
        """No record is read yet: the first `update` takes in everything."""
        self._paths = paths
        self._replayer = Replayer()
        self._tails = {epoch: follow_journal(paths, epoch) for epoch in epochs(paths)}
        self._epochs = Epochs(paths, max(self._tails, default=0))

    @property
    def state(self) -> Replayed:
        """The run as of the last update."""
        return self._replayer.state

    def update(self) -> dict[int, Trial]:
        """Take in the news; returns the trials that changed, by number."""
        for epoch in range(self._epochs.newest + 1, self._epochs.look() + 1):
            self._tails[epoch] = follow_journal(self._paths, epoch)
        changed = self._take(self._tails)
        self._replayer.begun(self._epochs.newest)
        return changed

    def news(self) -> dict[int, Trial]:
        """The same of what the newest driver that is known of has written, and no other one."""
        return self._take([self._epochs.newest])

    def close(self) -> None:
        """Close all files; the next look opens them again."""
        self._epochs.close()
        for tail in self._tails.values():
            tail.close()

    def _take(self, epochs: Iterable[int]) -> dict[int, Trial]:
        changed: dict[int, Trial] = {}
        for tail in (self._tails[epoch] for epoch in epochs if epoch in self._tails):
            torn = tail.torn
            for record in tail.read():
                trial = self._replayer.feed(record)
                if trial is not None:
                    changed[trial.number] = trial
            self.state.torn += tail.torn - torn
        return changed
