"""How many points `auto` begins with."""

from __future__ import annotations


def start_points(parameters: int) -> int:
    """How many points `auto` spreads over the space first."""
    return min(10, max(5, parameters + 2))
