"""Grid search: every combination of the parameters' levels once; no grid is too large, since none is listed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, islice

from worker.search.expectation import Expectation
from worker.search.history import NO_OUTPUTS
from worker.search.none_allowed import none_allowed
from worker.search.space import Point, Space
from worker.spec.dimension import AnyDimension
from worker.spec.parameters import Value
from worker.spec.points import steps_of
from worker.spec.text import counted
from worker.spec.walk import walk

_UNIT = 2**64  # fractions are counted in such parts of 1
_MOST_STEPS = 200_000  # through a grid of which rules leave a part
_MOST_COUNTED = 20_000  # of them to see how large that part is
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
        self._existing = space.existing
        self.size = math.prod(axis.count for axis in self._axes)

    def nested(self, index: int) -> Point:
        """Point number `index`, from 0 to `size` - 1, of nested loops; the last parameter varies fastest."""
        return self._existing([axis.value(digit) for axis, digit, _ in self._digits(index)])

    def spread(self, index: int) -> Point:
        """Point number `index` in an order of which any beginning covers the whole grid evenly."""
        return self._existing(
            [axis.value(axis.spread(digit, inner)) for axis, digit, inner in self._digits(index)]
        )

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
    is spread over the whole grid. Points that are not allowed are left out, and where parameters do not exist, several
    points of the loops are one.
    """

    def __init__(self, space: Space, points: int, budget: int) -> None:
        self._space = space
        self._grid = Grid(space, points)
        self._points = self._ruled(points, budget) if space.rules.given else self._all(budget)
        self._visited: set[Point] = set()
        self._gave_up = False

    @property
    def exhausted_sentence(self) -> str:
        rules = self._space.rules
        if rules.constraints and not self._visited:
            return none_allowed(rules.constraints, certain=not self._gave_up)
        size = len(self._visited) if rules.given else self._grid.size
        used_up = (
            f"All {size:,} points of the grid have been proposed."
            if size > 1
            else "The only point of the grid has been proposed."
        )
        if self._gave_up:
            used_up = f"After {counted(size, 'point')} of the grid, no other one that is allowed was found among many."
        return f"{used_up} To continue, raise grid_points or widen the ranges."

    def prepare(self) -> None:
        """Nothing to load."""

    def catch_up(self) -> None:
        """Nothing to learn."""

    def ask(self, number: int) -> dict[str, Value] | None:
        for point in self._points:
            if point not in self._visited:
                self._visited.add(point)
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

    def _all(self, budget: int) -> Iterator[Point]:
        point = self._grid.nested if self._grid.size <= budget else self._grid.spread
        return map(point, range(self._grid.size))

    def _ruled(self, points: int, budget: int) -> Iterator[Point]:
        """The allowed points: as nested loops where the budget covers them, else first some that are spread over the grid."""
        if self._grid.size > budget and not self._is_covered(points, budget):
            for index in range(min(self._grid.size, _MOST_STEPS)):
                if self._space.allows(point := self._grid.spread(index)):
                    yield point
        for taken, values in enumerate(self._walk(points)):
            if taken >= _MOST_STEPS:
                self._gave_up = True
                return
            if values is not None:
                yield tuple(values.get(name) for name in self._space.names)

    def _walk(self, points: int) -> Iterator[dict[str, Value] | None]:
        named = zip(self._space.names, self._space.dimensions, strict=True)
        return walk([steps_of(name, dimension, points) for name, dimension in named], self._space.rules)

    def _is_covered(self, points: int, budget: int) -> bool:
        """Whether the budget covers all points that the rules leave."""
        found = 0
        for taken, values in enumerate(self._walk(points)):
            found += values is not None
            if found > budget or taken >= _MOST_COUNTED:
                return False
        return True


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
