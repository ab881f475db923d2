"""Programs that print RESULT1 to RESULTn: fits of residuals, and costs that have nothing to do with each other."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from analytic import mixed, mixed_space
from problem import Problem, several, uniform
from scipy.optimize import least_squares
from simulations import CHAIN, PREDATORS, chain, predators, residuals, space_about

_PEAKS_AT = np.linspace(0, 10, 40)
_PEAKS = (3.1, 0.6, 2.0, 5.4, 1.1, 1.2, 0.3)
_DECAY_AT = np.linspace(0, 6, 30)
_DECAY = (2.0, 0.35, 1.3, 2.2)


def problems() -> list[Problem]:
    """All of them."""
    return [
        several("fit_predators5", space_about(PREDATORS), residuals(predators, PREDATORS), 0.0),
        several("fit_chain6", space_about(CHAIN), residuals(chain, CHAIN), 0.0),
        several("fit_peaks7", _peaks_space(), peaks, 0.0),
        several("fit_noisy_decay4", _decay_space(), noisy_decay, _least_of_decay()),
        several("steps_of_valley5", {f"x{j}": uniform(-2, 2.5) for j in range(5)}, valley, 0.0),
        several("costs5", {f"x{j}": uniform(-5, 5) for j in range(5)}, rugged_costs, _LEAST_RUGGED),
        several("costs_of_network7", mixed_space(), network_costs, _LEAST_NETWORK),
    ]


def _vector(values: Mapping[str, Any]) -> list[float]:
    return [float(value) for value in values.values()]


def _peaks_space() -> dict[str, dict[str, object]]:
    bounds = [(1, 9), (0.1, 2), (0, 3), (1, 9), (0.1, 2), (0, 3), (0, 1)]
    return {f"p{j}": uniform(low, high) for j, (low, high) in enumerate(bounds)}


def peaks(values: Mapping[str, Any]) -> Sequence[float]:
    """Two peaks of a spectrum on a ground; which is which does not matter, so that there are two optima and many traps."""

    def spectrum(p: Sequence[float]) -> Any:
        first = p[2] / (1 + ((_PEAKS_AT - p[0]) / p[1]) ** 2)
        return first + p[5] / (1 + ((_PEAKS_AT - p[3]) / p[4]) ** 2) + p[6]

    apart: list[float] = (spectrum(_vector(values)) - spectrum(_PEAKS)).tolist()
    return apart


def _decay_space() -> dict[str, dict[str, object]]:
    bounds = [(0, 4), (0.05, 3), (0, 4), (0.05, 5)]
    return {f"p{j}": uniform(low, high) for j, (low, high) in enumerate(bounds)}


def noisy_decay(values: Mapping[str, Any]) -> Sequence[float]:
    """Two decays that overlap, fitted to noisy measurements: something is left over at the optimum."""
    return _decay_residuals(np.array(_vector(values))).tolist()  # type: ignore[no-any-return]


def _decay_residuals(p: Any) -> Any:
    def measured(p: Sequence[float]) -> Any:
        return p[0] * np.exp(-p[1] * _DECAY_AT) + p[2] * np.exp(-p[3] * _DECAY_AT)

    noise = np.random.default_rng(3).normal(0, 0.05, len(_DECAY_AT))
    return measured(p) - measured(_DECAY) - noise


def _least_of_decay() -> float:
    return math.sqrt(2 * float(least_squares(_decay_residuals, _DECAY, xtol=1e-14, ftol=1e-14).cost))


def valley(values: Mapping[str, Any]) -> Sequence[float]:
    """Rosenbrock's function before its terms are squared and added."""
    x = _vector(values)
    return [part for a, b in pairwise(x) for part in (10 * (b - a * a), 1 - a)]


def rugged_costs(values: Mapping[str, Any]) -> Sequence[float]:
    """A rugged one, one with kinks, one that grows exponentially, and a large one that hardly changes."""
    x = np.array(_vector(values))
    ripples = 0.3 * float(np.sum((x - 1) ** 2 / 2 + 3 * np.sin(2 * x) ** 2))
    kinks = float(np.abs(x - np.array([2, -1, 0, 1, -2])).sum())
    growth = math.exp(0.3 * float(x @ np.array([1, -1, 1, 0.5, -0.5])))
    return [1 + ripples, kinks, growth, 10 + 0.1 * math.cos(x[0])]


_LEAST_RUGGED = 10.831858126542748  # found by differential evolution


def network_costs(values: Mapping[str, Any]) -> Sequence[float]:
    """The error of a network, the seconds of its training, and its megabytes."""
    weights = values["layers"] * values["units"] ** 1.5
    slow = {"adam": 1.3, "sgd": 1.0, "rmsprop": 1.2}[values["optimizer"]]
    return [0.05 + mixed(values), slow * weights / 4e4, 0.02 + weights / 9e4]


_LEAST_NETWORK = 0.169570958540521  # found by trying all layers, units and optimizers
