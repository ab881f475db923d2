"""Groups of alike runs against each other: bands over their seeds, and who stands where at a budget that all have had."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from worker.report.data.comparison import differences, groups
from worker.report.data.rank_tests import Verdict, verdict
from worker.report.data.results import Results
from worker.report.data.run_curves import Budget, Curve, Measure, curves

MOST_STEPS = 200  # of a curve


@dataclass(frozen=True)
class Band:
    """The best value so far of alike runs along a budget: median and quartiles."""

    label: str
    runs: tuple[str, ...]
    steps: list[float]
    median: list[float]
    low: list[float]
    high: list[float]

    @property
    def mirrored(self) -> Band:
        """The same upside down."""
        turned = ([-value for value in values] for values in (self.median, self.high, self.low))
        return Band(self.label, self.runs, self.steps, *turned)


@dataclass(frozen=True)
class Place:
    """A group at a budget. values: of its runs, those without one yet left out; the quartiles count them as the worst."""

    label: str
    runs: int
    values: tuple[float, ...]
    low: float | None
    median: float | None
    high: float | None


@dataclass(frozen=True)
class Standing:
    """All groups at the largest budget that each run has used up. verdict: None where their values are not the same thing."""

    budget: Budget
    at: float
    shortest: str  # the run that has used up no more
    places: tuple[Place, ...]
    verdict: Verdict | None

    @property
    def first(self) -> int | None:
        """Which group has the best median, one of them where several have the same; None where no group has one."""
        return self.order[0] if self.order else None

    @property
    def alike(self) -> tuple[int, ...]:
        """All groups that have the best median."""
        best = self.places[self.order[0]].median if self.order else None
        return tuple(place for place in self.order if self.places[place].median == best)

    order: tuple[int, ...] = ()  # the groups that have a median, the best first


class Comparison:
    """Several runs, the groups of alike ones among them, and what they are compared by."""

    def __init__(self, runs: Sequence[Results]) -> None:
        self.runs = list(runs)
        self.groups = groups(self.runs)
        self.labels = [_label(group) for group in self.groups]
        self.measure, found = self._measured
        self._curves = {id(results): curve for results, curve in zip(self.runs, found, strict=True)}

    @cached_property
    def _measured(self) -> tuple[Measure, list[Curve]]:
        return curves(self.runs)

    @cached_property
    def comparable(self) -> bool:
        """Whether the results of all runs are the same thing."""
        return not any(difference.fatal for difference in differences(self.runs))

    def bands(self, budget: Budget) -> list[Band]:
        """A band for every group of alike runs that has a result, from where on all of them have one."""
        found = []
        for label, group in zip(self.labels, self.groups, strict=True):
            drawn = {
                results.run.name: curve
                for results in group
                if (curve := self._curves[id(results)].along(budget))
            }
            if drawn:
                found.append(_band(label, drawn, budget))
        return found

    def standing(self, budget: Budget) -> Standing | None:
        """Who stands where; None where a run has used up nothing, or there is but one group."""
        used = [(self._curves[id(results)].total.used(budget), results) for results in self.runs]
        at, shortest = min(used, key=lambda pair: pair[0])
        if at <= 0 or len(self.groups) < 2:
            return None
        reached = [
            [self._curves[id(results)].reached(budget, at) for results in group] for group in self.groups
        ]
        ranks = [
            [math.inf if value is None else self.measure.rank(value) for value in values]
            for values in reached
        ]
        seeds = [[results.state.seed for results in group] for group in self.groups]
        places = tuple(
            self._place(label, values, own)
            for label, values, own in zip(self.labels, reached, ranks, strict=True)
        )
        order = sorted(
            (place for place, one in enumerate(places) if one.median is not None),
            key=lambda place: self.measure.rank(places[place].median or 0.0),
        )
        tested = verdict(ranks, seeds) if self.comparable else None
        return Standing(budget, at, shortest.run.name, places, tested, tuple(order))

    def _place(self, label: str, reached: Sequence[float | None], ranks: Sequence[float]) -> Place:
        quartiles = [quantile(sorted(ranks), share) for share in (0.25, 0.5, 0.75)]
        back = [self.measure.rank(rank) if math.isfinite(rank) else None for rank in quartiles]
        low, median, high = back[::-1] if self.measure.maximises else back
        return Place(
            label, len(ranks), tuple(value for value in reached if value is not None), low, median, high
        )


def _label(group: Sequence[Results]) -> str:
    first = group[0].run.name
    return first if len(group) == 1 else f"{first} and {len(group) - 1} more"


def _band(label: str, drawn: dict[str, list[tuple[float, float]]], budget: Budget) -> Band:
    steps = _steps(list(drawn.values()), whole=budget is Budget.EVALUATIONS)
    columns = [_at(curve, steps) for curve in drawn.values()]
    quartiles = [
        [quantile(sorted(values), share) for share in (0.25, 0.5, 0.75)]
        for values in zip(*columns, strict=True)
    ]
    low, median, high = (list(values) for values in zip(*quartiles, strict=True))
    return Band(label, tuple(drawn), steps, median, low, high)


def _steps(drawn: Sequence[Sequence[tuple[float, float]]], whole: bool) -> list[float]:
    """Where the band may change: every place where a curve does, or as many in equal ratios where those are too many."""
    first = max(curve[0][0] for curve in drawn)
    last = max(curve[-1][0] for curve in drawn)
    exact = sorted({first, last, *(x for curve in drawn for x, _ in curve if first < x < last)})
    if len(exact) <= MOST_STEPS or first <= 0:
        return exact if len(exact) <= MOST_STEPS else [*exact[:: -(-len(exact) // MOST_STEPS)], last]
    ratio = (last / first) ** (1 / MOST_STEPS)
    between = [first * ratio**index for index in range(1, MOST_STEPS)]
    return sorted({first, last, *((float(round(x)) for x in between) if whole else between)})


def _at(curve: Sequence[tuple[float, float]], steps: Sequence[float]) -> list[float]:
    """The curve's value at each step, of which none is before its first; its last one stays."""
    values: list[float] = []
    index = 0
    for step in steps:
        while index + 1 < len(curve) and curve[index + 1][0] <= step:
            index += 1
        values.append(curve[index][1])
    return values


def quantile(ordered: Sequence[float], share: float) -> float:
    """The value below which this share of ordered numbers lies, between two of them in proportion; inf where one of these is."""
    position = share * (len(ordered) - 1)
    low = int(position)
    if position == low:
        return ordered[low]
    high = low + 1
    if math.isinf(ordered[high]):
        return math.inf
    return ordered[low] + (ordered[high] - ordered[low]) * (position - low)
