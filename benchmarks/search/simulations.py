"""Fits of simulations: parameters of ordinary differential equations, with what they print as the target."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from problem import Outputs, Problem, log_uniform, norm_of

State = Sequence[float]
Simulate = Callable[[Sequence[float]], Any]

_STEPS, _MOST = 10, 1e6
PREDATORS = (0.9, 0.35, 0.25, 0.7, 3.0)
CHAIN = (0.8, 0.3, 0.05, 2.0, 0.12, 0.5)


def problems() -> list[Problem]:
    """All of them."""
    return [
        Problem("ode_predators5", space_about(PREDATORS), norm_of(residuals(predators, PREDATORS)), 0.0),
        Problem("ode_chain6", space_about(CHAIN), norm_of(residuals(chain, CHAIN)), 0.0),
    ]


def space_about(true: Sequence[float]) -> dict[str, dict[str, object]]:
    """A space in which the true parameters lie."""
    # 1.6 decades, the true value at different places of each.
    return {
        f"k{j}": log_uniform(k / 10 ** (0.5 + 0.15 * j), k * 10 ** (1.1 - 0.15 * j))
        for j, k in enumerate(true)
    }


def residuals(simulate: Simulate, true: Sequence[float]) -> Outputs:
    """How far each value of a simulation is from what it is with the true parameters; the norm has no unit."""
    target = simulate(true)
    unit = math.sqrt(target.size) * float(
        np.sqrt(np.mean((target - target.mean(axis=1, keepdims=True)) ** 2))
    )

    def outputs(values: Mapping[str, Any]) -> Sequence[float]:
        simulated = simulate([float(value) for value in values.values()])
        apart: list[float] = (np.clip(simulated - target, -1e3, 1e3) / unit).ravel().tolist()
        return apart

    return outputs


def predators(k: Sequence[float]) -> Any:
    """Prey, and what eats it."""

    def slope(y: State) -> State:
        eaten = k[1] * y[0] * y[1] / (1 + y[0] / k[4])
        return (k[0] * y[0] * (1 - y[0] / 10) - eaten, k[2] * eaten - k[3] * y[1])

    return _solved(slope, (4.0, 2.0), 15.0)


def chain(k: Sequence[float]) -> Any:
    """A chain of reactions with a catalyst."""

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
