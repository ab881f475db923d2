"""What each of several runs had reached after how many evaluations, after which time, and for how many node hours."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import accumulate, pairwise

from worker.pooled import Pooled
from worker.report.data import improvements, pareto
from worker.report.data.results import Results
from worker.report.data.summary import intervals
from worker.spec.run import Run
from worker.trial import Trial

_MOST_RESULTS, _MOST_EVALUATIONS = (
    4,
    3000,
)  # of all runs together, of which hypervolumes are computed in a moment
_DIGITS = 6
HYPERVOLUME = "hypervolume"


class Budget(Enum):
    """What a search may use up."""

    EVALUATIONS = "evaluations"
    SECONDS = "seconds"
    NODE_HOURS = "node hours"


@dataclass(frozen=True)
class Measure:
    """What runs are compared by: their result, or the hypervolume of their fronts below one reference point."""

    name: str
    maximises: bool
    reference: tuple[tuple[str, float], ...] = ()

    def rank(self, value: float) -> float:
        """What stands for a value where the smaller is the better."""
        return -value if self.maximises else value


@dataclass(frozen=True)
class Step:
    """What was used up until an evaluation had ended, and the best value so far."""

    evaluations: float
    seconds: float
    node_hours: float
    value: float

    def used(self, budget: Budget) -> float:
        """So much of that budget."""
        return {
            Budget.EVALUATIONS: self.evaluations,
            Budget.SECONDS: self.seconds,
            Budget.NODE_HOURS: self.node_hours,
        }[budget]


@dataclass(frozen=True)
class Curve:
    """The best value so far of a run: where it became better, and what the run has used up in all. `total` has no value of its own."""

    steps: tuple[Step, ...]
    total: Step

    def along(self, budget: Budget) -> list[tuple[float, float]]:
        """(used up, best value so far), up to the end of the run."""
        points = [(step.used(budget), step.value) for step in self.steps]
        return [*points, (self.total.used(budget), points[-1][1])] if points else []

    def reached(self, budget: Budget, limit: float) -> float | None:
        """The best value within so much of a budget; None where there was none yet."""
        found = [step.value for step in self.steps if step.used(budget) <= limit]
        return found[-1] if found else None


def curves(runs: Sequence[Results]) -> tuple[Measure, list[Curve]]:
    """What the runs are compared by, and the curve of each.

    Evaluations that were imported are no achievement of a run, and no cost either: they are left out.
    """
    volumes = _hypervolumes(runs)
    if volumes is not None:
        measure, values = volumes
        return measure, [_curve(run, *one, measure) for run, one in zip(runs, values, strict=True)]
    measure = Measure(runs[0].run.main.name, runs[0].run.maximises)
    points = [_points(results) for results in runs]
    return measure, [
        _curve(results, own, [point.loss for point in own], measure)
        for results, own in zip(runs, points, strict=True)
    ]


def _points(results: Results) -> list[improvements.Point]:
    return improvements.finished(trial for trial in results.points if not trial.imported)


def _hypervolumes(
    runs: Sequence[Results],
) -> tuple[Measure, list[tuple[list[improvements.Point], list[float]]]] | None:
    """The points of each run and the hypervolume after each of them; None where runs are about one result, or that would take long or overflow."""
    run = runs[0].run
    goals = run.goals
    if not all(results.run.several and results.run.goals == goals for results in runs):
        return None
    every = [
        [point for point in _points(results) if pareto.with_all([point.trial], goals)] for results in runs
    ]
    ranks = [[pareto.ranks(point.trial, goals) for point in points] for points in every]
    if not any(ranks) or len(goals) > _MOST_RESULTS or sum(map(len, ranks)) > _MOST_EVALUATIONS:
        return None
    from worker.search.boxes import volumes

    given = _given(run)
    # All are measured from one point, which lies a little beyond the worst of the front of all.
    _, reference = volumes([point for points in ranks for point in points], given)
    reached = [volumes(points, reference)[0] if points else [] for points in ranks]
    if not all(math.isfinite(one[-1]) for one in reached if one):
        return None
    named = tuple(
        (goal.name, goal.rank(float(f"{at:.{_DIGITS}g}"))) for goal, at in zip(goals, reference, strict=True)
    )
    return Measure(HYPERVOLUME, True, named), list(zip(every, reached, strict=True))


def _given(run: Run) -> list[float | None]:
    """The coordinates of the reference point that the config names, as ranks."""
    named = {name: float(number) for name, number in run.reference}
    return [goal.rank(named[goal.name]) if goal.name in named else None for goal in run.goals]


def _curve(
    results: Results, points: Sequence[improvements.Point], values: Sequence[float], measure: Measure
) -> Curve:
    own = [trial for trial in results.trials if not trial.imported]
    begin = min((trial.start for trial in own if trial.start is not None), default=0.0)
    ended = sorted(
        (trial.end if trial.end is not None else float("inf"), trial.number)
        for trial in own
        if trial.status.ended
    )
    busy = occupied(own)

    def used(end: float, number: float, value: float) -> Step:
        count = bisect_right(ended, (end, number))
        return Step(count, max(0.0, end - begin), busy(end) * results.run.nodes / 3600, value)

    steps: list[Step] = []
    for point, value in zip(points, values, strict=True):
        if not steps or measure.rank(value) < measure.rank(steps[-1].value):
            steps.append(used(*_end(point.trial, begin), value))
    last = max((trial.end for trial in own if trial.status.ended and trial.end is not None), default=begin)
    return Curve(tuple(steps), used(last, float("inf"), 0.0))


def _end(trial: Trial, begin: float) -> tuple[float, float]:
    """When an evaluation ended, and the last one that counts as ended by then; of a point, with all of its own."""
    end = trial.end if trial.end is not None else begin
    return end, float("inf") if isinstance(trial, Pooled) else trial.number


def occupied(trials: Iterable[Trial]) -> Callable[[float], float]:
    """How many seconds until a time evaluations ran on hosts, each host once, however many ran there together."""
    by_host: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for trial in trials:
        by_host[trial.host].extend(intervals([trial]))
    changes: dict[float, int] = defaultdict(int)
    for spans in by_host.values():
        for start, end in _united(spans):
            changes[start] += 1
            changes[end] -= 1
    times = sorted(changes)
    hosts = list(accumulate(changes[time] for time in times))  # how many are busy from each time on
    stretches = [(later - time) * busy for (time, later), busy in zip(pairwise(times), hosts, strict=False)]
    totals = list(accumulate(stretches, initial=0.0))

    def until(time: float) -> float:
        place = bisect_right(times, time) - 1
        return totals[place] + (time - times[place]) * hosts[place] if place >= 0 else 0.0

    return until


def _united(spans: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """The same stretches of time, none of which meets another."""
    found: list[tuple[float, float]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found
