"""Multiples of a step width inside bounds, exactly as the numbers are written in decimal."""

from __future__ import annotations

import math
from fractions import Fraction


def exact(number: float) -> Fraction:
    """The number that a person wrote: 0.1 is one tenth, not the binary fraction nearest to it."""
    return Fraction(repr(number))


def multiples_between(low: float, high: float, q: float) -> tuple[int, int]:
    """The first and the last integer k with low <= k * q <= high; the first is the greater where there is none."""
    step = exact(q)
    return math.ceil(exact(low) / step), math.floor(exact(high) / step)


def power_of_e(exponent: float) -> float:
    """e to the power of `exponent`, without float dust: 10 for ln 10 however many digits of that were written.

    Fourteen digits are kept, since no one can write the logarithm of 10 exactly.
    """
    return float(f"{math.exp(exponent):.14g}")
