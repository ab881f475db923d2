"""How much each parameter matters for the result: permutation importance of a random forest (scikit-learn)."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from worker.report.frame import Frame, FrameColumn

LEAST = 20  # evaluations with a result; fewer say nothing
MOST = 2000  # evaluations that the forest learns from; more change nothing but the time
_GRID = 14  # steps of the map of two parameters, each way
METHOD = (
    "Permutation importance: a random forest (scikit-learn) learns to predict the rank of the result from the "
    "parameters; a parameter matters as much as the prediction of unseen evaluations suffers when its values are "
    "shuffled. A negative or tiny value means no influence that could be seen."
)
INSTALL = 'pip install "scikit-learn>=1.4"'


class NoImportanceError(Exception):
    """Importance cannot be told; the text is the sentence that says why and what to do."""


@dataclass(frozen=True)
class Interaction:
    """The forest's prediction over two parameters: values of each, and for each pair the typical result there."""

    x: str
    y: str
    xs: tuple[float, ...]
    ys: tuple[float, ...]
    results: tuple[tuple[float, ...], ...]  # one row for each of ys


@dataclass(frozen=True)
class Importance:
    """parameter -> (mean, standard deviation over shuffles) of the loss in R2, the most important first.

    score: R2 of the forest on evaluations that it did not learn from; 1 is perfect, 0 or less knows nothing.
    """

    shares: dict[str, tuple[float, float]]
    score: float
    interaction: Interaction | None


def measure(frame: Frame) -> Importance:
    """The importance of all parameters. Raises NoImportanceError where it cannot be told."""
    results = frame.column("result").values
    rows = [row for row, counts in enumerate(frame.usable) if counts and results[row] is not None]
    columns = [column for column in frame.of_role("parameter") if len(set(column.values)) > 1]
    if len(rows) < LEAST:
        raise NoImportanceError(
            f"Only {len(rows)} evaluations have a result; from {LEAST} on, the importance of parameters is told."
        )
    if not columns or len({results[row] for row in rows}) < 2:
        raise NoImportanceError("All evaluations gave the same, so no parameter can be told from another.")
    try:
        import sklearn  # noqa: F401
    except ImportError as error:
        raise NoImportanceError(
            f"This needs scikit-learn, which is not installed here; install it into the same environment: {INSTALL}"
        ) from error
    rows = random.Random(1).sample(rows, min(len(rows), MOST))
    losses = [results[row] or 0.0 for row in rows]
    points = [[_number(column, row) for column in columns] for row in rows]
    return _measured(columns, points, losses)


def _number(column: FrameColumn, row: int) -> float:
    value = column.values[row]
    return -1.0 if value is None else value


def _measured(
    columns: Sequence[FrameColumn], points: list[list[float]], losses: Sequence[float]
) -> Importance:
    from sklearn.ensemble import RandomForestRegressor
    from sklearn.inspection import permutation_importance

    ranks = _ranks(losses)
    held_out = max(len(points) // 4, 5)
    forest = RandomForestRegressor(n_estimators=80, min_samples_leaf=2, random_state=1)
    forest.fit(points[held_out:], ranks[held_out:])
    score = float(forest.score(points[:held_out], ranks[:held_out]))
    found = permutation_importance(forest, points[:held_out], ranks[:held_out], n_repeats=8, random_state=1)
    shares = {
        column.name: (float(mean), float(deviation))
        for column, mean, deviation in zip(
            columns, found.importances_mean, found.importances_std, strict=True
        )
    }
    order = sorted(shares, key=lambda name: -shares[name][0])
    interaction = _interaction(forest, columns, points, sorted(losses), order[:2]) if len(order) > 1 else None
    return Importance({name: shares[name] for name in order}, score, interaction)


def _ranks(losses: Sequence[float]) -> list[float]:
    """Loss -> its rank from 0 to 1, equal ones alike: outliers then weigh no more than any other bad result."""
    ordered = sorted(losses)
    first: dict[float, int] = {}
    last: dict[float, int] = {}
    for place, loss in enumerate(ordered):
        first.setdefault(loss, place)
        last[loss] = place
    return [(first[loss] + last[loss]) / 2 / max(1, len(ordered) - 1) for loss in losses]


def _interaction(
    forest: Any,
    columns: Sequence[FrameColumn],
    points: list[list[float]],
    ordered: Sequence[float],
    names: Sequence[str],
) -> Interaction:
    """Partial dependence on two parameters: predictions averaged over the others as they were evaluated."""
    places = [next(index for index, column in enumerate(columns) if column.name == name) for name in names]
    xs, ys = (_steps(sorted(point[place] for point in points), columns[place]) for place in places)
    sample = points[:40]
    grid = []
    for y in ys:
        for x in xs:
            for point in sample:
                changed = list(point)
                changed[places[0]], changed[places[1]] = x, y
                grid.append(changed)
    predicted = forest.predict(grid)
    means = [float(predicted[at : at + len(sample)].mean()) for at in range(0, len(grid), len(sample))]
    results = [ordered[min(len(ordered) - 1, max(0, round(mean * (len(ordered) - 1))))] for mean in means]
    table = tuple(tuple(results[at : at + len(xs)]) for at in range(0, len(results), len(xs)))
    return Interaction(names[0], names[1], xs, ys, table)


def _steps(ordered: Sequence[float], column: FrameColumn) -> tuple[float, ...]:
    """Values that divide the evaluations evenly, or all of them where there are few."""
    distinct = sorted(set(ordered))
    if column.options is not None or len(distinct) <= _GRID:
        return tuple(distinct[:40])
    picked = {ordered[round(step * (len(ordered) - 1) / (_GRID - 1))] for step in range(_GRID)}
    return tuple(sorted(picked))
