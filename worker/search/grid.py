"""Grid search: every combination of the parameters' levels once; no grid is too large, since none is listed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, islice

from worker.search.expectation import Expectation
from worker.search.history import NO_OUTPUTS
from worker.search.space import Point, Space
from worker.spec.dimension import AnyDimension
from worker.spec.parameters import Value

_UNIT = 2**64  # fractions are counted in such parts of 1
_GOLDEN = 0x9E3779B97F4A7C15  # the fraction of the golden ratio, whose multiples spread most evenly


@dataclass(frozen=True)
class Axis:
    """The levels of one parameter, and what spreads them.

    levels: None means all values by their index. stride: has no factor in common with `count`, so that its multiples
    meet every level once. turn: a fraction that no other axis has.
    """

    dimension: AnyDimension
    levels: Sequence[Value] | None
    count: int
    stride: int
    turn: int

    def value(self, level: int) -> Value:
        """The value at a level."""
        return self.dimension.value(level) if self.levels is None else self.levels[level]

    def spread(self, digit: int, inner: int) -> int:
        """Another level for each digit, which differs with the index `inner` of the loops inside."""
        return (digit * self.stride + inner * self.turn % _UNIT * self.count // _UNIT) % self.count


class Grid:
    """The grid over a space, with `points` levels of what is continuous."""

    def __init__(self, space: Space, points: int) -> None:
        self._axes = [
            _axis(dimension, dimension.levels(points), prime)
            for dimension, prime in zip(
                space.dimensions, islice(_primes(), len(space.dimensions)), strict=True
            )
        ]
        self.size = math.prod(axis.count for axis in self._axes)

    def nested(self, index: int) -> Point:
        """Point number `index`, from 0 to `size` - 1, of nested loops; the last parameter varies fastest."""
        return tuple(axis.value(digit) for axis, digit, _ in self._digits(index))

    def spread(self, index: int) -> Point:
        """Point number `index` in an order of which any beginning covers the whole grid evenly."""
        return tuple(axis.value(axis.spread(digit, inner)) for axis, digit, inner in self._digits(index))

    def _digits(self, index: int) -> Iterator[tuple[Axis, int, int]]:
        """Of each axis its digit of `index`, and what the digits behind it amount to."""
        size = self.size
        for axis in self._axes:
            size //= axis.count
            digit, index = divmod(index, size)
            yield axis, digit, index


class GridSearcher:
    """Proposes every point of the grid once, except those that are known already.

    A grid that the budget covers comes as nested loops; of a larger one only a sample can be evaluated, which
    is spread over the whole grid.
    """

    def __init__(self, space: Space, points: int, budget: int) -> None:
        self._space = space
        self._grid = Grid(space, points)
        self._point = self._grid.nested if self._grid.size <= budget else self._grid.spread
        self._next = 0
        self._visited: set[Point] = set()

    @property
    def exhausted_sentence(self) -> str:
        size = self._grid.size
        used_up = (
            f"All {size:,} points of the grid have been proposed."
            if size > 1
            else "The only point of the grid has been proposed."
        )
        return f"{used_up} To continue, raise grid_points or widen the ranges."

    def prepare(self) -> None:
        """Nothing to load."""

    def ask(self, number: int) -> dict[str, Value] | None:
        while self._next < self._grid.size:
            point = self._point(self._next)
            self._next += 1
            if point not in self._visited:
                return self._space.named(point)
        return None

    def add(self, number: int, values: Mapping[str, Value], *, foreign: bool = False) -> None:
        self._visited.add(self._space.admitted(values))

    def tell(self, number: int, loss: float | None, outputs: Mapping[str, float] = NO_OUTPUTS) -> None:
        """A grid does not learn."""

    def runs_again(self, number: int) -> None:
        """Nor does it forget."""

    def expectation(self, values: Mapping[str, Value]) -> Expectation | None:
        """Nor does it predict."""
        return None


def _axis(dimension: AnyDimension, levels: Sequence[Value] | None, prime: int) -> Axis:
    number = dimension.count if levels is None else len(levels)
    stride = max(1, number * _GOLDEN // _UNIT)
    while math.gcd(stride, number) > 1:
        stride += 1
    # Roots of primes: no multiples of theirs ever agree.
    return Axis(dimension, levels, number, stride, math.isqrt(prime * _UNIT * _UNIT) % _UNIT)


def _primes() -> Iterator[int]:
    primes: list[int] = []
    for number in count(2):
        if all(number % prime for prime in primes):
            primes.append(number)
            yield number
