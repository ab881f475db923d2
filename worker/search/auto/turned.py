"""A model in coordinates that are turned and stretched as the best results lie, for valleys along no parameter's axis.

The principal axes of the best results are those of the valley, and along one of them the loss changes slowly or fast: what a kernel
with a length for each parameter cannot say of turned ones, it can say of these (as LABCAT does in its trust region, Visser et al. 2023).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from worker.search.auto.axes import RealAxis
from worker.search.auto.encoding import Encoding
from worker.search.auto.fit import common_prior, first_guess, fitted, kernel_of
from worker.search.auto.posterior import Posterior

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Booleans = NDArray[np.bool_]

_FEWEST, _MOST = 2, 12  # numbers that are turned; the axes of more cannot be seen in so few results
_RESULTS = 6  # for each of them, at least
_ELITE, _FEWEST_ELITE = 3, 6  # best results whose axes are taken, for each of them, and at least
_ENTRIES = (
    60_000  # of squared distances between the results that the model knows, the nearest to the best one
)
_ITERATIONS = 25
# The box reaches so many times as far as the best results are spread along an axis, and this far at least (of a range).
_REACH, _NARROWEST = 10.0, 1e-4


class Turned:
    """Coordinates in which the best result is in the middle of a box that reaches some times as far as the best ones are spread.

    Along an axis on which these are spread widely, a parameter's whole range is half a side of the box.
    """

    def __init__(self, encoding: Encoding, rows: Floats, losses: Floats) -> None:
        """rows (n, d), losses (n,): see `is_usable`."""
        self._free, self._kinds = encoding.numeric, encoding.categorical
        self._best = rows[int(np.argmin(losses))]
        alike = self.alike(rows)
        self._rows, self.losses = rows[alike], losses[alike]
        self.encoding = Encoding([RealAxis(even=True) for _ in self._free])
        apart = self._rows[:, self._free] - self._best[self._free]
        self._axes, spread = _principal_axes(apart, self.losses)
        self._widths = np.clip(_REACH * spread, _NARROWEST, 1.0)

    @staticmethod
    def is_usable(encoding: Encoding, rows: Floats, losses: Floats) -> bool:
        """Whether there are directions to turn to, and results enough to see them."""
        size = len(encoding.numeric)
        if not _FEWEST <= size <= _MOST or len(encoding.continuous) < _FEWEST:
            return False
        kinds = rows[:, encoding.categorical]
        alike = (kinds == kinds[int(np.argmin(losses))]).all(axis=1)
        return bool(int(alike.sum()) >= _RESULTS * size)

    def alike(self, rows: Floats) -> Booleans:
        """Which rows have the categories of the best result: others say nothing of its valley."""
        kinds = self._best[self._kinds]
        same: Booleans = np.all(rows[:, self._kinds] == kinds, axis=1)
        return same

    def coordinates(self, rows: Floats) -> Floats:
        """The turned coordinates (n, size) of rows (n, d)."""
        turned: Floats = (
            0.5 + 0.5 * (rows[:, self._free] - self._best[self._free]) @ self._axes / self._widths
        )
        return turned

    def row(self, coordinates: Floats) -> Floats:
        """The row (d,) of turned coordinates (size,), at the bound where they lie beyond."""
        row: Floats = self._best.copy()
        moved: Floats = row[self._free] + self._axes @ ((2 * coordinates - 1) * self._widths)
        row[self._free] = np.clip(moved, 0.0, 1.0)
        return row

    @property
    def known(self) -> Floats:
        """The turned coordinates of all results that are alike."""
        return self.coordinates(self._rows)

    def posterior(self, warp: Callable[[Floats], Floats]) -> tuple[Posterior, Floats]:
        """The model, and the losses of the results that it knows."""
        turned = self.known
        most = math.isqrt(_ENTRIES // len(self._free))
        nearest = np.argsort(((turned - 0.5) ** 2).sum(axis=1), kind="stable")[:most]
        turned, losses = turned[nearest], self.losses[nearest]
        view = warp(losses)
        distances = self.encoding.squared_distances(turned, turned)
        # Begun afresh each time: the axes turn from one result to the next.
        kernel = kernel_of(
            fitted(distances, view, common_prior, [first_guess(len(distances), 1.0)], _ITERATIONS)
        )
        return Posterior(self.encoding, kernel, turned, view), losses


def _principal_axes(apart: Floats, losses: Floats) -> tuple[Floats, Floats]:
    """The principal axes (size, size) of the best of rows that are `apart` from the best one, in columns, and their spread along each.

    The better a result, the weightier, as in CMA-ES (Hansen 2016, equation 49).
    """
    count = min(len(losses), max(_FEWEST_ELITE, _ELITE * apart.shape[1]))
    elite = apart[np.argsort(losses, kind="stable")[:count]]
    weights = math.log(count + 0.5) - np.log(np.arange(1, count + 1))
    variances, axes = np.linalg.eigh((elite * weights[:, None]).T @ elite / weights.sum())
    return axes, np.sqrt(np.maximum(variances, 0.0))
