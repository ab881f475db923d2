"""Trials as rows of coordinates, and the columns in which the distance between two rows is measured."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from worker.search.auto.axes import Axis, CategoryAxis, axis_of
from worker.spec.dimension import AnyDimension

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

_UNEVEN_STEPS = 2.0  # times a mutation's scale where steps are uneven, so that it leaves the value
_SHARE_OF_ALL = 0.4  # of the mutants change every coordinate
_MUTATED = 3  # coordinates that the others change, about
_RESOLUTION = 1e9  # of a coordinate, where two points count as one


class Encoding:
    """Rows of d coordinates (see `Axis`), and their embedding: numbers as they are, categories one-hot.

    One-hot columns are divided by the root of 2, so that two categories have a squared distance of 1.
    """

    def __init__(self, axes: Sequence[Axis]) -> None:
        self.axes = list(axes)
        self.size = len(self.axes)
        self.categories = np.array([axis.categories for axis in self.axes])
        self.categorical = np.flatnonzero(self.categories > 0)
        self.numeric = np.flatnonzero(self.categories == 0)
        self.continuous = np.flatnonzero([axis.continuous for axis in self.axes])
        widths = [max(1, axis.categories) for axis in self.axes]
        self.starts = np.cumsum([0, *widths[:-1]])
        self.columns = [slice(start, start + width) for start, width in zip(self.starts, widths, strict=True)]
        self.width = sum(widths)
        self.parameter = np.repeat(np.arange(self.size), widths)  # to which each column belongs
        self._multipliers = np.random.default_rng(0).integers(1, 2**62, self.size) | 1

    @classmethod
    def of(cls, dimensions: Sequence[AnyDimension]) -> Encoding:
        """The encoding of a space."""
        return cls([axis_of(dimension) for dimension in dimensions])

    def rows(self, columns: Sequence[Floats]) -> Floats:
        """Rows (n, d) of columns of latent values."""
        axes = zip(self.axes, columns, strict=True)
        return np.column_stack([axis.coordinates(np.asarray(column, dtype=float)) for axis, column in axes])

    def latents(self, row: Floats) -> list[float]:
        """The latent values of one row."""
        return [float(axis.latents(row[j : j + 1])[0]) for j, axis in enumerate(self.axes)]

    def snap(self, rows: Floats) -> Floats:
        """`rows`, each coordinate at the value that the parameter takes there; in place."""
        for j, axis in enumerate(self.axes):
            rows[:, j] = axis.snapped(rows[:, j])
        return rows

    def draw(self, count: int, generator: np.random.Generator) -> Floats:
        """Rows drawn from the promised distributions."""
        rows = generator.random((count, self.size))
        for j, axis in enumerate(self.axes):
            if isinstance(axis, CategoryAxis):
                rows[:, j] = axis.draw(count, generator)
        return self.snap(rows)

    def embed(self, rows: Floats) -> Floats:
        """The embedding (n, width) of rows."""
        embedded = np.zeros((len(rows), self.width))
        embedded[:, self.starts[self.numeric]] = rows[:, self.numeric]
        every = np.arange(len(rows))
        for j in self.categorical:
            embedded[every, self.starts[j] + rows[:, j].astype(np.int64)] = math.sqrt(0.5)
        return embedded

    def squared_distances(self, embedded: Floats, others: Floats) -> Floats:
        """The squared distances (d, n, m) in each parameter."""
        distances = np.empty((self.size, len(embedded), len(others)))
        for j, columns in enumerate(self.columns):
            ours, theirs = embedded[:, columns], others[:, columns]
            if self.categories[j]:
                distances[j] = squared(ours, theirs)
            else:
                np.subtract(ours, theirs.T, out=distances[j])
                np.multiply(distances[j], distances[j], out=distances[j])
        return distances

    def keys(self, rows: Floats) -> Integers:
        """One number a row, the same for the same point."""
        keys: Integers = (np.round(rows * _RESOLUTION).astype(np.int64) * self._multipliers).sum(axis=1)
        return keys

    def comparable(self, rows: Floats) -> Floats:
        """`rows` with a number for every coordinate, so that differences can be taken."""
        return rows

    def is_whole(self, row: Floats) -> bool:
        """Whether a row has the coordinates of all parameters that exist there."""
        return True

    def mutants(self, rows: Floats, scales: Floats, generator: np.random.Generator) -> Floats:
        """One mutant a row: numbers move by about `scales` (n,), at least by a step; categories are drawn anew.

        At least one coordinate of each is chosen to change; what leaves [0, 1] is reflected.
        """
        count = len(rows)
        mutants = rows.copy()
        whole = generator.random(count) < _SHARE_OF_ALL
        share = max(min(1.0, _MUTATED / self.size), 0.15)
        chosen = (generator.random((count, self.size)) < share) | whole[:, None]
        chosen[np.arange(count), generator.integers(self.size, size=count)] = True
        for j in self.numeric.tolist():
            moved = _reflected(rows[:, j] + self._steps(j, scales, generator))
            mutants[:, j] = np.where(chosen[:, j], moved, rows[:, j])
        flipped = generator.random((count, self.size)) < 1 / max(1, len(self.categorical))
        if len(self.categorical) == self.size:
            flipped |= ~whole[:, None]
        for j, axis in enumerate(self.axes):
            if isinstance(axis, CategoryAxis):
                drawn = axis.draw(count, generator)
                mutants[:, j] = np.where(chosen[:, j] & flipped[:, j], drawn, rows[:, j])
        return self.snap(mutants)

    def _steps(self, j: int, scales: Floats, generator: np.random.Generator) -> Floats:
        steps: Floats = scales * generator.standard_normal(len(scales))
        least = self.axes[j].step
        if least:
            return np.where(np.abs(steps) < least, np.sign(steps) * least * 1.001, steps)
        return steps if self.axes[j].continuous else steps * _UNEVEN_STEPS


def _reflected(coordinates: Floats) -> Floats:
    inside = np.where(coordinates < 0, -coordinates, coordinates)
    reflected: Floats = np.where(inside > 1, 2 - inside, inside)
    return reflected


def squared(rows: Floats, others: Floats) -> Floats:
    """Squared Euclidean distances (n, m), never below 0."""
    distances = (rows * rows).sum(axis=1)[:, None] + (others * others).sum(axis=1) - 2 * rows @ others.T
    positive: Floats = np.maximum(distances, 0.0)
    return positive
