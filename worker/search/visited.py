"""The points that a search has proposed, and how it finds one that it has not."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import count, islice
from random import Random

from worker.search.space import Point, Space

_MOST_NEIGHBOURS = 500  # points looked at round a point before others are taken
_MOST_LOOKED_AT = 20_000  # points anywhere, where conditions or constraints may leave none of them


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
        """An allowed point not visited yet: one that differs from `near` as little as possible, in one parameter, else any.

        None where every point of the space has been visited, or where too few are allowed to find one.
        """
        for tries, point in enumerate(self._neighbours(near, generator)):
            if self.is_new(point):
                return point
            if tries >= _MOST_NEIGHBOURS:
                break
        every = self._all(generator)
        if self._space.rules.given:
            every = islice(every, _MOST_LOOKED_AT)
        return next((point for point in every if self.is_new(point)), None)

    @property
    def saw_all(self) -> bool:
        """Whether None of `unvisited` means that there are no more points, rather than that none was found."""
        return not self._space.rules.given or self._space.size <= _MOST_LOOKED_AT

    def is_new(self, point: Point) -> bool:
        """Whether a point is allowed and has not been proposed."""
        return point not in self._points and self._space.allows(point)

    def _neighbours(self, near: Point, generator: Random) -> Iterator[Point]:
        """Points that differ from `near` in one parameter, the nearest first; categories have no order."""
        axes = []
        for position, (dimension, value) in enumerate(zip(self._space.dimensions, near, strict=True)):
            turn = generator.choice((-1, 1))
            if value is not None:
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
                        yield self._space.moved(near, position, dimension.value(index), generator)

    def _all(self, generator: Random) -> Iterator[Point]:
        """Every point once, in an order that jumps about; an unvisited one comes before len(self) + 1 others."""
        size = self._space.size
        start, step = generator.randrange(size), 1 + generator.randrange(size)
        while math.gcd(step, size) > 1:
            step += 1
        for number in range(size):
            yield self._space.point((start + number * step) % size)
