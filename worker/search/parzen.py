"""hyperopt's tpe.suggest, from its own parts.

hyperopt's function walks through documents and builds a graph of its space for every proposal, which is nearly all
of its time. Here its estimator, its sampler and its densities work on columns of numbers. Given the same
history and seed, a numeric parameter gets the very number that hyperopt proposes. As there, one that exists only under a condition is
compared among those trials in which it exists, while the good ones are taken from all.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from hyperopt.tpe import GMM1, GMM1_lpdf, adaptive_parzen_normal, linear_forgetting_weights, normal_cdf

from worker.search.history import History
from worker.spec.dimension import AnyDimension, Categories, Numbers
from worker.spec.scale import Even

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Mixture = tuple[Floats, Floats, Floats]  # weights, centres and widths of normal distributions

# hyperopt's defaults.
_CANDIDATES = 24  # draws from the good trials' density, of which the best is proposed
_COMBINATIONS = 64  # of candidates that are tried where the best of each together are not allowed
_GAMMA = 0.25  # times the square root of the number of trials: how many count as good
_MOST_GOOD = 25  # and how many of the latest trials are not forgotten, bit by bit
_PRIOR_WEIGHT = 1.0  # of what the space itself says, in trials

_LEAST_MASS = 1e-300  # what the far ends of a normal distribution come to, and not to the logarithm of 0


class Parzen:
    """Proposes latent values: likely among the good trials, and unlikely among the others.

    Trials that run or failed are among the others, which keeps parallel workers from the same place.
    """

    def __init__(
        self, dimensions: Sequence[AnyDimension], allowed: Callable[[Sequence[float]], bool] | None = None
    ) -> None:
        """allowed: whether latent values may be proposed together; None where all may."""
        self._densities = [_density(dimension) for dimension in dimensions]
        self._allowed = allowed

    def latents(self, history: History, number: int, seed: int) -> list[float]:
        """The latent values of trial `number`, which depend on the seed and the history alone."""
        order = np.argsort(np.array(history.numbers))
        losses = np.array(history.losses)[order]
        # Ties go to the earlier trial, on every machine.
        best = np.argsort(losses, kind="stable")[: _count_of_good(len(losses))]
        good = np.zeros(len(losses), dtype=bool)
        good[best] = True
        generator = np.random.default_rng(seed)
        ranked = []
        for density, values in zip(self._densities, history.columns, strict=True):
            column = np.array(values)[order]
            exists = ~np.isnan(column)  # what a parameter is where it does not exist says nothing
            ranked.append(density.ranked(column[good & exists], column[~good & exists], generator))
        proposed = [float(candidates[np.argmax(gain)]) for candidates, gain in ranked]
        if self._allowed is None or self._allowed(proposed):
            return proposed
        return self._best_allowed(ranked, self._allowed, generator) or proposed

    @staticmethod
    def _best_allowed(
        ranked: Sequence[tuple[Floats, Floats]],
        allowed: Callable[[Sequence[float]], bool],
        generator: np.random.Generator,
    ) -> list[float]:
        """The best of some combinations of candidates that is allowed; [] where none is."""
        chosen = [generator.integers(len(candidates), size=_COMBINATIONS) for candidates, _ in ranked]
        gains = sum(gain[places] for (_, gain), places in zip(ranked, chosen, strict=True))
        rows = np.column_stack(
            [candidates[places] for (candidates, _), places in zip(ranked, chosen, strict=True)]
        )
        order = np.argsort(-np.asarray(gains), kind="stable")
        in_order: Iterator[list[float]] = (rows[row].tolist() for row in order)
        return next((row for row in in_order if allowed(row)), [])


def _count_of_good(trials: int) -> int:
    return min(math.ceil(_GAMMA * math.sqrt(trials)), _MOST_GOOD)


def _density(dimension: AnyDimension) -> _Numeric | _Categorical:
    if isinstance(dimension, Categories):
        weights = np.ones(dimension.count) if dimension.weights is None else np.array(dimension.weights)
        return _Categorical(weights / weights.sum())
    return _Stepped(dimension) if dimension.stepped else _Numeric(dimension)


class _Numeric:
    """A mixture of normal distributions, one round each trial and a wide one for the whole space."""

    def __init__(self, dimension: Numbers) -> None:
        self._dimension = dimension
        even = isinstance(dimension.scale, Even)
        self._prior = (_PRIOR_WEIGHT, 0.5, 1.0) if even else (_PRIOR_WEIGHT, 0.0, 1.0)
        self._bounds = {"low": 0.0, "high": 1.0} if even else {"low": None, "high": None}

    def ranked(self, good: Floats, others: Floats, generator: np.random.Generator) -> tuple[Floats, Floats]:
        """Candidates, and how much the density of the good ones prefers each."""
        likely = adaptive_parzen_normal(good, *self._prior)
        candidates = GMM1(*likely, **self._bounds, rng=generator, size=(_CANDIDATES,))
        return self._gains(candidates, likely, adaptive_parzen_normal(others, *self._prior))

    def _gains(self, candidates: Floats, likely: Mixture, unlikely: Mixture) -> tuple[Floats, Floats]:
        """The candidates, and how much the likely mixture prefers each, in comparison with the unlikely one."""
        gain = GMM1_lpdf(candidates, *likely, **self._bounds) - GMM1_lpdf(
            candidates, *unlikely, **self._bounds
        )
        return candidates, gain


class _Stepped(_Numeric):
    """The same where many latent values are taken to one value: what counts is the mass of all of them."""

    def _gains(self, candidates: Floats, likely: Mixture, unlikely: Mixture) -> tuple[Floats, Floats]:
        cells = np.array(
            list(dict.fromkeys(self._dimension.cell(candidate) for candidate in candidates.tolist()))
        )
        lows, highs = cells.T
        gain = _log_masses(lows, highs, likely) - _log_masses(lows, highs, unlikely)
        return (lows + highs) / 2, gain


def _log_masses(lows: Floats, highs: Floats, mixture: Mixture) -> Floats:
    weights, mus, sigmas = mixture
    edges, positions = np.unique(np.concatenate([lows, highs]), return_inverse=True)
    below = normal_cdf(edges[:, None], mus, sigmas) @ weights
    masses = below[positions[len(lows) :]] - below[positions[: len(lows)]]
    logarithms: Floats = np.log(np.maximum(masses, _LEAST_MASS))
    return logarithms


class _Categorical:
    """How often each category occurs, recent trials counting most, and the space's own probabilities."""

    def __init__(self, probabilities: Floats) -> None:
        self._prior = _PRIOR_WEIGHT * len(probabilities) * probabilities

    def ranked(self, good: Floats, others: Floats, generator: np.random.Generator) -> tuple[Floats, Floats]:
        """Candidates, and how much oftener each is among the good ones."""
        likely = self._probabilities(good)
        drawn = generator.choice(len(likely), size=_CANDIDATES, p=likely)
        gain: Floats = np.log(likely[drawn]) - np.log(self._probabilities(others)[drawn])
        return drawn.astype(float), gain

    def _probabilities(self, seen: Floats) -> Floats:
        weights = linear_forgetting_weights(len(seen), _MOST_GOOD)
        counts = np.bincount(seen.astype(np.int64), weights, len(self._prior)) + self._prior
        shares: Floats = counts / counts.sum()
        return shares
