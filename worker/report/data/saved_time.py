"""How much time early stopping has saved, as far as can be estimated from the evaluations that came to their own end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from worker.spec.text import counted, duration_words
from worker.trial import Status, Trial


@dataclass(frozen=True)
class Saved:
    """How many evaluations were stopped early, and the seconds that they would have gone on; None where that is unknown."""

    stopped: int
    seconds: float | None

    @property
    def sentence(self) -> str:
        """What that is for people, "" where none was stopped early."""
        if not self.stopped:
            return ""
        evaluations = f"{counted(self.stopped, 'evaluation')} stopped early"
        if self.seconds is None:
            return evaluations
        return f"{evaluations}, which saved about {duration_words(self.seconds)} of evaluations"


def saved(trials: Iterable[Trial]) -> Saved:
    """What early stopping has saved by now.

    Each is taken to go on at its own pace until it has printed as many RESULT lines as complete evaluations do (the median).
    """
    all_trials = [trial for trial in trials if not trial.imported]
    stopped = [trial for trial in all_trials if trial.status is Status.STOPPED_EARLY]
    lengths = (
        [len(trial.curve) for trial in all_trials if trial.status is Status.OK and trial.curve]
        if stopped
        else []
    )
    if not lengths:
        return Saved(len(stopped), None)
    return Saved(len(stopped), sum(_left(trial, median(lengths)) for trial in stopped))


def _left(trial: Trial, lines: float) -> float:
    """Seconds that an evaluation would have taken from its end on, to print so many lines."""
    if not trial.curve:
        return 0.0
    seconds, printed = trial.curve[-1][0], len(trial.curve)
    return max(0.0, seconds * lines / printed - (trial.seconds or seconds))
