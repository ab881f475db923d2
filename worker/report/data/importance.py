"""How much each parameter matters for the result: permutation importance of a random forest (scikit-learn)."""

from __future__ import annotations

import random
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from worker.report.data.effects import Effects, Interaction, Learned, effects, interaction, missing
from worker.report.data.plot_columns import PlotColumn, PlotData
from worker.report.data.shuffling import drawn_anew, increases, joined
from worker.spec.text import counted, together
from worker.store.starter import command

LEAST = 20  # evaluations with a result; fewer say nothing
MOST = 2000  # evaluations that the forest learns from; more change nothing but the time
_FEW = 400  # evaluations up to which each of them is predicted, by a forest that has not seen it
_PARTS = 4  # into which they are divided for that; of more evaluations one part is predicted
_TREES = 80
_SHUFFLES = 8
_WEAK = 0.3  # R2 below which the forest knows too little to be believed


HEAD = ("Parameter", "Share", "90 % interval", "Drop in R²")


class NoImportanceError(Exception):
    """Importance cannot be told; the text is the sentence that says why and what to do."""


@dataclass(frozen=True)
class Importance:
    """parameter -> (mean, standard deviation over shuffles) of the loss in R2, the most important first.

    intervals: parameter -> its part of the importance of all, from 0 to 1, and a 90 % interval of that.
    score: R2 of the forest on evaluations that it did not learn from; 1 is perfect, 0 or less knows nothing.
    learned: evaluations that were used at all; tested: how many of them were predicted.
    """

    shares: dict[str, tuple[float, float]]
    score: float
    learned: int
    tested: int
    intervals: Mapping[str, tuple[float, float, float]]
    effects: Effects

    @property
    def interaction(self) -> Interaction | None:
        """The map of the two most important parameters."""
        return self.effects.maps[0] if self.effects.maps else None

    @property
    def doubtful(self) -> bool:
        """Whether the forest knows too little."""
        return self.score < _WEAK

    @property
    def quality(self) -> str:
        """How far the forest can be believed."""
        doubt = "That is low: do not rely on these figures." if self.doubtful else ""
        return together(f"Unshuffled, the predictions reach R² = {self.score:.2f}.", doubt)

    def rows(self) -> Iterator[list[str]]:
        """Below HEAD: of each parameter the share and its interval in percent, and the drop that it is a share of."""
        for name, (mean, deviation) in self.shares.items():
            share, low, high = self.intervals[name]
            interval = f"{100 * low:.0f} % to {100 * high:.0f} %"
            yield [name, f"{100 * share:.0f} %", interval, f"{mean:.3f} ± {deviation:.3f}"]

    @property
    def method(self) -> str:
        """How all this was found, in words."""
        test = (
            f"It is tested with {self.tested:,} of them, which were held back while it learned."
            if self.tested < self.learned
            else "Each result is predicted by a forest that has learned only from the others."
        )
        return (
            f"Permutation importance: a random forest (scikit-learn, {_TREES} trees) learns the rank of the result from "
            f"the parameters of {self.learned:,} evaluations. {test} The importance of a parameter is the "
            f"drop in R² of these predictions when its values are shuffled ({_SHUFFLES} times; ± is "
            "one standard deviation). R² may fall below 0, so the importance may exceed 1; about 0 "
            "means no visible influence where the search has looked. The shares are parts of the sum, influences below 0 "
            "counted as 0; their 90 % intervals come from drawing the predicted evaluations anew 400 times "
            "(bootstrap), with the same forests."
        )


@dataclass(frozen=True)
class Lesson:
    """What a forest learns from: the columns that vary, of each evaluation their values, and its result."""

    columns: tuple[PlotColumn, ...]
    points: list[list[float]]
    losses: list[float]

    @property
    def content(self) -> object:
        """All that the importance depends on; the same for the same, as JSON can hold it."""
        return [
            [(column.name, column.options, column.scale) for column in self.columns],
            self.points,
            self.losses,
        ]


def lesson(plot_data: PlotData) -> Lesson:
    """What can be learned from. Raises NoImportanceError where that says nothing."""
    results = plot_data.column("result").values
    rows = [row for row, usable in enumerate(plot_data.usable) if usable and results[row] is not None]
    columns = tuple(
        column for column in plot_data.of_role("parameter") if len({column.values[row] for row in rows}) > 1
    )
    if len(rows) < LEAST:
        raise NoImportanceError(
            f"The importance of parameters is shown once {LEAST} evaluations have a result; so far, "
            f"{counted(len(rows), 'evaluation')} {'has' if len(rows) == 1 else 'have'} one."
        )
    if not columns or len({results[row] for row in rows}) < 2:
        raise NoImportanceError("All evaluations gave the same result, so the parameters cannot be compared.")
    rows = random.Random(1).sample(rows, min(len(rows), MOST))
    gaps = [missing(column) for column in columns]
    points = [
        [
            gap if (value := column.values[row]) is None else value
            for column, gap in zip(columns, gaps, strict=True)
        ]
        for row in rows
    ]
    return Lesson(columns, points, [results[row] or 0.0 for row in rows])


def measure(of: Lesson) -> Importance:
    """The importance of all columns. Raises NoImportanceError where scikit-learn is not installed."""
    _need_forests()
    from sklearn.model_selection import KFold

    points, ranks = of.points, _ranks(of.losses)
    spread = statistics.pvariance(ranks)
    parts = list(KFold(_PARTS).split(points))[: _PARTS if len(points) <= _FEW else 1]
    errors: list[float] = []
    grown: list[Any] = []  # of each part: by how much shuffling makes the errors larger
    for learned, tested in parts:
        forest = _forest([points[row] for row in learned], [ranks[row] for row in learned])
        tested_points, actual_ranks = [points[row] for row in tested], [ranks[row] for row in tested]
        errors += [
            (predicted - actual) ** 2
            for predicted, actual in zip(forest.predict(tested_points), actual_ranks, strict=True)
        ]
        grown.append(increases(forest, tested_points, actual_ranks, _SHUFFLES))
    every = joined(grown) / spread
    shares = _shares(of.columns, every.mean(axis=2))
    score = 1 - statistics.fmean(errors) / spread
    intervals = dict(zip((column.name for column in of.columns), drawn_anew(every), strict=True))
    return Importance(shares, score, len(points), len(errors), intervals, effects(_learned(of), list(shares)))


def map_of(of: Lesson, x: str, y: str, cells: int) -> Interaction:
    """The map of two of the columns, which may be any. Raises NoImportanceError where scikit-learn is not installed."""
    _need_forests()
    return interaction(_learned(of), x, y, cells)


def _need_forests() -> None:
    try:
        import sklearn  # noqa: F401
    except ImportError as error:
        raise NoImportanceError(
            f"This needs scikit-learn, which is not installed here; install it: {command('install', 'importance', lasting=True)}"
        ) from error


def _learned(of: Lesson) -> Learned:
    """A forest that has seen everything."""
    return Learned(_forest(of.points, _ranks(of.losses)), of.columns, of.points, sorted(of.losses))


def _shares(columns: Sequence[PlotColumn], together: Any) -> dict[str, tuple[float, float]]:
    """Name -> mean and deviation, the most important first; all parts together, each shuffle of them is one of the whole."""
    shares = {
        column.name: (float(row.mean()), float(row.std()))
        for column, row in zip(columns, together, strict=True)
    }
    return dict(sorted(shares.items(), key=lambda share: -share[1][0]))


def _forest(points: list[list[float]], ranks: list[float]) -> Any:
    from sklearn.ensemble import RandomForestRegressor

    return RandomForestRegressor(n_estimators=_TREES, min_samples_leaf=2, random_state=1).fit(points, ranks)


def _ranks(losses: Sequence[float]) -> list[float]:
    """Loss -> its rank from 0 to 1, equal ones alike: outliers then weigh no more than any other bad result."""
    ordered = sorted(losses)
    first: dict[float, int] = {}
    last: dict[float, int] = {}
    for position, loss in enumerate(ordered):
        first.setdefault(loss, position)
        last[loss] = position
    return [(first[loss] + last[loss]) / 2 / max(1, len(ordered) - 1) for loss in losses]
