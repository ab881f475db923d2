"""Fits of simulations: parameters of ordinary differential equations, with what they print as the target."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from problem import Problem, log_uniform

State = Sequence[float]

_STEPS, _MOST = 10, 1e6
_TRUE_PREDATORS = (0.9, 0.35, 0.25, 0.7, 3.0)
_TRUE_CHAIN = (0.8, 0.3, 0.05, 2.0, 0.12, 0.5)


def problems() -> list[Problem]:
    """All of them."""
    return [
        Problem("ode_predators5", _space(_TRUE_PREDATORS), _fit(_predators, _TRUE_PREDATORS), 0.0),
        Problem("ode_chain6", _space(_TRUE_CHAIN), _fit(_chain, _TRUE_CHAIN), 0.0),
    ]


def _space(true: Sequence[float]) -> dict[str, dict[str, object]]:
    # 1.6 decades, the true value at different places of each.
    return {
        f"k{j}": log_uniform(k / 10 ** (0.5 + 0.15 * j), k * 10 ** (1.1 - 0.15 * j))
        for j, k in enumerate(true)
    }


def _fit(
    simulate: Callable[[Sequence[float]], Any], true: Sequence[float]
) -> Callable[[Mapping[str, Any]], float]:
    target = simulate(true)
    unit = float(np.sqrt(np.mean((target - target.mean(axis=1, keepdims=True)) ** 2)))

    def loss(values: Mapping[str, Any]) -> float:
        simulated = simulate([float(value) for value in values.values()])
        apart = np.clip(simulated - target, -1e3, 1e3)
        return float(np.sqrt(np.mean(apart**2))) / unit

    return loss


def _predators(k: Sequence[float]) -> Any:
    def slope(y: State) -> State:
        eaten = k[1] * y[0] * y[1] / (1 + y[0] / k[4])
        return (k[0] * y[0] * (1 - y[0] / 10) - eaten, k[2] * eaten - k[3] * y[1])

    return _solved(slope, (4.0, 2.0), 15.0)


def _chain(k: Sequence[float]) -> Any:
    def slope(y: State) -> State:
        first = k[0] * y[0] - k[1] * y[1]
        second = 0.3 * k[3] * y[1] * y[2] / (k[5] + y[2])
        return (-first, first - second - k[2] * y[1], k[4] * y[3] - second, second - k[4] * y[3])

    return _solved(slope, (2.0, 0.0, 1.5, 0.0), 12.0)


def _solved(slope: Callable[[State], State], start: State, end: float) -> Any:
    """The states (variables, 24) after equal spans, by the classical Runge-Kutta method; nan once they grow out of bounds."""
    state, step = start, end / (24 * _STEPS)
    states = []
    for _ in range(24):
        for _ in range(_STEPS):
            first = slope(state)
            second = slope(_moved(state, first, step / 2))
            third = slope(_moved(state, second, step / 2))
            fourth = slope(_moved(state, third, step))
            mean = [
                (a + 2 * b + 2 * c + d) / 6 for a, b, c, d in zip(first, second, third, fourth, strict=True)
            ]
            state = _moved(state, mean, step)
            if not all(-_MOST < y < _MOST for y in state):
                return np.full((len(start), 24), math.nan)
        states.append(state)
    return np.array(states).T


def _moved(state: State, slope: State, step: float) -> State:
    return tuple(y + step * dy for y, dy in zip(state, slope, strict=True))
