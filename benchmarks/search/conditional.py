"""Problems whose parameters exist under conditions: three functions, and two real tuning tables.

python benchmarks/search --problems benchmarks/search/conditional.py
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from tuned import conditional_problems

_BRANCHES = ["deep", "flat", "none"]


def branches(values: Mapping[str, Any]) -> float:
    """0 at kind deep, rate 0.003, depth 5, share 0.3; at best 0.15 and 0.4 in the other branches."""
    rate = (math.log10(values["rate"]) - math.log10(0.003)) ** 2 / 4
    if values["kind"] == "deep":
        inner = abs(values["depth"] - 5) / 10
        if values["depth"] > 3:
            inner += (values["share"] - 0.3) ** 2
        else:
            inner += 0.2
        return rate + inner
    if values["kind"] == "flat":
        return 0.15 + rate + (values["width"] - 0.8) ** 2
    return 0.4 + rate


# Each branch is a bowl, the deeper the narrower: its least value, where that lies, and how steep it is.
_BOWLS: Mapping[str, tuple[float, tuple[float, ...], float]] = {
    "wide": (0.30, (0.5, 0.4), 0.3),
    "long": (0.20, (0.2, 0.7, 0.5), 0.8),
    "narrow": (0.0, (0.75, 0.3, 0.6, 0.8), 1.0),
    "plain": (0.35, (0.5,), 0.1),
}


def bowls(values: Mapping[str, Any]) -> float:
    """0 in the branch of which chance sees least: its bowl is the narrowest, and its parameters act on each other."""
    least, place, slope = _BOWLS[values["kind"]]
    apart = [values[f"{values['kind']}{j}"] - at for j, at in enumerate(place)]
    turned = sum((one + other) ** 2 for one, other in pairwise(apart))
    shift = 0.3 * (values["common"] - 0.35 - 0.3 * len(place) / 4) ** 2
    return least + slope * math.sqrt(sum(one * one for one in apart) + turned) / 2 + shift


def layers(values: Mapping[str, Any]) -> float:
    """A network of up to four layers, each with its own width and share of dropout; more layers need a smaller rate."""
    count = values["layers"]
    lost = 0.12 / count + 0.015 * (count - 3) ** 2
    for j in range(count):
        best = 2 ** (7 - j)
        lost += 0.02 * math.log2(values[f"width{j}"] / best) ** 2 / count
        lost += 0.3 * (values[f"dropout{j}"] - 0.1 * (j + 1)) ** 2
    rate = math.log10(values["rate"]) + 2 + 0.4 * count
    if values["optimizer"] == "sgd":
        rate -= 1 - (values["momentum"] - 0.5)
        lost += 0.02 + 0.2 * (values["momentum"] - 0.9) ** 2
    elif values["optimizer"] == "adam":
        lost += 0.1 * (values["decay"] - 0.3) ** 2
    else:
        lost += 0.05
    return lost + 0.15 * rate * rate / (1 + rate * rate / 4)


def _real(low: float, high: float, when: str = "", *, log: bool = False) -> dict[str, object]:
    return {"type": "real", "min": low, "max": high, "log": log, **({"when": when} if when else {})}


PROBLEMS: Mapping[str, Mapping[str, Any]] = {
    "branches": {
        "parameters": {
            "rate": _real(1e-5, 1.0, log=True),
            "kind": {"type": "categorical", "values": _BRANCHES},
            "depth": {"type": "integer", "min": 1, "max": 8, "when": "kind == 'deep'"},
            "share": _real(0.0, 1.0, "depth > 3"),
            "width": _real(0.0, 2.0, "kind == 'flat'"),
        },
        "loss": branches,
        "optimum": 0.0,
        "scale": 0.309,
    },
    "bowls": {
        "parameters": {
            "common": _real(0.0, 1.0),
            "kind": {"type": "categorical", "values": list(_BOWLS)},
            **{
                f"{kind}{j}": _real(0.0, 1.0, f"kind == '{kind}'")
                for kind, (_, place, _) in _BOWLS.items()
                for j in range(len(place))
            },
        },
        "loss": bowls,
        "optimum": 0.0,
    },
    "layers": {
        "parameters": {
            "rate": _real(1e-6, 1.0, log=True),
            "layers": {"type": "integer", "min": 1, "max": 4},
            **{
                name: parameter
                for j in range(4)
                for name, parameter in {
                    f"width{j}": {
                        **{"type": "integer", "min": 4, "max": 512, "log": True},
                        **({"when": f"layers > {j}"} if j else {}),
                    },
                    f"dropout{j}": _real(0.0, 0.8, f"layers > {j}" if j else ""),
                }.items()
            },
            "optimizer": {"type": "categorical", "values": ["sgd", "adam", "other"]},
            "momentum": _real(0.0, 1.0, "optimizer == 'sgd'"),
            "decay": _real(0.0, 1.0, "optimizer == 'adam'"),
        },
        "loss": layers,
        "optimum": 0.04,
    },
    **{
        problem.name: {
            "parameters": problem.parameters,
            "loss": problem.loss,
            "optimum": problem.optimum,
        }
        for problem in conditional_problems()
    },
}
