"""Grid search: every combination of the parameters' levels once; no grid is too large, since none is listed."""

from __future__ import annotations

import math
from collections.abc import Mapping

from worker.search.space import Point, Space
from worker.spec.parameters import Value

_GOLDEN = 0x9E3779B97F4A7C15  # 2^64 times the golden ratio's fraction, whose multiples spread most evenly


class Grid:
    """The grid over a space, with `points` levels of what is continuous."""

    def __init__(self, space: Space, points: int) -> None:
        self._dimensions = space.dimensions
        self._levels = [one.levels(points) for one in space.dimensions]
        self._counts = [
            one.count if levels is None else len(levels)
            for one, levels in zip(self._dimensions, self._levels, strict=True)
        ]
        self.size = math.prod(self._counts)

    def point(self, index: int) -> Point:
        """Point number `index`, from 0 to `size` - 1; the last parameter varies fastest."""
        values: list[Value] = []
        for one, levels, count in zip(
            reversed(self._dimensions), reversed(self._levels), reversed(self._counts), strict=True
        ):
            index, digit = divmod(index, count)
            values.append(one.value(digit) if levels is None else levels[digit])
        return tuple(reversed(values))


class GridSearcher:
    """Proposes every point of the grid once, except those that are known already.

    A grid that the budget covers comes in the order of nested loops, the last parameter varying fastest. Of a
    larger one, which can only be sampled, points spread evenly over the whole grid come first.
    """

    def __init__(self, space: Space, points: int, budget: int) -> None:
        self._space = space
        self._grid = Grid(space, points)
        self._step = 1 if self._grid.size <= budget else _spreading_step(self._grid.size)
        self._next = 0
        self._known: set[Point] = set()

    @property
    def exhausted_sentence(self) -> str:
        return (
            f"All {self._grid.size:,} points of the grid have been proposed. "
            "To go on, raise grid_points or widen the ranges."
        )

    def prepare(self) -> None:
        """Nothing to load."""

    def ask(self, number: int) -> dict[str, Value] | None:
        while self._next < self._grid.size:
            point = self._grid.point(self._next * self._step % self._grid.size)
            self._next += 1
            if point not in self._known:
                return self._space.named(point)
        return None

    def known(self, number: int, values: Mapping[str, Value]) -> None:
        self._known.add(self._space.admitted(values))

    def tell(self, number: int, loss: float | None) -> None:
        """A grid does not learn."""


def _spreading_step(size: int) -> int:
    step = max(1, size * _GOLDEN >> 64)
    while math.gcd(step, size) > 1:
        step += 1
    return step
