"""The logarithm of the expected gain in hypervolume, of one Gaussian process for each result, and its slopes.

For independent normal results, the expectation over a box is a product of differences of expected improvements (Emmerich 2006; Yang et
al. 2019), so that the sum over the boxes that a front leaves is exact, in any dimension. Its logarithm is taken box by box, since the
gain itself would be 0 in floats nearly everywhere (Ament et al. 2023).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import log_ndtr

from worker.search.auto.acquisition import log_improvement, log_mean
from worker.search.auto.posterior import Conditioned
from worker.search.boxes import Boxes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

_LEAST = -1e9  # a logarithm that stands for no gain at all
_LOG_ROOT_2_PI = 0.5 * np.log(2 * np.pi)


class _Edges:
    """The edges of boxes along one coordinate, each once. low is -1 where a box has no lower end."""

    def __init__(self, lower: Floats, upper: Floats) -> None:
        self.values, places = np.unique(
            np.concatenate([upper, lower[np.isfinite(lower)]]), return_inverse=True
        )
        self.high: Integers = places[: len(upper)]
        self.low: Integers = np.full(len(lower), -1)
        self.low[np.isfinite(lower)] = places[len(upper) :]


class FrontGain:
    """As a function of rows. models: of each result, conditioned on what is known and what runs.

    solved: for each result (n, s), for s fantasies of what runs. fronts: the boxes that each fantasy leaves, s of them.
    """

    def __init__(
        self, models: Sequence[Conditioned], solved: Sequence[Floats], fronts: Sequence[Boxes]
    ) -> None:
        self._models, self._solved = models, solved
        self._edges = [
            [_Edges(low, high) for low, high in zip(front.lower.T, front.upper.T, strict=True)]
            for front in fronts
        ]

    def __call__(self, rows: Floats) -> Floats:
        """The values (m,) of rows (m, d)."""
        predictions = [
            (covariance @ solved, deviations)
            for solved, (covariance, deviations) in (
                (solved, model.at(rows)) for model, solved in zip(self._models, self._solved, strict=True)
            )
        ]
        values = np.empty((len(self._edges), len(rows)))
        for fantasy, edges in enumerate(self._edges):
            parts = [
                _log_parts(means[:, fantasy], deviations, edge)
                for (means, deviations), edge in zip(predictions, edges, strict=True)
            ]
            values[fantasy] = _log_sum(np.sum(parts, axis=0))
        found: Floats = log_mean(values.T)
        return found

    def with_slope(self, row: Floats, parameters: Integers) -> tuple[float, Floats]:
        """The value at one row (d,), and its slope in each of the numeric `parameters` (indexes)."""
        found = [model.with_slopes(row, parameters) for model in self._models]
        values = np.empty(len(self._edges))
        gradients = np.empty((len(self._edges), len(parameters)))
        for fantasy, edges in enumerate(self._edges):
            parts, slopes = [], []
            for (covariance, deviation, by_parameter, narrowed), solved, edge in zip(
                found, self._solved, edges, strict=True
            ):
                mean = covariance @ solved[:, fantasy]
                part, by_mean, by_deviation = _log_parts_with_slopes(float(mean), deviation, edge)
                parts.append(part)
                moved = by_parameter.T @ solved[:, fantasy]
                slopes.append(np.outer(by_mean, moved) + np.outer(by_deviation, narrowed))
            logarithms = np.sum(parts, axis=0)
            values[fantasy] = _log_sum(logarithms[None])[0]
            gradients[fantasy] = np.exp(logarithms - values[fantasy]) @ np.sum(slopes, axis=0)
        value = float(_log_sum(values[None])[0])
        gradient: Floats = np.exp(values - value) @ gradients
        return value - float(np.log(len(self._edges))), gradient


def _log_parts(means: Floats, deviations: Floats, edge: _Edges) -> Floats:
    """log E[(upper - max(lower, y))+] (c, k) of normal y at c rows, for k boxes."""
    shape = (len(means), len(edge.values))
    wide = (
        np.broadcast_to(array, shape) for array in (means[:, None], deviations[:, None], edge.values[None])
    )
    below = log_improvement(*wide)
    parts: Floats = below[:, edge.high]
    bounded = edge.low >= 0
    if not bounded.any():
        return parts
    parts[:, bounded] = _log_difference(parts[:, bounded], below[:, edge.low[bounded]])
    return parts


def _log_parts_with_slopes(mean: float, deviation: float, edge: _Edges) -> tuple[Floats, Floats, Floats]:
    """The same (k,) at one row, and its derivatives by the mean and by the deviation."""
    parts = _log_parts(np.array([mean]), np.array([deviation]), edge)[0]
    z = (edge.values - mean) / deviation
    share, density = log_ndtr(z), -z * z / 2 - _LOG_ROOT_2_PI

    def difference(logarithms: Floats) -> Floats:
        """e to the logarithms at the upper ends, less that at the lower ones, in shares of the parts."""
        found: Floats = np.exp(np.minimum(logarithms[edge.high] - parts, 500.0))
        lows = np.exp(np.minimum(logarithms[edge.low] - parts, 500.0))
        return found - np.where(edge.low >= 0, lows, 0.0)

    return parts, -difference(share), difference(density)


def _log_difference(high: Floats, low: Floats) -> Floats:
    """log(e^high - e^low); _LEAST where floats do not tell them apart."""
    apart = np.minimum(low - high, 0.0)
    with np.errstate(divide="ignore"):
        found: Floats = np.maximum(high + np.log(-np.expm1(apart)), _LEAST)
    return found


def _log_sum(logarithms: Floats) -> Floats:
    """log of the sum of e to the power of each row."""
    most = logarithms.max(axis=1)
    found: Floats = most + np.log(np.exp(logarithms - most[:, None]).sum(axis=1))
    return found
