"""The newest RESULT lines of running evaluations, for those who watch a run."""

from __future__ import annotations

from collections.abc import Mapping

from worker.spec.run import Run
from worker.store.live_values import LiveValues, live_values
from worker.store.paths import RunPaths
from worker.trial import Status, Trial

_EVERY = 2.0  # seconds between two looks
_SOONEST = 2.0  # seconds for which an evaluation has run; what shorter ones print is seen at their end
_MOST = 10  # evaluations that are looked at, each of which costs a file that is opened


class LiveResults:
    """Looks now and then at what the agents of a few running evaluations tell."""

    def __init__(self, paths: RunPaths, run: Run) -> None:
        self._paths, self._run = paths, run
        self._looked = -_EVERY
        self._sentence = ""

    def sentence(self, trials: Mapping[int, Trial], now: float, at: float) -> str:
        """The best RESULT of those that run, "" where there is none. now: of a monotonic clock; at: seconds since 1970."""
        if now - self._looked >= _EVERY:
            self._looked = now
            running = [
                trial
                for trial in trials.values()
                if trial.status is Status.RUNNING and trial.start is not None and at - trial.start >= _SOONEST
            ]
            self._sentence = self._best(live_values(self._paths, running, _MOST))
        return self._sentence

    def _best(self, found: Mapping[int, LiveValues]) -> str:
        if not found:
            return ""
        best = min(found, key=lambda number: self._run.rank(found[number].value))
        return f"best of those that run: {found[best].words}, evaluation {best}"
