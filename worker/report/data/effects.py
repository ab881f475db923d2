"""Partial dependence (Friedman 2001): what a forest predicts by one parameter and by each two of them, the others averaged over."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from worker.report.data.plot_columns import PlotColumn

MOST = 12  # parameters of which there are curves, and maps of each two, the most important first
_CATEGORIES = 16  # of a parameter, the most frequent ones
_GRID = 14  # steps of a parameter in a curve
_CELLS = 12  # and of each of both in a map, where that is one of many
_PERCENTILES = (10, 50, 90)


@dataclass(frozen=True)
class Interaction:
    """The forest's prediction over two parameters: values of each, and for each pair the typical result there."""

    x: str
    y: str
    xs: tuple[float, ...]
    ys: tuple[float, ...]
    results: tuple[tuple[float, ...], ...]  # one row for each of ys


@dataclass(frozen=True)
class Dependence:
    """The typical result by one parameter: the median over the single trees, from their 10th to their 90th percentile."""

    name: str
    xs: tuple[float, ...]
    middle: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True)
class Effects:
    """Curves of single parameters, and maps of pairs, that of the two most important first."""

    curves: tuple[Dependence, ...]
    maps: tuple[Interaction, ...]


@dataclass(frozen=True)
class Learned:
    """A forest with what it has learned from: of each evaluation, the values of the columns. ordered: the results, ascending, whose ranks it predicts."""

    forest: Any
    columns: Sequence[PlotColumn]
    points: Sequence[Sequence[float]]
    ordered: Sequence[float]

    def result(self, rank: float) -> float:
        """The result that has about this rank from 0 to 1."""
        last = len(self.ordered) - 1
        return self.ordered[min(last, max(0, round(rank * last)))]


def effects(learned: Learned, names: Sequence[str]) -> Effects:
    """What the forest says; names: of all columns, the most important first."""
    chosen = list(names)[:MOST]
    curves = tuple(_curve(learned, name) for name in chosen)
    return Effects(curves, tuple(interaction(learned, x, y) for x, y in combinations(chosen, 2)))


def interaction(learned: Learned, x: str, y: str, cells: int = _CELLS) -> Interaction:
    """The map over two different columns, in so many steps of each at most."""
    across, up = (_Axis.of(learned, name) for name in (x, y))
    xs, ys = across.evenly(cells), up.evenly(cells)
    ranks = _predicted(learned.forest, len(learned.columns), [(across.place, xs), (up.place, ys)])
    rows = tuple(tuple(map(learned.result, row)) for row in ranks.T.tolist())
    return Interaction(x, y, xs, ys, rows)


def _curve(learned: Learned, name: str) -> Dependence:
    import numpy as np

    axis = _Axis.of(learned, name)
    xs = axis.where_evaluations_are()
    trees = [
        _predicted(tree, len(learned.columns), [(axis.place, xs)]) for tree in learned.forest.estimators_
    ]
    low, middle, high = (
        tuple(map(learned.result, line)) for line in np.percentile(trees, _PERCENTILES, axis=0).tolist()
    )
    return Dependence(name, xs, middle, low, high)


def _predicted(model: Any, width: int, axes: Sequence[tuple[int, Sequence[float]]]) -> Any:
    """What a tree or forest predicts at these values of one or two columns: an array with a dimension for each.

    The others are averaged over as the evaluations fell into the branches, which needs no prediction of any
    evaluation (the weighted traversal of Friedman 2001, section 8.2).
    """
    import numpy as np
    from sklearn.inspection import partial_dependence

    # Where a column has few different values, the grid is these.
    table = np.zeros((max(len(values) for _, values in axes), width))
    for place, values in axes:
        table[:, place] = np.resize(values, len(table))
    found = partial_dependence(
        model, table, [place for place, _ in axes], method="recursion", kind="average", grid_resolution=1000
    )
    return found["average"][0]


@dataclass(frozen=True)
class _Axis:
    """A column of the table, and the values that evaluations have there, ascending."""

    place: int
    column: PlotColumn
    found: Sequence[float]

    @classmethod
    def of(cls, learned: Learned, name: str) -> _Axis:
        place = next(at for at, column in enumerate(learned.columns) if column.name == name)
        column = learned.columns[place]
        gap = missing(column)
        return cls(place, column, sorted(point[place] for point in learned.points if point[place] != gap))

    def where_evaluations_are(self) -> tuple[float, ...]:
        """Values that divide the evaluations evenly, or all of them where there are few."""
        distinct = self._few(_GRID)
        if distinct:
            return distinct
        last = len(self.found) - 1
        return tuple(sorted({self.found[round(step * last / (_GRID - 1))] for step in range(_GRID)}))

    def evenly(self, steps: int) -> tuple[float, ...]:
        """Values at even distances on the scale of the column, or all of them where there are few."""
        distinct = self._few(steps)
        if distinct:
            return distinct
        low, high = self.found[0], self.found[-1]
        into, back = _scale(self.column.scale == "log" and low > 0)
        first, width = into(low), into(high) - into(low)
        inner = [back(first + step * width / (steps - 1)) for step in range(1, steps - 1)]
        values = (low, *((float(round(value)) for value in inner) if self.column.integer else inner), high)
        return tuple(sorted(set(values)))

    def _few(self, most: int) -> tuple[float, ...]:
        """All values where they are so few, or the most frequent categories; none where they are many."""
        distinct = Counter(self.found)
        if self.column.options is not None:
            return tuple(sorted(value for value, _ in distinct.most_common(_CATEGORIES)))
        return tuple(sorted(distinct)) if len(distinct) <= most else ()


def _scale(log: bool) -> tuple[Callable[[float], float], Callable[[float], float]]:
    return (math.log, math.exp) if log else (float, float)


def missing(column: PlotColumn) -> float:
    """What stands in the table where an evaluation has no value: less than all values."""
    if column.options is not None:
        return -1.0
    low, high = min(column.numbers), max(column.numbers)
    return low - max(1.0, high - low)
