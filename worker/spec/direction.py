"""Which of the results is the best one: the smallest, or the largest."""

from __future__ import annotations

MIN, MAX = "min", "max"
DIRECTIONS = (MIN, MAX)


def rank(direction: str, result: float) -> float:
    """What stands for a result where the smaller is the better: for searches, and wherever results are put in order."""
    return -result if direction == MAX else result
