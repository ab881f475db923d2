"""Functions with a known optimum, moved away from where symmetric ones have it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

import numpy as np
from problem import Problem, choice, integer, log_uniform, uniform

_HARTMANN_A = np.array(
    [
        [10, 3, 17, 3.5, 1.7, 8],
        [0.05, 10, 17, 0.1, 8, 14],
        [3, 3.5, 1.7, 10, 17, 8],
        [17, 8, 0.05, 10, 0.1, 14],
    ]
)
_HARTMANN_P = 1e-4 * np.array(
    [
        [1312, 1696, 5569, 124, 8283, 5886],
        [2329, 4135, 8307, 3736, 1004, 9991],
        [2348, 1451, 3522, 2883, 3047, 6650],
        [4047, 8828, 8732, 5743, 1091, 381],
    ]
)
_HARTMANN_WEIGHTS = np.array([1.0, 1.2, 3.0, 3.2])


def problems() -> list[Problem]:
    """All of them."""
    return [
        Problem("branin", {"x": uniform(-5, 10), "y": uniform(0, 15)}, branin, 0.39788735772973816),
        Problem("hartmann6", _box(6, 0, 1), hartmann, -3.322368011415515),
        Problem("rosenbrock5", _box(5, -2, 2.5), rosenbrock, 0.0),
        Problem("levy10", _box(10, -10, 8), levy, 0.0),
        Problem("ackley10", _box(10, -5, 10), shifted_ackley, 0.0),
        Problem("rotated_valley4", _box(4, -3, 3), rotated_valley, 0.0),
        Problem("sparse30", _box(30, -5, 5), sparse, 0.0),
        Problem("noisy4", _box(4, -5, 5), noisy, 0.0),
        Problem("plateau6", _plateau_space(), plateau, 0.0),
        Problem("categories6", _category_space(), categories, 0.0),
        Problem("mixed7", mixed_space(), mixed, 0.0),
        Problem("bound5", _box(5, 0, 1), at_bound, 0.0),
        Problem("small_integers5", {f"n{j}": integer(1, 6) for j in range(5)}, small_integers, 0.0),
        Problem("heavy_tail6", _box(6, -4, 4), heavy_tail, 0.0),
    ]


def _box(size: int, low: float, high: float) -> dict[str, dict[str, object]]:
    return {f"x{j}": uniform(low, high) for j in range(size)}


def _vector(values: Mapping[str, Any]) -> Sequence[float]:
    return [float(value) for value in values.values()]


def _shift(name: str, size: int, width: float) -> list[float]:
    generator = Random(name)
    return [generator.uniform(-width, width) for _ in range(size)]


def branin(values: Mapping[str, Any]) -> float:
    """Three equal minima."""
    x, y = _vector(values)
    return float(
        (y - 5.1 / (4 * math.pi**2) * x * x + 5 / math.pi * x - 6) ** 2
        + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x)
        + 10
    )


def hartmann(values: Mapping[str, Any]) -> float:
    """Six local minima."""
    inner = (_HARTMANN_A * (np.array(_vector(values)) - _HARTMANN_P) ** 2).sum(axis=1)
    return -float(_HARTMANN_WEIGHTS @ np.exp(-inner))


def rosenbrock(values: Mapping[str, Any]) -> float:
    """A curved valley."""
    x = _vector(values)
    return sum(100 * (x[j + 1] - x[j] ** 2) ** 2 + (1 - x[j]) ** 2 for j in range(len(x) - 1))


def levy(values: Mapping[str, Any]) -> float:
    """Ripples on a bowl."""
    moved = [x - 0.7 * (j % 3) for j, x in enumerate(_vector(values))]
    w = [1 + (x - 1) / 4 for x in moved]
    middle = sum((a - 1) ** 2 * (1 + 10 * math.sin(math.pi * a + 1) ** 2) for a in w[:-1])
    return (
        math.sin(math.pi * w[0]) ** 2 + middle + (w[-1] - 1) ** 2 * (1 + math.sin(2 * math.pi * w[-1]) ** 2)
    )


def shifted_ackley(values: Mapping[str, Any]) -> float:
    """Many small holes round a deep one."""
    x = np.array(_vector(values)) - np.array(_shift("ackley", len(values), 3))
    return float(
        20
        + math.e
        - 20 * math.exp(-0.2 * math.sqrt(float(np.mean(x * x))))
        - math.exp(float(np.mean(np.cos(2 * math.pi * x))))
    )


def rotated_valley(values: Mapping[str, Any]) -> float:
    """A narrow ellipsoid whose axes are no parameters' axes."""
    rotation = np.linalg.qr(np.random.default_rng(5).standard_normal((4, 4)))[0]
    moved = rotation @ (np.array(_vector(values)) - np.array(_shift("valley", 4, 2)))
    return float(math.log1p(float(np.array([1, 30, 900, 10_000]) @ (moved * moved))))


def sparse(values: Mapping[str, Any]) -> float:
    """Thirty parameters, of which four matter."""
    x = _vector(values)
    centre = _shift("sparse", 4, 3)
    apart = [x[j] - c for j, c in zip((2, 11, 17, 26), centre, strict=True)]
    return sum(a * a for a in apart) + 2 * abs(apart[0] * apart[1]) + 3 * math.sin(apart[2]) ** 2


def noisy(values: Mapping[str, Any]) -> float:
    """A bowl seen through noise that depends on the point alone, so that all algorithms see the same."""
    x = _vector(values)
    noise = Random(repr(x)).gauss(0, 1)
    return sum((a - c) ** 2 for a, c in zip(x, _shift("noisy", 4, 3), strict=True)) + max(noise + 3, 0)


def _plateau_space() -> dict[str, dict[str, object]]:
    return {f"x{j}": log_uniform(1e-4, 1e2) for j in range(6)}


def plateau(values: Mapping[str, Any]) -> float:
    """Flat nearly everywhere, on logarithmic scales; a part of the space fails."""
    logs = [math.log10(x) for x in _vector(values)]
    if logs[0] + logs[1] > 2.5:
        return math.nan
    apart = sum((a - c) ** 2 for a, c in zip(logs, _shift("plateau", 6, 1.5), strict=True))
    return 1 - math.exp(-apart / 6)


def _category_space() -> dict[str, dict[str, object]]:
    return {f"c{j}": choice(f"v{k}" for k in range(4 + j)) for j in range(6)}


def categories(values: Mapping[str, Any]) -> float:
    """Each category has its cost, and pairs of neighbours theirs."""
    keys = list(values.values())
    target = [f"v{(3 * j + 1) % (4 + j)}" for j in range(6)]
    wrong = [key != right for key, right in zip(keys, target, strict=True)]
    costs = [
        Random(f"{j} {key}").random() if bad else 0.0
        for j, (key, bad) in enumerate(zip(keys, wrong, strict=True))
    ]
    pairs = sum(0.7 * (wrong[j] and wrong[j + 1]) for j in range(5))
    return sum(costs) + pairs


def mixed_space() -> dict[str, dict[str, object]]:
    """Of the training of a network."""
    return {
        "rate": log_uniform(1e-5, 1),
        "decay": log_uniform(1e-8, 1e-1),
        "layers": integer(1, 8),
        "units": integer(8, 512),
        "dropout": uniform(0, 0.9),
        "activation": choice(["relu", "tanh", "gelu", "sigmoid"]),
        "optimizer": choice(["adam", "sgd", "rmsprop"]),
    }


def mixed(values: Mapping[str, Any]) -> float:
    """Like the training of a network: the best rate depends on the optimizer."""
    best_rate = {"adam": -2.7, "sgd": -1.2, "rmsprop": -3.1}[values["optimizer"]]
    rate = (math.log10(values["rate"]) - best_rate) ** 2 / 4
    size = (math.log2(values["units"]) - 7.3) ** 2 / 10 + (values["layers"] - 4) ** 2 / 20
    drop = (values["dropout"] - 0.25) ** 2 * (1 + values["layers"] / 4)
    kind = {"relu": 0.03, "tanh": 0.1, "gelu": 0.0, "sigmoid": 0.4}[values["activation"]]
    late = {"adam": 0.0, "sgd": 0.05, "rmsprop": 0.08}[values["optimizer"]]
    decay = (math.log10(values["decay"]) + 4.5) ** 2 / 60
    total = rate + size + drop + kind + late + decay
    return math.tanh(total) - _MIXED_LEAST


_MIXED_LEAST = 0.000225  # about what the rounding of units and layers leaves


def at_bound(values: Mapping[str, Any]) -> float:
    """Least where every parameter ends."""
    return sum((1 + j) * x**1.5 for j, x in enumerate(_vector(values)))


def small_integers(values: Mapping[str, Any]) -> float:
    """7,776 points."""
    target = (2, 5, 1, 6, 3)
    apart = [abs(n - t) for n, t in zip(_vector(values), target, strict=True)]
    return sum(a**1.5 for a in apart) + apart[0] * apart[3]


def heavy_tail(values: Mapping[str, Any]) -> float:
    """Spans many orders of magnitude."""
    apart = sum((x - c) ** 2 for x, c in zip(_vector(values), _shift("tail", 6, 2), strict=True))
    return math.expm1(apart / 8)
