"""How much of a run is done, and what that means: how many more evaluations may begin, and whether it is over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum

from worker.trial import Status, Trial

TRIED_BEFORE_GIVING_UP = 10  # a run whose first so many evaluations all fail is stopped


class Over(Enum):
    """Why no more evaluations begin."""

    BUDGET = "budget"
    SPACE = "space"
    FAILURES = "failures"
    ALL_FAILED = "all failed"
    RUNTIME = "runtime"
    NO_AGENTS = "no agents"
    STOPPED = "stopped"
    CANCELLED = "cancelled"
    LEFT = "left"  # the driver leaves, the run is not over
    SUPERSEDED = "superseded"
    MOVED = "moved"  # the folder of the run is not where it was


class Tally:
    """How many trials stand where, and which is the best; told of every trial whenever it changes."""

    def __init__(self, trials: Iterable[Trial] = ()) -> None:
        self.counts: Counter[Status] = Counter()
        self.failures = 0
        self.best: Trial | None = None
        self._known: dict[int, Status] = {}
        for trial in trials:
            self.note(trial)

    @property
    def ok(self) -> int:
        """Successful evaluations."""
        return self.counts[Status.OK]

    @property
    def running(self) -> int:
        """Evaluations that run now."""
        return self.counts[Status.RUNNING]

    @property
    def ended(self) -> int:
        """Evaluations that have ended, however."""
        return sum(count for status, count in self.counts.items() if status.ended)

    def note(self, trial: Trial) -> bool:
        """Take in how a trial stands now; True where it is the new best."""
        before = self._known.pop(trial.number, None)
        if before is not None:
            self.counts[before] -= 1
            self.failures -= before.failure
        if not trial.imported:  # those are known, but count for no limit of this run
            self._known[trial.number] = trial.status
            self.counts[trial.status] += 1
            self.failures += trial.status.failure
        if trial.status is not Status.OK or trial.loss is None:
            return False
        if self.best is None or self.best.loss is None or trial.loss < self.best.loss:
            self.best = trial
            return True
        return False


@dataclass
class Limits:
    """What a run may use. runtime: seconds that are left at the start of this driver.

    failures_before: failures that do not count any more, since the run was taken up again after it had ended.
    first: the number of the first trial after that.
    """

    max_evals: int
    max_failures: int
    runtime: float
    failures_before: int = 0
    first: int = 1
    _first_failed: set[int] = field(default_factory=set)

    def note(self, trial: Trial) -> None:
        """Take in how a trial stands now."""
        if trial.status.failure and trial.number < self.first + TRIED_BEFORE_GIVING_UP:
            self._first_failed.add(trial.number)
        else:
            self._first_failed.discard(trial.number)

    def failures(self, tally: Tally) -> int:
        """How many failures count."""
        return tally.failures - self.failures_before

    def failures_sentence(self, tally: Tally) -> str:
        """That too many evaluations failed; what workers had in hand when the limit was reached may be beyond it."""
        count = self.failures(tally)
        others = " (the others were in hand when it was reached)" if count > self.max_failures else ""
        return f"{count} evaluations ended without a result, and the limit (max_failures) is {self.max_failures}{others}."

    def room(self, ok: int, in_hand: int) -> int:
        """How many more trials may be proposed, with `ok` successful ones and `in_hand` that have not ended."""
        return max(0, self.max_evals - ok - in_hand)

    def over(self, tally: Tally, seconds: float) -> Over | None:
        """Whether no more evaluations may begin, `seconds` after the start of this driver."""
        first = range(self.first, self.first + TRIED_BEFORE_GIVING_UP)
        if tally.ok >= self.max_evals:
            return Over.BUDGET
        if tally.ok == 0 and all(number in self._first_failed for number in first):
            return Over.ALL_FAILED
        if self.failures(tally) >= self.max_failures:
            return Over.FAILURES
        if seconds >= self.runtime:
            return Over.RUNTIME
        return None
