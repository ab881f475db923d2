"""hyperopt's tpe.suggest, from its own parts, for a space without conditions.

hyperopt's function walks through documents and builds a graph of its space for every proposal, which is nearly all
of its time. Here its estimator, its sampler and its densities work on columns of numbers. Given the same
history and seed, a numeric parameter gets the very number that hyperopt proposes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from hyperopt.tpe import GMM1, GMM1_lpdf, adaptive_parzen_normal, linear_forgetting_weights

from worker.search.dimension import AnyDimension, Categories
from worker.search.history import History
from worker.search.scale import Even

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

# hyperopt's defaults.
_CANDIDATES = 24  # draws from the good trials' density, of which the best is proposed
_GAMMA = 0.25  # times the square root of the number of trials: how many count as good
_MOST_GOOD = 25  # and how many of the latest trials are not forgotten, bit by bit
_PRIOR_WEIGHT = 1.0  # of what the space itself says, in trials


class Parzen:
    """Proposes latent values: likely among the good trials, and unlikely among the others.

    Trials that run or failed are among the others, which keeps parallel workers from the same place.
    """

    def __init__(self, dimensions: Sequence[AnyDimension]) -> None:
        self._densities = [_density(one) for one in dimensions]

    def latents(self, history: History, seed: int) -> list[float]:
        """The latent values of a new trial."""
        order = np.argsort(np.array(history.numbers))
        losses = np.array(history.losses)[order]
        # Ties go to the earlier trial, on every machine.
        best = np.argsort(losses, kind="stable")[: _count_of_good(len(losses))]
        good = np.zeros(len(losses), dtype=bool)
        good[best] = True
        generator = np.random.default_rng(seed)
        found = []
        for density, values in zip(self._densities, history.columns, strict=True):
            column = np.array(values)[order]
            found.append(density.propose(column[good], column[~good], generator))
        return found


def _count_of_good(trials: int) -> int:
    return min(math.ceil(_GAMMA * math.sqrt(trials)), _MOST_GOOD)


def _density(one: AnyDimension) -> _Numeric | _Categorical:
    if isinstance(one, Categories):
        weights = np.ones(one.count) if one.weights is None else np.array(one.weights)
        return _Categorical(weights / weights.sum())
    if isinstance(one.scale, Even):
        return _Numeric(0.5, 1.0, 0.0, 1.0)
    return _Numeric(0.0, 1.0, None, None)


class _Numeric:
    """A mixture of normal distributions, one round each trial and a wide one for the whole space."""

    def __init__(self, mu: float, sigma: float, low: float | None, high: float | None) -> None:
        self._prior = (_PRIOR_WEIGHT, mu, sigma)
        self._bounds = {"low": low, "high": high}

    def propose(self, good: Floats, others: Floats, generator: np.random.Generator) -> float:
        mixture = adaptive_parzen_normal(good, *self._prior)
        candidates = GMM1(*mixture, **self._bounds, rng=generator, size=(_CANDIDATES,))
        gain = self._log_density(candidates, mixture)
        gain -= self._log_density(candidates, adaptive_parzen_normal(others, *self._prior))
        return float(candidates[np.argmax(gain)])

    def _log_density(self, candidates: Floats, mixture: Any) -> Floats:
        density: Floats = GMM1_lpdf(candidates, *mixture, **self._bounds)
        return density


class _Categorical:
    """How often each category occurs, recent trials counting most, and the space's own probabilities."""

    def __init__(self, probabilities: Floats) -> None:
        self._prior = _PRIOR_WEIGHT * len(probabilities) * probabilities

    def propose(self, good: Floats, others: Floats, generator: np.random.Generator) -> float:
        likely = self._probabilities(good)
        candidates = generator.choice(len(likely), size=_CANDIDATES, p=likely)
        gain = np.log(likely[candidates]) - np.log(self._probabilities(others)[candidates])
        return float(candidates[np.argmax(gain)])

    def _probabilities(self, seen: Floats) -> Floats:
        weights = linear_forgetting_weights(len(seen), _MOST_GOOD)
        counts = np.bincount(seen.astype(np.int64), weights, len(self._prior)) + self._prior
        shares: Floats = counts / counts.sum()
        return shares
