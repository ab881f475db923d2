"""What a run may use: how many more evaluations may be started, and whether it is over."""

from __future__ import annotations

from dataclasses import dataclass, field

from worker.progress.tally import TRIED_BEFORE_GIVING_UP, Over, Tally
from worker.spec.run import Run
from worker.spec.text import counted
from worker.trial import Trial


@dataclass
class Limits:
    """What a run may use. runtime: seconds, used up as `worker.driver.runtime_clock` counts them.

    target: what stands for the result that is good enough (see `Run.rank`). patience: evaluations in a row, successful or stopped early,
    without a better one; 0 for any number. failures_before: failures that do not count any more, since the run was taken up again after it had ended.
    first: the number of the first trial after that.
    """

    max_evals: int
    max_failures: int
    runtime: float
    failures_before: int = 0
    first: int = 1
    target: float | None = None
    patience: int = 0
    _first_failed: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, run: Run, failures_before: int, first: int) -> Limits:
        """What `run` may use."""
        return cls(
            run.max_evals,
            run.max_failures,
            run.runtime,
            failures_before,
            first,
            run.target_rank,
            run.patience,
        )

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
        evaluations, limit = counted(count, "evaluation"), self.max_failures
        if count > limit:
            return (
                f"{evaluations} ended without a result, and the limit (max_failures) is {limit}; the others were "
                "already running when it was reached."
            )
        return f"{evaluations} ended without a result, and the limit (max_failures) is {limit}."

    def room(self, done: int, in_hand: int) -> int:
        """How many more trials may be proposed, with so many that are done and `in_hand` that have not ended."""
        return max(0, self.max_evals - done - in_hand)

    def over(self, tally: Tally, seconds: float) -> Over | None:
        """Why no more evaluations may be started, with `seconds` of the runtime used up; None while some may."""
        first = range(self.first, self.first + TRIED_BEFORE_GIVING_UP)
        if tally.done >= self.max_evals:
            return Over.BUDGET
        if self.target is not None and tally.best_rank <= self.target:
            return Over.TARGET
        if 0 < self.patience <= tally.since_best:
            return Over.PATIENCE
        if tally.ok == 0 and all(number in self._first_failed for number in first):
            return Over.ALL_FAILED
        if self.failures(tally) >= self.max_failures:
            return Over.FAILURES
        if seconds >= self.runtime:
            return Over.RUNTIME
        return None
