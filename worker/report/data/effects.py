"""Partial dependence (Friedman 2001): what a forest predicts by one parameter and by each two of them, the others as they were evaluated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from worker.report.data.plot_columns import PlotColumn

_GRID = 14  # steps of a parameter
_SAMPLE = 40  # evaluations over which the others are averaged
_MOST_CURVES, _MOST_MAPPED = 12, 5  # parameters, the most important first
_QUARTILES = (25, 50, 75)


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
    """The typical result by one parameter: the quartiles of what the single trees of the forest predict."""

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


def effects(
    forest: Any,
    columns: Sequence[PlotColumn],
    points: list[list[float]],
    ordered: Sequence[float],
    names: Sequence[str],
) -> Effects:
    """What the forest says; ordered: the results in ascending order, whose ranks it predicts; names: the most important first."""
    places = {column.name: place for place, column in enumerate(columns)}
    chosen = [places[name] for name in names]
    steps = {place: _steps(sorted(point[place] for point in points), columns[place]) for place in chosen}
    sample = points[:_SAMPLE]

    def result(rank: float) -> float:
        """The result that has about this rank."""
        return ordered[min(len(ordered) - 1, max(0, round(rank * (len(ordered) - 1))))]

    curves = []
    for place in chosen[:_MOST_CURVES]:
        ends = _by_trees(forest, _grid(sample, [[(place, x)] for x in steps[place]]), len(sample))
        low, middle, high = (tuple(map(result, line)) for line in ends)
        curves.append(Dependence(columns[place].name, steps[place], middle, low, high))
    maps = []
    for one, other in combinations(chosen[:_MOST_MAPPED], 2):
        grid = _grid(sample, [[(one, x), (other, y)] for y in steps[other] for x in steps[one]])
        means = forest.predict(grid).reshape(-1, len(sample)).mean(axis=1)
        rows = means.reshape(len(steps[other]), len(steps[one])).tolist()
        table = tuple(tuple(map(result, row)) for row in rows)
        maps.append(Interaction(columns[one].name, columns[other].name, steps[one], steps[other], table))
    return Effects(tuple(curves), tuple(maps))


def _grid(
    sample: Sequence[list[float]], settings: Sequence[Sequence[tuple[int, float]]]
) -> list[list[float]]:
    """The sample, once with each of the settings (place, value) of its columns."""
    grid = []
    for setting in settings:
        for point in sample:
            changed = list(point)
            for place, value in setting:
                changed[place] = value
            grid.append(changed)
    return grid


def _by_trees(
    forest: Any, grid: list[list[float]], size: int
) -> tuple[list[float], list[float], list[float]]:
    """The quartiles over the trees, each averaged over every `size` rows of the grid."""
    import numpy as np

    table = np.array(grid, dtype=np.float32)
    means = np.array([tree.predict(table).reshape(-1, size).mean(axis=1) for tree in forest.estimators_])
    low, middle, high = np.percentile(means, _QUARTILES, axis=0)
    return low.tolist(), middle.tolist(), high.tolist()


def _steps(ordered: Sequence[float], column: PlotColumn) -> tuple[float, ...]:
    """Values that divide the evaluations evenly, or all of them where there are few."""
    distinct = sorted(set(ordered))
    if column.options is not None or len(distinct) <= _GRID:
        return tuple(distinct[:40])
    picked = {ordered[round(step * (len(ordered) - 1) / (_GRID - 1))] for step in range(_GRID)}
    return tuple(sorted(picked))
