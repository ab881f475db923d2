"""The most likely kernel: maximum a posteriori over the logarithms of its hyperparameters, with exact gradients."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg import lapack
from scipy.optimize import minimize

from worker.search.auto.kernel import LEAST_NOISE, Kernel, matern_with_slope

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Prior = Callable[
    ["Floats"], tuple[float, "Floats"]
]  # minus log density of log weights (d,), and its gradient

_WEIGHTS, _SMOOTH, _NOISE = (-9.0, 7.0), (-5.0, 4.0), (-13.8, 1.0)  # bounds of logarithms
_ADDITIVE_WEIGHTS, _ADDITIVE = (-6.0, 7.0), (-5.0, 4.0)
_FIRST_ADDITIVE_WEIGHT, _ADDITIVE_WEIGHT_SPREAD = math.log(3.0), 1.5
_LINE_SEARCH = 8  # most evaluations of a line search
_IMPOSSIBLE = 1e10


def even_prior(log_weights: Floats) -> tuple[float, Floats]:
    """Weights neither large nor small: 0.1 / w + 0.1 w (as in Optuna's GPSampler)."""
    weights = np.exp(log_weights)
    return float(np.sum(0.1 / weights + 0.1 * weights)), -0.1 / weights + 0.1 * weights


def common_prior(log_weights: Floats) -> tuple[float, Floats]:
    """Weights near a common level, with heavy tails so that an irrelevant parameter may leave; a weak pull to 1."""
    mean = float(log_weights.mean())
    apart = log_weights - mean
    slopes = 3 * apart / (4 + apart**2)
    value = float(np.sum(1.5 * np.log1p(apart**2 / 4))) + 0.1 * mean * mean
    return value, slopes - slopes.mean() + 0.2 * mean / len(log_weights)


def first_guess(size: int, level: float) -> Floats:
    """Logarithms of hyperparameters to begin a fit from; `level`: the weight of every parameter."""
    weights = np.full(size, math.log(level))
    additive_weights = np.full(size, _FIRST_ADDITIVE_WEIGHT)
    return np.concatenate([weights, [math.log(0.5), math.log(1e-3)], additive_weights, [math.log(0.5)]])


def kernel_of(logarithms: Floats) -> Kernel:
    """The kernel of logarithms: d weights, smooth variance, noise, d additive weights, additive variance."""
    size = (len(logarithms) - 3) // 2
    values = np.exp(logarithms)
    return Kernel(
        weights=values[:size],
        smooth=float(values[size]),
        noise=float(values[size + 1]) + LEAST_NOISE,
        additive_weights=values[size + 2 : -1],
        additive=float(values[-1]),
    )


def fitted(
    distances: Floats, results: Floats, prior: Prior, guesses: Sequence[Floats], iterations: int
) -> Floats:
    """The most likely logarithms found from any of the guesses, the earlier where they are as good.

    distances: squared, (d, n, n). results: standardised, (n,), or (n, k) for k processes that have the kernel in common.
    iterations: of L-BFGS-B, at most, from each guess.
    """
    size = len(distances)
    bounds = [_WEIGHTS] * size + [_SMOOTH, _NOISE] + [_ADDITIVE_WEIGHTS] * size + [_ADDITIVE]
    best: tuple[float, Floats] | None = None
    for guess in guesses:
        end = minimize(
            LogPosterior(distances, results, prior),
            guess,
            jac=True,
            method="L-BFGS-B",
            bounds=bounds,
            options={"maxiter": iterations, "maxls": _LINE_SEARCH},
        )
        if best is None or end.fun < best[0] - 1e-3:
            best = (float(end.fun), end.x)
    assert best is not None
    return best[1]


class LogPosterior:
    """Minus the log posterior of the logarithms of hyperparameters, up to a constant, and its gradient."""

    def __init__(self, distances: Floats, results: Floats, prior: Prior) -> None:
        """distances: (d, n, n). results: (n,), or (n, k)."""
        # Of what is symmetric, the half with the diagonal is enough.
        self._half = rows, columns = np.tril_indices(len(results))
        self._distances, self._prior = distances[:, rows, columns], prior
        self._diagonal = rows == columns
        self._results = results.reshape(len(results), -1)

    def __call__(self, logarithms: Floats) -> tuple[float, Floats]:
        """Rasmussen and Williams 2006, equations 2.30 and 5.9."""
        size, (count, processes) = len(self._distances), self._results.shape
        kernel = kernel_of(logarithms)
        smooth, slope = matern_with_slope(np.maximum(kernel.weights @ self._distances, 0.0))
        shares = 1 / (1 + kernel.additive_weights[:, None] * self._distances)
        additive = shares.mean(axis=0)
        covariance = np.zeros((count, count))
        covariance[self._half] = kernel.smooth * smooth + kernel.additive * additive
        covariance[np.diag_indices(count)] += kernel.noise
        lower, failed = lapack.dpotrf(covariance, lower=1)
        if failed:
            return _IMPOSSIBLE, np.zeros_like(logarithms)
        solved = lapack.dpotrs(lower, self._results, lower=1)[0]
        inverse, _ = lapack.dpotri(lower, lower=1)
        value, gradient = self._priors(logarithms)
        value += 0.5 * float((self._results * solved).sum())
        value += processes * float(np.log(np.diag(lower)).sum())
        outer = 0.5 * (processes * inverse[self._half] - (solved @ solved.T)[self._half])
        by = np.where(self._diagonal, outer, 2 * outer)
        gradient[:size] += (self._distances @ (by * (kernel.smooth * slope))) * kernel.weights
        gradient[size] += kernel.smooth * float(by @ smooth)
        gradient[size + 1] += float(outer[self._diagonal].sum()) * (kernel.noise - LEAST_NOISE)
        gradient[-1] += kernel.additive * float(by @ additive)
        np.multiply(shares, shares, out=shares)
        shares *= self._distances
        gradient[size + 2 : -1] -= kernel.additive / size * kernel.additive_weights * (shares @ by)
        return value, gradient

    def _priors(self, logarithms: Floats) -> tuple[float, Floats]:
        """Variances ~ Gamma(2, 1), noise ~ Gamma(1.1, 30), log additive weights ~ N(log 3, 1.5); minus their logarithms."""
        size = len(self._distances)
        gradient = np.zeros_like(logarithms)
        value, gradient[:size] = self._prior(logarithms[:size])
        for position in (size, len(logarithms) - 1):
            variance = math.exp(logarithms[position])
            value += variance - float(logarithms[position])
            gradient[position] = variance - 1
        noise = math.exp(logarithms[size + 1])
        value += 30 * noise - 0.1 * float(logarithms[size + 1])
        gradient[size + 1] = 30 * noise - 0.1
        apart = (logarithms[size + 2 : -1] - _FIRST_ADDITIVE_WEIGHT) / _ADDITIVE_WEIGHT_SPREAD
        gradient[size + 2 : -1] = apart / _ADDITIVE_WEIGHT_SPREAD
        return value + 0.5 * float(apart @ apart), gradient
