"""New trials from the search, which is told of every result; its libraries are loaded beside the first evaluations."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping

from worker.driver.assignments import Assignments
from worker.pooled import Points
from worker.search.expectation import Expectation
from worker.search.searcher import make_searcher
from worker.spec.algorithms import ALGORITHMS, AUTO
from worker.spec.notation import real_text
from worker.spec.parameters import Value
from worker.spec.run import Run
from worker.spec.start_points import values_of
from worker.trial import Status, Trial

_DIGITS = 3
_FEW = 10  # evaluations that no algorithm learns from before they are over


class Proposer:
    """Proposes trials to the assignments, the first one with the number `first`."""

    def __init__(self, run: Run, seed: int, trials: Iterable[Trial], first: int) -> None:
        """trials: those of earlier drivers, which the search is told of."""
        self._searcher = make_searcher(run, seed)
        self._rank, self._maximises = run.rank, run.maximises  # searches minimise
        self._next = first
        self._loading = run.max_evals <= _FEW
        self.learns = ALGORITHMS[run.algorithm].learns
        self._predicts = run.algorithm == AUTO
        self.exhausted = False
        trials = list(trials)
        self._behind = self.learns and bool(trials)
        self._points = Points(run.repeats)
        self._strange: set[int] = set()  # points that the search does not know
        for point in self._points.take(trials):
            try:
                self._searcher.add(point.number, point.values, foreign=point.imported)
            except (KeyError, ValueError):
                self._strange.add(
                    point.number
                )  # it has other parameters, or values that its ranges do not have any more
                continue
            self._tell(point)
        self._begin_with = _not_among(run, trials)

    @property
    def exhausted_sentence(self) -> str:
        """Why there is nothing more to propose."""
        return self._searcher.exhausted_sentence

    def expectation(self, values: Mapping[str, Value]) -> Expectation | None:
        """What the search expects of a point as the next trial; None where it knows too little yet, or predicts nothing."""
        found = self._searcher.expectation(values)
        return found.negated if found and self._maximises else found

    def still_to_gain(self) -> str:
        """What the search expects of the trial that it would propose next, in a sentence; "" where it does not predict."""
        values = self._searcher.ask(self._next) if self._predicts and not self.exhausted else None
        expected = self.expectation(values) if values else None
        if expected is None:
            return ""
        gain, best = (
            real_text(float(f"{number:.{_DIGITS}g}")) for number in (expected.improvement, expected.best)
        )
        return f"The search expects the next evaluation to improve on {best} by {gain} on average."

    def catch_up(self) -> None:
        """Have the search learn from the trials of earlier drivers, if it has not yet: to be called while nobody waits for a trial."""
        if self._behind:
            self._behind = False
            self._searcher.catch_up()

    def propose(self, assignments: Assignments, at: float) -> bool:
        """Put a new trial among the assignments; False where the search space is used up."""
        values = self._first_points() or (None if self.exhausted else self._searcher.ask(self._next))
        if values is None:
            self.exhausted = True
            return False
        assignments.propose(self._next, values, at)
        self._next += 1
        return True

    def repeat(self, first: Trial, repeat: int, assignments: Assignments, at: float) -> None:
        """Put another evaluation of the point of `first` among the assignments, the `repeat`th."""
        assignments.propose(self._next, first.values, at, first.number, repeat)
        self._next += 1

    def _first_points(self) -> dict[str, Value] | None:
        """The next of the points that the run is to begin with; None once all of them have been proposed."""
        if not self._begin_with:
            return None
        values = self._begin_with.pop(0)
        self._searcher.add(self._next, values)
        return values

    def note(self, trial: Trial) -> None:
        """Take in how a trial stands now."""
        if (point := self._points.note(trial)) is not None:
            self._tell(point)
        # Loading takes a processor for a second: only once the first evaluations have got theirs.
        if not self._loading and trial.start is not None:
            self._loading = True
            threading.Thread(target=self._searcher.prepare, name="prepare", daemon=True).start()

    def _tell(self, trial: Trial) -> None:
        if trial.number in self._strange:
            return
        if trial.status.ended:
            # Of one that was stopped early, the last value stands for the result that it would have come to.
            result = trial.loss if trial.status.informs else None
            loss = None if result is None else self._rank(result)
            self._searcher.tell(trial.number, loss, trial.outputs)
        elif trial.status is Status.PROPOSED:
            self._searcher.runs_again(trial.number)  # what it was told before may have been taken back


def _not_among(run: Run, trials: Iterable[Trial]) -> list[dict[str, Value]]:
    """The points that a run is to begin with, each once, which were not proposed yet."""
    points = [values_of(point, run.parameters, run.precision) for point in run.start_with]
    known = [dict(trial.values) for trial in trials] if points else []
    return [point for place, point in enumerate(points) if point not in known and point not in points[:place]]
