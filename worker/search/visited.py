"""The points that a search has proposed, and how it finds one that it has not."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import count
from random import Random

from worker.search.space import Point, Space

_MOST_NEIGHBOURS = 500  # points looked at round a point before others are taken


class Visited:
    """The points of a space that have been proposed."""

    def __init__(self, space: Space) -> None:
        self._space = space
        self._points: set[Point] = set()

    def __contains__(self, point: Point) -> bool:
        return point in self._points

    def __len__(self) -> int:
        return len(self._points)

    def add(self, point: Point) -> None:
        """Remember a point."""
        self._points.add(point)

    def unvisited(self, near: Point, generator: Random) -> Point | None:
        """A point not visited yet: one that differs from `near` as little as possible, in one parameter, else any.

        None where every point of the space has been visited.
        """
        for tries, point in enumerate(self._neighbours(near, generator)):
            if point not in self._points:
                return point
            if tries >= _MOST_NEIGHBOURS:
                break
        return next((point for point in self._all(generator) if point not in self._points), None)

    def _neighbours(self, near: Point, generator: Random) -> Iterator[Point]:
        """Points that differ from `near` in one parameter, the nearest first; categories have no order."""
        axes = []
        for position, (dimension, value) in enumerate(zip(self._space.dimensions, near, strict=True)):
            turn = generator.choice((-1, 1))
            axes.append((position, dimension, dimension.index(value), turn))
        generator.shuffle(axes)
        for distance in count(1):
            axes = [axis for axis in axes if distance < axis[1].count]
            if not axes:
                return
            for position, dimension, start, turn in axes:
                for index in (start + turn * distance, start - turn * distance):
                    if not dimension.ordered:
                        index %= dimension.count
                    if 0 <= index < dimension.count:
                        yield (*near[:position], dimension.value(index), *near[position + 1 :])

    def _all(self, generator: Random) -> Iterator[Point]:
        """Every point once, in an order that jumps about; an unvisited one comes before len(self) + 1 others."""
        size = self._space.size
        start, step = generator.randrange(size), 1 + generator.randrange(size)
        while math.gcd(step, size) > 1:
            step += 1
        for number in range(size):
            yield self._space.point((start + number * step) % size)
