"""Student's t distribution with whole degrees of freedom, in finite sums: small, exact, and without a library."""

from __future__ import annotations

import math

_STEPS = 200  # halvings of an interval of floats


def within(bound: float, freedom: int) -> float:
    """The probability that t lies between -bound and bound (Abramowitz and Stegun 1964, 26.7.3 and 26.7.4)."""
    angle = math.atan2(bound, math.sqrt(freedom))
    sine, square = math.sin(angle), math.cos(angle) ** 2
    odd = freedom % 2
    term = total = 1.0
    for index in range(1, freedom // 2):
        term *= square * (2 * index if odd else 2 * index - 1) / (2 * index + odd)
        total += term
    if not odd:
        return sine * total
    return 2 / math.pi * (angle + (sine * math.cos(angle) * total if freedom > 1 else 0.0))


def bound(share: float, freedom: int) -> float:
    """The bound within which t lies with the probability `share`, above 0 and below 1."""
    low, high = 0.0, 1.0
    while within(high, freedom) < share:
        high *= 2
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if within(middle, freedom) >= share else (middle, high)
    return high
