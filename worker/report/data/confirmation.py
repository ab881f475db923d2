"""What the evaluations say that were made to confirm the best points: means, how sure these are, and whether the winner is better."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Any

from worker.pooled import Points, Pooled, mean_of
from worker.report.data import student
from worker.spec.notation import real_text
from worker.spec.run import Run
from worker.trial import Status, Trial

CONFIDENCE = 0.95
SIGNIFICANT = 0.05
_DIGITS = 4
_LEAST = 0.0001  # of a p that is told as a number


@dataclass(frozen=True)
class Confirmed:
    """A point that was evaluated again. one: with the mean of these evaluations as its result. losses: by the number of the repeat."""

    one: Pooled
    losses: Mapping[int, float]
    failed: int

    @property
    def mean(self) -> float:
        """The mean of its results."""
        return self.one.loss or 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """The confidence interval of the mean, of noise that has a normal distribution (Student 1908)."""
        count = len(self.losses)
        half = student.bound(CONFIDENCE, count - 1) * (self.one.deviation or 0.0) / math.sqrt(count)
        return self.mean - half, self.mean + half

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "trial": self.one.number,
            "mean": self.mean,
            "interval": list(self.interval),
            "deviation": self.one.deviation,
            "evaluations": len(self.losses),
            "failed": self.failed,
            "parameters": dict(self.one.values),
        }


@dataclass(frozen=True)
class Confirmation:
    """The points that were confirmed, the best mean first."""

    points: Sequence[Confirmed]
    run: Run

    @property
    def winner(self) -> Pooled:
        """The best one, with its mean as the result."""
        return self.points[0].one

    @property
    def p(self) -> float | None:
        """How likely so large a difference between the first two is where they are equally good; None where nobody can tell.

        A paired t-test over the seeds that both have results with; two-sided.
        """
        if len(self.points) < 2:
            return None
        first, second = self.points[0].losses, self.points[1].losses
        rank = self.run.rank
        apart = [rank(second[repeat]) - rank(first[repeat]) for repeat in first if repeat in second]
        if len(apart) < 2:
            return None
        mean, spread = fmean(apart), stdev(apart)
        if spread == 0:
            return 0.0 if mean else 1.0
        return 1 - student.within(abs(mean) * math.sqrt(len(apart)) / spread, len(apart) - 1)

    def sentences(self) -> Iterator[str]:
        """The winner, and whether it is really better than the second."""
        best = self.points[0]
        low, high = (short(end) for end in best.interval)
        yield (
            f"Confirmed: evaluation {best.one.number} has a mean {self.run.main.name} of {short(best.mean)} in {len(best.losses)} evaluations with new "
            f"seeds (95 % confidence interval from {low} to {high})."
        )
        if len(self.points) > 1:
            yield self._compared(self.points[1])

    def _compared(self, second: Confirmed) -> str:
        other, p = f"evaluation {second.one.number} ({short(second.mean)})", self.p
        if p is None:
            return f"Too few seeds gave results to compare it with {other}."
        how = f"p {'< 0.0001' if p < _LEAST else f'= {p:.2g}'}, paired t-test"
        if p < SIGNIFICANT:
            return f"It is better than {other}, the second best: {how}."
        return f"Whether it is better than {other}, the second best, is not certain: {how}."

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {"points": [point.as_json() for point in self.points], "p": self.p}


def confirmation(run: Run, trials: Iterable[Trial]) -> Confirmation | None:
    """What is confirmed so far: points of which half of the evaluations that were asked for have a result, and at least two."""
    board, firsts = Points(run.repeats), {}
    for trial in trials:
        board.note(trial)
        if trial.repeat == 1:
            firsts[trial.number] = trial
    found = [
        one
        for number, members in board.confirming.items()
        if number in firsts and (one := _confirmed(firsts[number], members)) is not None
    ]
    found.sort(key=lambda point: (run.rank(point.mean), point.one.number))
    return Confirmation(found, run) if found else None


def _confirmed(first: Trial, members: Mapping[int, Trial]) -> Confirmed | None:
    good = [
        trial for _, trial in sorted(members.items()) if trial.status is Status.OK and trial.loss is not None
    ]
    losses = {trial.repeat: trial.loss for trial in good if trial.loss is not None}
    if len(losses) < 2 or 2 * len(losses) < len(members):
        return None
    one = Pooled(
        number=first.number,
        values=first.values,
        status=Status.OK,
        agent=first.agent,
        attempt=first.attempt,
        losses=tuple(losses.values()),
    )
    one.become(mean_of(list(members.values()), good))
    return Confirmed(one, losses, sum(trial.status.failure for trial in members.values()))


def best_of(run: Run, trials: Iterable[Trial], best: Trial | None) -> Trial | None:
    """The answer of a run: the point that was confirmed as the best, else the `best` one that its search has found."""
    found = confirmation(run, trials) if run.confirm else None
    return best if found is None else found.winner


def sentences(run: Run, trials: Iterable[Trial]) -> Iterator[str]:
    """What was confirmed; nothing where nothing was to be."""
    found = confirmation(run, trials) if run.confirm else None
    return iter(()) if found is None else found.sentences()


def short(number: float) -> str:
    """A number with the digits that mean something."""
    return real_text(float(f"{number:.{_DIGITS}g}"))
