"""What a model expected of a point when it proposed it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Expectation:
    """A prediction, in the unit of the results.

    model: what kind of model it was, in words. low, high: one standard deviation below and above the mean.
    best: what a result had to beat. improvement: over it, as expected. results, running: how many trials it knew.
    """

    model: str
    mean: float
    low: float
    high: float
    best: float
    improvement: float
    results: int
    running: int
