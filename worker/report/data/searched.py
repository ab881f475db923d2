"""The range of a parameter that is searched, as the axes of plots show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from worker.spec.dimension import Numbers
from worker.spec.parameter_types import type_of
from worker.spec.parameters import Parameter
from worker.spec.scale import Even


@dataclass(frozen=True)
class Searched:
    """From low to high, both included; in steps from low on, or 0 where every number between them may be tried."""

    low: float
    high: float
    step: float = 0.0


def searched(parameter: Parameter, precision: int) -> Searched | None:
    """The searched range of a number; None for categories, and where no end is bounded."""
    kind = type_of(parameter)
    if kind.value == "category":
        return None
    dimension = kind.dimension(parameter, precision)
    if isinstance(dimension, Numbers) and not isinstance(dimension.scale, Even):
        return None
    low, high = float(dimension.value(0)), float(dimension.value(dimension.count - 1))
    stepped = not isinstance(dimension, Numbers) or dimension.stepped
    step = float(dimension.value(1)) - low if stepped and dimension.count > 1 else 0.0
    return Searched(low, high, float(f"{step:.12g}"))


def union(ranges: Sequence[Searched | None]) -> Searched | None:
    """The least range that holds them all; None where one of them has no ends. Steps are kept where all are the same ones."""
    known = [one for one in ranges if one is not None]
    if len(known) < len(ranges) or not known:
        return None
    alike = all((one.low, one.step) == (known[0].low, known[0].step) for one in known)
    low, high = min(one.low for one in known), max(one.high for one in known)
    return Searched(low, high, known[0].step if alike else 0.0)
