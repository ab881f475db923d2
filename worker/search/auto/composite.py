"""Gaussian processes of several results, one each, and where an improvement of their norm is likely.

The expected improvement of a known function of unknown outputs (Astudillo and Frazier 2019) is a mean over draws that are the same at
every point. The processes have their kernel in common, so that one Cholesky factor serves all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from worker.search.auto.encoding import Encoding
from worker.search.auto.fit import common_prior, first_guess, fitted, kernel_of
from worker.search.auto.fits import Fits, kept_rows, representative
from worker.search.auto.kernel import Kernel
from worker.search.auto.posterior import Conditioned
from worker.search.auto.residuals import Residuals

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

_DRAWS = 64  # of the results at a point, in pairs of opposite sign
_SMOOTH = (
    0.01  # of the best norm: about this far below 0 an improvement ends gradually, so that it has a slope
)
_TAIL = 0.1  # how much of it is left farther out


class Composite:
    """Kernels over a growing list of vectors of results, in the order of their trials."""

    def __init__(self, encoding: Encoding, level: float) -> None:
        """level: the weight of every parameter that a fit begins from."""
        self._encoding = encoding
        self._fits = Fits(self._fit, first_guess(encoding.size, level))

    def posterior(self, rows: Floats, vectors: Floats, running: int) -> NormPosterior:
        """The model of all vectors (n, m) of results at rows (n, d); `running` trials have none yet."""
        kept = kept_rows(_sizes(vectors))
        kernel = kernel_of(self._fits.latest(rows, vectors, running))
        return NormPosterior(self._encoding, kernel, rows[kept], Residuals(vectors[kept]))

    def _fit(
        self, rows: Floats, vectors: Floats, guesses: Sequence[Floats], iterations: int, most: int
    ) -> Floats:
        kept = kept_rows(_sizes(vectors))
        results = Residuals(vectors[kept]).standardised
        chosen = representative(_sizes(vectors[kept]), most)
        embedded = self._encoding.embed(rows[kept][chosen])
        distances = self._encoding.squared_distances(embedded, embedded)
        return fitted(distances, results[chosen], common_prior, guesses, iterations)


def _sizes(vectors: Floats) -> Floats:
    """Norms, in any unit."""
    sizes: Floats = np.linalg.norm(vectors / (np.abs(vectors).max() or 1.0), axis=1)
    return sizes


class NormPosterior:
    """Processes of one kernel, conditioned on rows (n, d) and their residuals."""

    def __init__(self, encoding: Encoding, kernel: Kernel, rows: Floats, residuals: Residuals) -> None:
        self.residuals = residuals
        self._known = Conditioned.on(encoding, kernel, rows)
        self._solved = self._known.solved(residuals.standardised)

    @property
    def processes(self) -> int:
        """How many there are."""
        return len(self._solved.T)

    def best(self) -> float:
        """The least norm of what the model takes the results for, without their noise."""
        means = self.residuals.standardised - self._known.kernel.noise * self._solved
        return float(self.residuals.norms(means).min())

    def drawn(self, row: Floats) -> Floats:
        """Draws of the norm at one row."""
        covariance, deviation = self._known.at(row[None])
        draws = _standard_draws(_DRAWS, self._solved.shape[1])
        return self.residuals.norms(covariance[0] @ self._solved + deviation[0] * draws)

    def improvement(self, best: float) -> NormImprovement:
        """How likely an improvement over `best` is where nothing runs."""
        return NormImprovement(self._known, self.residuals, self._solved[None], np.array([best]))

    def improvement_beside(self, running: Floats, best: float, draws: Floats) -> NormImprovement:
        """The same beside trials that run, rows (m, d), averaged over joint fantasies of their results.

        draws: standard normal, (m, s, k) for s fantasies.
        """
        known, between = self._known.beside(running)
        count = len(between.T)
        means = (between @ self._solved)[:, None]
        fantasies = means + np.einsum("ij,jsk->isk", known.lower[count:, count:], draws)
        bests = np.minimum(best, self.residuals.norms(fantasies).min(axis=0))
        standardised = self.residuals.standardised
        solved = [known.solved(np.vstack([standardised, one])) for one in np.moveaxis(fantasies, 1, 0)]
        return NormImprovement(known, self.residuals, np.array(solved), bests)


class NormImprovement:
    """The logarithm of the expected improvement of a norm over `bests`. solved: (s, n, k) for s fantasies. bests: (s,)."""

    def __init__(self, known: Conditioned, residuals: Residuals, solved: Floats, bests: Floats) -> None:
        self._known, self._residuals = known, residuals
        fantasies, count, processes = solved.shape
        self._shape = fantasies, processes
        self._solved = np.moveaxis(solved, 0, 1).reshape(count, -1)
        self._fantasy = np.arange(_DRAWS) % fantasies  # of each draw
        self._bests = bests[self._fantasy]
        self._draws = _standard_draws(_DRAWS, processes)

    def __call__(self, rows: Floats) -> Floats:
        """The values (m,) of rows (m, d)."""
        covariance, deviations = self._known.at(rows)
        means = (covariance @ self._solved).reshape(len(rows), *self._shape)
        drawn = means[:, self._fantasy] + deviations[:, None, None] * self._draws
        values, _ = _log_improvements(self._residuals.norms(drawn), self._bests)
        return values

    def with_slope(self, row: Floats, parameters: Integers) -> tuple[float, Floats]:
        """The value at one row (d,), and its slope in each of the numeric `parameters` (indexes)."""
        covariance, deviation, by_parameter, narrowed = self._known.with_slopes(row, parameters)
        means = (covariance @ self._solved).reshape(self._shape)
        norms, slopes = self._residuals.norms_with_slopes(means[self._fantasy] + deviation * self._draws)
        values, by_norm = _log_improvements(norms[None], self._bests)
        by_draw = by_norm[0][:, None] * slopes
        by_mean = np.zeros(self._shape)
        np.add.at(by_mean, self._fantasy, by_draw)
        gradient: Floats = (by_parameter.T @ self._solved) @ by_mean.ravel()
        return float(values[0]), gradient + narrowed * float((by_draw * self._draws).sum())


def _log_improvements(norms: Floats, bests: Floats) -> tuple[Floats, Floats]:
    """Logarithms (m,) of the mean improvement of norms (m, s) over `bests` (s,), and their derivatives by the norms.

    A softplus with a tail that ends slowly stands for max(0, x), as in Ament et al. (2023), appendix A.
    """
    unit = _SMOOTH * np.maximum(bests, 1e-100)
    x = (bests - norms) / unit
    square = x * x
    fat = _TAIL / (1 + square)
    improvements = unit * (np.logaddexp(0.0, x) + fat)
    means = improvements.mean(axis=1)
    by = -(1 / (1 + np.exp(np.minimum(-x, 500))) - 2 * x * fat / (1 + square))
    return np.log(np.maximum(means, 1e-300)), by / norms.shape[1] / np.maximum(means, 1e-300)[:, None]


def _standard_draws(count: int, processes: int) -> Floats:
    half = np.random.default_rng(0).standard_normal((count // 2, processes))
    return np.concatenate([half, -half])
