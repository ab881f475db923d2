"""What the model says of any point, given the results and the trials that run: where an improvement is likely."""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

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


class Conditioned:
    """A kernel conditioned on embedded rows (n, width) by the Cholesky factor of their covariance."""

    def __init__(self, encoding: Encoding, kernel: Kernel, embedded: Floats, lower: Floats) -> None:
        self.encoding, self.kernel, self.embedded, self.lower = encoding, kernel, embedded, lower

    @classmethod
    def on(cls, encoding: Encoding, kernel: Kernel, rows: Floats) -> Conditioned:
        """On rows (n, d) whose results have noise."""
        embedded = encoding.embed(rows)
        return cls(
            encoding,
            kernel,
            embedded,
            _cholesky(kernel.covariance(encoding, embedded, embedded), kernel.noise),
        )

    def beside(self, running: Floats) -> tuple[Conditioned, Floats]:
        """The same on rows (m, d) that run, too, and the covariance (m, n) of these with the others."""
        kernel, count = self.kernel, len(self.embedded)
        pending = self.encoding.embed(running)
        between = kernel.covariance(self.encoding, pending, self.embedded)
        half = solve_triangular(self.lower, between.T, lower=True)
        left = kernel.covariance(self.encoding, pending, pending) - half.T @ half
        block = np.zeros((count + len(running),) * 2)
        block[:count, :count], block[count:, :count] = self.lower, half.T
        block[count:, count:] = _cholesky(left, kernel.noise + 1e-8)
        return Conditioned(self.encoding, kernel, np.vstack([self.embedded, pending]), block), between

    def solved(self, results: Floats) -> Floats:
        """What a covariance with the rows is multiplied by for the means: for results (n,) or (n, k)."""
        solved: Floats = cho_solve((self.lower, True), results)
        return solved

    def at(self, rows: Floats) -> tuple[Floats, Floats]:
        """The covariances (m, n) of rows (m, d) with what is known, and their standard deviations (m,) without noise."""
        covariance = self.kernel.covariance(self.encoding, self.encoding.embed(rows), self.embedded)
        half = covariance @ self._inverse.T
        variances = np.maximum(self.kernel.variance - (half * half).sum(axis=1), _LEAST_VARIANCE)
        return covariance, np.sqrt(variances)

    def with_slopes(self, row: Floats, parameters: Integers) -> tuple[Floats, float, Floats, Floats]:
        """Covariance (n,) and deviation of one row (d,), and their slopes in the numeric `parameters`, (n, p) and (p,)."""
        kernel, encoding = self.kernel, self.encoding
        apart = encoding.embed(row[None])[0] - self.embedded
        distances = np.add.reduceat(apart * apart, encoding.starts, axis=1)
        smooth, slope = matern_with_slope(distances @ kernel.weights)
        shares = 1 / (1 + distances * kernel.additive_weights)
        covariance = kernel.smooth * smooth + kernel.additive / encoding.size * shares.sum(axis=1)
        moved = 2 * apart[:, encoding.starts[parameters]]  # the slope of a squared distance
        by_smooth = (kernel.smooth * slope)[:, None] * kernel.weights[parameters]
        chosen = shares[:, parameters]
        by_additive = -kernel.additive / encoding.size * kernel.additive_weights[parameters] * chosen * chosen
        by_parameter = (by_smooth + by_additive) * moved
        half = self._inverse @ covariance
        variance = kernel.variance - float(half @ half)
        deviation = math.sqrt(max(variance, _LEAST_VARIANCE))
        narrowed = np.zeros(len(parameters))
        if variance > _LEAST_VARIANCE:
            narrowed = -(by_parameter.T @ (self._inverse.T @ half)) / deviation
        return covariance, deviation, by_parameter, narrowed

    @cached_property
    def _inverse(self) -> Floats:
        # Inverted once, since hundreds of candidates are multiplied with it.
        inverse: Floats = solve_triangular(self.lower, np.eye(len(self.lower)), lower=True)
        return inverse


class Posterior:
    """A Gaussian process of a kernel, conditioned on results: rows (n, d) and standardised losses (n,)."""

    def __init__(self, encoding: Encoding, kernel: Kernel, rows: Floats, losses: Floats) -> None:
        self.kernel = kernel
        self._known = Conditioned.on(encoding, kernel, rows)
        self._losses = losses
        self._solved = self._known.solved(losses)

    def means_at_results(self) -> Floats:
        """What the model takes the results for, without their noise, (n,)."""
        means: Floats = self._losses - self.kernel.noise * self._solved
        return means

    def predicted(self, row: Floats) -> tuple[float, float]:
        """Mean and standard deviation, without noise, at one row."""
        covariance, deviation = self._known.at(row[None])
        return float(covariance[0] @ self._solved), float(deviation[0])

    def improvement(self, best: float) -> LogImprovement:
        """How likely an improvement over `best` is where nothing runs."""
        return LogImprovement(self._known, self._solved[:, None], np.array([best]))

    def improvement_beside(self, running: Floats, best: float, draws: Floats) -> LogImprovement:
        """The same beside trials that run, rows (m, d), averaged over joint fantasies of their results (Snoek et al. 2012).

        draws: standard normal, (m, s) for s fantasies.
        """
        count = len(self._losses)
        known, between = self._known.beside(running)
        fantasies = (between @ self._solved)[:, None] + known.lower[count:, count:] @ draws
        losses = np.vstack([np.repeat(self._losses[:, None], draws.shape[1], axis=1), fantasies])
        return LogImprovement(known, known.solved(losses), np.minimum(best, fantasies.min(axis=0)))


class Improvement(Protocol):
    """The logarithm of an expected improvement, as a function of rows."""

    def __call__(self, rows: Floats) -> Floats:
        """The values (m,) of rows (m, d)."""
        ...

    def with_slope(self, row: Floats, parameters: Integers) -> tuple[float, Floats]:
        """The value at one row (d,), and its slope in each of the numeric `parameters` (indexes)."""
        ...


class LogImprovement:
    """Of a normal loss over `bests`, averaged over fantasies. solved: (n, s) for s fantasies. bests: (s,)."""

    def __init__(self, known: Conditioned, solved: Floats, bests: Floats) -> None:
        self._known, self._solved, self._bests = known, solved, bests

    def __call__(self, rows: Floats) -> Floats:
        """The values (m,) of rows (m, d)."""
        covariance, deviations = self._known.at(rows)
        means = covariance @ self._solved
        deviations = np.repeat(deviations[:, None], means.shape[1], axis=1)
        bests = np.broadcast_to(self._bests, means.shape)
        return log_mean(log_improvement(means, deviations, bests))

    def with_slope(self, row: Floats, parameters: Integers) -> tuple[float, Floats]:
        """The value at one row (d,), and its slope in each of the numeric `parameters` (indexes)."""
        covariance, deviation, by_parameter, narrowed = self._known.with_slopes(row, parameters)
        means = covariance @ self._solved
        values = log_improvement(means, np.full(len(means), deviation), self._bests)
        shares_of_fantasies = np.exp(values - values.max())
        shares_of_fantasies /= shares_of_fantasies.sum()
        by_mean, by_deviation = slopes(means, deviation, self._bests, values)
        gradient: Floats = (by_parameter.T @ self._solved) @ (by_mean * shares_of_fantasies)
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
