"""What the model says of any point, given the results and the trials that run: where an improvement is likely."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg import cho_solve, solve_triangular

from worker.search.auto.acquisition import log_improvement, log_mean, slopes
from worker.search.auto.encoding import Encoding
from worker.search.auto.kernel import Kernel, matern_with_slope

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

_LEAST_VARIANCE = 1e-10
_JITTERS = (
    0.0,
    1e-6,
    1e-5,
    1e-4,
    1e-3,
    1e-2,
)  # added to a covariance that is not positive definite in floats


class Posterior:
    """A Gaussian process of a kernel, conditioned on results: rows (n, d) and standardised losses (n,)."""

    def __init__(self, encoding: Encoding, kernel: Kernel, rows: Floats, losses: Floats) -> None:
        self.encoding, self.kernel = encoding, kernel
        self._embedded = encoding.embed(rows)
        self._losses = losses
        self._lower = _cholesky(kernel.covariance(encoding, self._embedded, self._embedded), kernel.noise)
        self._solved: Floats = cho_solve((self._lower, True), losses)

    def means_at_results(self) -> Floats:
        """What the model takes the results for, without their noise, (n,)."""
        means: Floats = self._losses - self.kernel.noise * self._solved
        return means

    def predicted(self, row: Floats) -> tuple[float, float]:
        """Mean and standard deviation, without noise, at one row."""
        covariance = self.kernel.covariance(self.encoding, self.encoding.embed(row[None]), self._embedded)[0]
        half = solve_triangular(self._lower, covariance, lower=True)
        variance = self.kernel.variance - float(half @ half)
        return float(covariance @ self._solved), math.sqrt(max(variance, _LEAST_VARIANCE))

    def improvement(self, best: float) -> Improvement:
        """How likely an improvement over `best` is where nothing runs."""
        return Improvement(
            self.encoding, self.kernel, self._embedded, self._lower, self._solved[:, None], np.array([best])
        )

    def improvement_beside(self, running: Floats, best: float, draws: Floats) -> Improvement:
        """The same beside trials that run, rows (m, d), averaged over joint fantasies of their results (Snoek et al. 2012).

        draws: standard normal, (m, s) for s fantasies.
        """
        kernel, count = self.kernel, len(self._losses)
        pending = self.encoding.embed(running)
        between = kernel.covariance(self.encoding, pending, self._embedded)
        half = solve_triangular(self._lower, between.T, lower=True)
        left = kernel.covariance(self.encoding, pending, pending) - half.T @ half
        lower = _cholesky(left, kernel.noise + 1e-8)
        fantasies = (between @ self._solved)[:, None] + lower @ draws
        block = np.zeros((count + len(running),) * 2)
        block[:count, :count], block[count:, :count], block[count:, count:] = self._lower, half.T, lower
        losses = np.vstack([np.repeat(self._losses[:, None], draws.shape[1], axis=1), fantasies])
        return Improvement(
            self.encoding,
            kernel,
            np.vstack([self._embedded, pending]),
            block,
            cho_solve((block, True), losses),
            np.minimum(best, fantasies.min(axis=0)),
        )


class Improvement:
    """The logarithm of the expected improvement over `bests`, averaged over fantasies; a function of rows."""

    def __init__(
        self,
        encoding: Encoding,
        kernel: Kernel,
        embedded: Floats,
        lower: Floats,
        solved: Floats,
        bests: Floats,
    ) -> None:
        """embedded: (n, width). lower: the Cholesky factor of their covariance. solved: (n, s). bests: (s,)."""
        self._encoding, self._kernel, self._embedded = encoding, kernel, embedded
        self._solved, self._bests = solved, bests
        # Inverted once, since hundreds of candidates are multiplied with it.
        self._inverse = solve_triangular(lower, np.eye(len(lower)), lower=True)

    def __call__(self, rows: Floats) -> Floats:
        """The values (m,) of rows (m, d)."""
        covariance = self._kernel.covariance(self._encoding, self._encoding.embed(rows), self._embedded)
        means = covariance @ self._solved
        half = covariance @ self._inverse.T
        variances = np.maximum(self._kernel.variance - (half * half).sum(axis=1), _LEAST_VARIANCE)
        deviations = np.repeat(np.sqrt(variances)[:, None], means.shape[1], axis=1)
        bests = np.broadcast_to(self._bests, means.shape)
        return log_mean(log_improvement(means, deviations, bests))

    def with_slope(self, row: Floats, parameters: Integers) -> tuple[float, Floats]:
        """The value at one row (d,), and its slope in each of the numeric `parameters` (indexes)."""
        kernel, encoding = self._kernel, self._encoding
        apart = encoding.embed(row[None])[0] - self._embedded
        distances = np.add.reduceat(apart * apart, encoding.starts, axis=1)
        smooth, slope = matern_with_slope(distances @ kernel.weights)
        shares = 1 / (1 + distances * kernel.additive_weights)
        covariance = kernel.smooth * smooth + kernel.additive / encoding.size * shares.sum(axis=1)
        moved = 2 * apart[:, encoding.starts[parameters]]  # the slope of a squared distance
        by_smooth = (kernel.smooth * slope)[:, None] * kernel.weights[parameters]
        chosen = shares[:, parameters]
        by_additive = -kernel.additive / encoding.size * kernel.additive_weights[parameters] * chosen * chosen
        by_parameter = (by_smooth + by_additive) * moved
        means = covariance @ self._solved
        half = self._inverse @ covariance
        variance = kernel.variance - float(half @ half)
        deviation = math.sqrt(max(variance, _LEAST_VARIANCE))
        values = log_improvement(means, np.full(len(means), deviation), self._bests)
        shares_of_fantasies = np.exp(values - values.max())
        shares_of_fantasies /= shares_of_fantasies.sum()
        by_mean, by_deviation = slopes(means, deviation, self._bests, values)
        gradient: Floats = (by_parameter.T @ self._solved) @ (by_mean * shares_of_fantasies)
        if variance > _LEAST_VARIANCE:
            narrowed = -(by_parameter.T @ (self._inverse.T @ half)) / deviation
            gradient = gradient + narrowed * float((by_deviation * shares_of_fantasies).sum())
        return float(log_mean(values[None])[0]), gradient


def _cholesky(covariance: Floats, noise: float) -> Floats:
    """The lower factor of a covariance with noise; with more of it where floats do not suffice. Raises LinAlgError."""
    for jitter in _JITTERS:
        noisy = covariance + (noise + jitter) * np.eye(len(covariance))
        try:
            lower: Floats = np.asarray(np.linalg.cholesky(noisy), dtype=np.float64)
            return lower
        except np.linalg.LinAlgError:
            if jitter == _JITTERS[-1]:
                raise
    raise AssertionError("unreachable")
