"""How flat the result is around the best one: which values of each parameter come with results that are nearly as good."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from worker.report.data import bounds_remark
from worker.report.data.readable import joined, readable, readable_value
from worker.report.data.summary import best_first
from worker.spec.dimension import Numbers
from worker.spec.parameter_types import type_of
from worker.spec.parameters import Parameter, Value
from worker.spec.run import Run
from worker.spec.scale import Even
from worker.spec.text import counted
from worker.trial import Trial

WITHIN = 5.0  # percent of the way from the best result to the median
LEAST = 10  # results, of which fewer say nothing
_FEW = 3  # nearly best ones, of which fewer say nothing about where others lie
_MOST_VALUES = 8  # that are listed
HEAD = ("Parameter", "Best value", "Nearly as good", "Share of the range", "On a bound")


@dataclass(frozen=True)
class Flat:
    """One parameter. values: those of nearly best evaluations, ascending, or the most frequent first; share: of the searched range."""

    name: str
    best: Value
    values: tuple[Value, ...]
    ordered: bool
    share: float | None
    bound: str


@dataclass(frozen=True)
class Flatness:
    """All parameters. near: how many evaluations are nearly as good; limit: the worst result that still is."""

    flats: tuple[Flat, ...]
    within: float
    near: int
    limit: float
    result: str

    def sentence(self) -> str:
        """What nearly as good means, and how much is known."""
        words = (
            f"{counted(self.near, 'evaluation')} {'is' if self.near == 1 else 'are'} nearly as good as the best: {self.result} up to "
            f"{readable(self.limit)}, {self.within:g} % of the way from the best to the median."
        )
        if self.near < _FEW:
            return f"{words} These are too few to tell how flat it is around the best."
        return f"{words} Values outside what they have may be as good where the search has not looked."

    def rows(self) -> Iterator[list[str]]:
        """Below HEAD."""
        for flat in self.flats:
            share = "" if flat.share is None else f"{100 * flat.share:.3g} %"
            yield [flat.name, readable_value(flat.best), _values_text(flat), share, flat.bound]


def flatness(run: Run, points: Sequence[Trial], within: float = WITHIN) -> Flatness | None:
    """How flat it is; None where too few evaluations have a result, or all have the same. within: see WITHIN."""
    ranked = best_first(points, run)
    rank = run.main.rank
    ranks = [rank(trial.loss or 0.0) for trial in ranked]
    if len(ranked) < LEAST or ranks[0] == ranks[-1]:
        return None
    limit = ranks[0] + within / 100 * (median(ranks) - ranks[0])
    near = ranked[: bisect_right(ranks, limit)]
    bounds = bounds_remark.ends(run, ranked[0])
    flats = tuple(
        _flat(run, parameter, near, bounds.get(parameter.name, ""))
        for parameter in run.parameters
        if parameter.name in ranked[0].values
    )
    return Flatness(flats, within, len(near), run.rank(limit), run.main.name)


def _flat(run: Run, parameter: Parameter, near: Sequence[Trial], bound: str) -> Flat:
    found = [trial.values[parameter.name] for trial in near if parameter.name in trial.values]
    best = near[0].values[parameter.name]
    dimension = type_of(parameter).dimension(parameter, run.precision)
    if not dimension.ordered:
        frequent = sorted(dict.fromkeys(found), key=lambda value: -found.count(value))
        return Flat(parameter.name, best, tuple(frequent), False, len(frequent) / dimension.count, bound)
    ordered = tuple(sorted(dict.fromkeys(found), key=dimension.index))
    share: float | None = None
    if isinstance(dimension, Numbers) and dimension.stepped:
        share = (dimension.index(ordered[-1]) - dimension.index(ordered[0]) + 1) / dimension.count
    elif isinstance(dimension, Numbers) and isinstance(dimension.scale, Even):
        low, high = dimension.scale.ends
        share = (dimension.encode(ordered[-1]) - dimension.encode(ordered[0])) / (high - low)
    return Flat(parameter.name, best, ordered, True, share, bound)


def _values_text(flat: Flat) -> str:
    if flat.ordered and len(flat.values) > 1:
        return joined(" to ", [readable_value(value) for value in (flat.values[0], flat.values[-1])])
    more = len(flat.values) - _MOST_VALUES
    listed = joined(", ", [readable_value(value) for value in flat.values[:_MOST_VALUES]])
    return joined("", [listed, f" and {more} more"]) if more > 0 else listed
