"""A problem whose parameters exist under conditions: three branches, of which the one with most parameters holds the optimum.

python benchmarks/search --problems benchmarks/search/conditional.py
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

_BRANCHES = ["deep", "flat", "none"]


def loss(values: Mapping[str, Any]) -> float:
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


PROBLEMS: Mapping[str, Mapping[str, Any]] = {
    "branches": {
        "parameters": {
            "rate": {"type": "real", "min": 1e-5, "max": 1.0, "log": True},
            "kind": {"type": "categorical", "values": _BRANCHES},
            "depth": {"type": "integer", "min": 1, "max": 8, "when": "kind == 'deep'"},
            "share": {"type": "real", "min": 0.0, "max": 1.0, "when": "depth > 3"},
            "width": {"type": "real", "min": 0.0, "max": 2.0, "when": "kind == 'flat'"},
        },
        "loss": loss,
        "optimum": 0.0,
        "scale": 0.309,
    }
}
