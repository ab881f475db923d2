"""When a running evaluation is hopeless: rules that know nothing but what evaluations have printed, line by line.

A smaller value is the better one here, whatever the direction of the run. No rule ever ends an evaluation that is, at its
step, the best of all that the rule compares it with, nor one at a step that no other evaluation has gone beyond: a program
that prints a single RESULT is never ended.
"""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean, median
from typing import Protocol

from worker.progress.snapshot import number_text
from worker.report.data.signed_ranks import probability_of_no_worse
from worker.spec.early_stopping import ASHA, MEDIAN, WILCOXON
from worker.spec.run import Run

_FEW = 3  # complete evaluations, and others at the same step, before which a median says too little
_REDUCTION = 3  # of the evaluations that reach a rung, one in so many goes on
# Folds are worse where fewer of those that are no worse look like that. Optuna's 0.1 needs four folds, and saves little of ten.
_LEAST_LIKELY = 0.25
_MOST_FOLDS = 1000  # of an evaluation that are compared
_FINE = 5  # bits; of larger steps, those are looked at that have no more significant ones

Show = Callable[[float], str]  # a value as people see it


@dataclass
class Course:
    """What an evaluation has printed so far, line by line from step 1 on, as far as the rules need it.

    steps: how many lines there were. best: of all of them. folds: the first values, up to one that is not known.
    """

    steps: int = 0
    best: float = math.inf
    folds: list[float] = field(default_factory=list)
    bests: dict[int, float] = field(
        default_factory=dict
    )  # at steps that are looked at, of all lines up to there

    @classmethod
    def of(cls, values: Sequence[float]) -> Course:
        """The course of an evaluation that has printed just these values."""
        course = cls()
        course.take(len(values), values, min(values, default=math.inf))
        return course

    def take(self, steps: int, values: Sequence[float], best: float) -> None:
        """Take in the newest values, up to the one of the step `steps`, and the best of all lines."""
        first = steps - len(values) + 1
        # What was left out may have been as good as the best of all lines; in doubt, the evaluation goes on.
        running = min(self.best, best) if first > self.steps + 1 else self.best
        for step, value in enumerate(values, first):
            if step <= self.steps:
                continue
            running = min(running, value)
            if step == looked_at(step):
                self.bests[step] = running
            if len(self.folds) == step - 1 < _MOST_FOLDS:
                self.folds.append(value)
        self.steps, self.best = max(self.steps, steps), min(running, best)

    def best_at(self, step: int) -> float:
        """The best of the first lines up to a step that is looked at; in doubt, of later ones, too."""
        return self.bests.get(step, self.best)


class Rule(Protocol):
    """Looks at one evaluation after another. number: that of the evaluation."""

    def ended(self, number: int, course: Course, loss: float | None) -> None:
        """An evaluation has come to its own end with this result, or was stopped early (None)."""

    def forget(self, number: int) -> None:
        """What was said of an evaluation does not count any more: it is to be evaluated again."""

    def hopeless(self, number: int, course: Course) -> str:
        """Why an evaluation that has printed this so far is not worth going on with, as a sentence; "" where it is."""


def looked_at(step: int) -> int:
    """The last step up to this one at which evaluations are compared: each of the first 32, then 16 between n and 2n."""
    return step - step % (1 << max(0, step.bit_length() - _FINE))


class _Board:
    """The best values of evaluations by step, sorted."""

    def __init__(self) -> None:
        self._sorted: dict[int, list[float]] = {}
        self._of: dict[int, dict[int, float]] = {}

    def put(self, number: int, step: int, value: float) -> None:
        """An evaluation has come to a step with this value; the first word counts."""
        own = self._of.setdefault(number, {})
        if step not in own:
            own[step] = value
            insort(self._sorted.setdefault(step, []), value)

    def drop(self, number: int) -> None:
        """Forget an evaluation."""
        for step, value in self._of.pop(number, {}).items():
            values = self._sorted[step]
            del values[bisect_left(values, value)]

    def at(self, step: int) -> Sequence[float]:
        """The values at a step, the best first."""
        return self._sorted.get(step, ())


class MedianRule:
    """Ends what is at its best worse than the median of the best values that others had at the same step, ended early or not.

    The rule of Golovin et al., "Google Vizier", KDD 2017, section 3.2.2, with best values in place of means.
    """

    def __init__(self, after: int, show: Show) -> None:
        """after: lines that each evaluation may print in any case."""
        self._after, self._show = after, show
        self._board = _Board()
        self._lengths: dict[int, int] = {}

    def ended(self, number: int, course: Course, loss: float | None) -> None:
        """See `Rule`."""
        if loss is not None:
            self._lengths[number] = course.steps
        for step, best in course.bests.items():
            self._board.put(number, step, best)

    def forget(self, number: int) -> None:
        """See `Rule`."""
        self._board.drop(number)
        self._lengths.pop(number, None)

    def hopeless(self, number: int, course: Course) -> str:
        """See `Rule`."""
        step = looked_at(course.steps)
        others = self._board.at(step)
        if step < self._after or min(len(self._lengths), len(others)) < _FEW:
            return ""
        if step >= median(self._lengths.values()):
            return ""
        middle, own = median(others), course.best_at(step)
        if own <= middle:
            return ""
        return (
            f"At line {step}, its best RESULT so far was {self._show(own)}, worse than the median of "
            f"{len(others)} others there, {self._show(middle)}."
        )


class AshaRule:
    """Of the evaluations that have come to a rung, lets the best third go on to the next one, which is three times as far.

    Asynchronous successive halving, Li et al., "A System for Massively Parallel Hyperparameter Tuning", MLSys 2020, where what is
    not promoted at once is ended, since a program cannot be paused. The best at a rung is always promoted.
    """

    def __init__(self, after: int, show: Show) -> None:
        """after: lines that each evaluation may print in any case, which are the first rung."""
        self._after, self._show = after, show
        self._board = _Board()
        self._longest = 0
        self._promoted: dict[int, int] = {}

    def ended(self, number: int, course: Course, loss: float | None) -> None:
        """See `Rule`."""
        self._longest = max(self._longest, course.steps)
        for rung in self._rungs(course.steps):
            self._board.put(number, rung, course.best_at(rung))

    def forget(self, number: int) -> None:
        """See `Rule`."""
        self._board.drop(number)
        self._promoted.pop(number, None)

    def hopeless(self, number: int, course: Course) -> str:
        """See `Rule`."""
        self._longest = max(self._longest, course.steps)
        for rung in self._rungs(course.steps):
            if rung <= self._promoted.get(number, 0):
                continue
            own = course.best_at(rung)
            self._board.put(number, rung, own)
            if course.steps >= self._longest:  # it may be at its last line
                break
            values = self._board.at(rung)
            going_on = max(1, len(values) // _REDUCTION)
            if own > values[going_on - 1]:
                return (
                    f"At line {rung}, its best RESULT so far was {self._show(own)}, not among the best third of the {len(values)} "
                    f"evaluations that have come so far, which ends at {self._show(values[going_on - 1])}."
                )
            self._promoted[number] = rung
        return ""

    def _rungs(self, steps: int) -> Iterator[int]:
        rung = self._after
        while rung <= steps:
            yield looked_at(rung)
            rung *= _REDUCTION


class WilcoxonRule:
    """Ends what is significantly worse, fold by fold, than the best of those that have come further, by the signed-rank test.

    The lines of an evaluation are the results of its folds, in the same order in each, and behind them their mean, the last RESULT.
    Akiba et al. have this rule in Optuna (WilcoxonPruner), against the best of those that are complete.
    """

    def __init__(self, after: int, show: Show) -> None:
        """after: folds that each evaluation may come to in any case."""
        self._after, self._show = after, show
        # Number of folds -> of those that have more, the one with the best mean over so many: that mean, its number, its folds.
        self._leaders: dict[int, tuple[float, int, Sequence[float]]] = {}
        self._compared: dict[int, int] = {}  # the number of folds up to which an evaluation was considered

    def ended(self, number: int, course: Course, loss: float | None) -> None:
        """See `Rule`."""
        complete = loss is not None and course.steps == len(course.folds)
        self._consider(number, course.folds[:-1] if complete else course.folds)  # the last line is the mean

    def forget(self, number: int) -> None:
        """See `Rule`."""
        if self._compared.pop(number, None):
            self._leaders = {folds: leader for folds, leader in self._leaders.items() if leader[1] != number}

    def hopeless(self, number: int, course: Course) -> str:
        """See `Rule`."""
        own = course.folds
        self._consider(number, own)
        leader = self._leaders.get(len(own))
        if len(own) < self._after or leader is None:
            return ""
        mean, best, folds = leader
        if fmean(own) <= mean:
            return ""
        chance = probability_of_no_worse([mine - other for mine, other in zip(own, folds, strict=False)])
        if chance >= _LEAST_LIKELY:
            return ""
        return (
            f"Its first {len(own)} folds are worse than those of evaluation {best}: their mean is {self._show(fmean(own))}, not "
            f"{self._show(mean)} (signed-rank test, p = {chance:.2g})."
        )

    def _consider(self, number: int, folds: Sequence[float]) -> None:
        """Whether an evaluation leads at the numbers of folds that it has come beyond."""
        for count in range(self._compared.get(number, 0) + 1, len(folds)):
            self._compared[number] = count
            mean = fmean(folds[:count])
            if count not in self._leaders or mean < self._leaders[count][0]:
                self._leaders[count] = (mean, number, folds)


def rule_of(run: Run) -> Rule | None:
    """The rule of a run; None where it ends nothing early."""
    kind = _RULES.get(run.early_stopping)
    return kind(run.early_stopping_after, lambda value: number_text(run.rank(value))) if kind else None


_RULES: Mapping[str, Callable[[int, Show], Rule]] = {
    MEDIAN: MedianRule,
    ASHA: AshaRule,
    WILCOXON: WilcoxonRule,
}
