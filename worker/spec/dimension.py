"""The dimensions of a search space: each knows its internal (latent) and its external value."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from bisect import bisect
from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

from worker.spec.lattice import Lattice, Multiples
from worker.spec.parameters import Value
from worker.spec.scale import Even, Scale
from worker.spec.spelling import meant

if TYPE_CHECKING:
    from random import Random


class Dimension(ABC):
    """One parameter: `decode` takes a latent value to the parameter's, `encode` goes back.

    count: how many different values there are; they have indexes, in ascending order for numbers. ordered: whether values with
    close indexes are alike; where they are not, the last value is as much a neighbour of the first as the second is.
    """

    count: int
    ordered: bool
    even_steps = False  # whether a grid takes every value, however many there are

    @abstractmethod
    def draw(self, generator: Random) -> Value:
        """A value drawn from the promised distribution."""

    @abstractmethod
    def at_share(self, share: float) -> Value:
        """The value below which a share, from 0 to 1, of the probability lies."""

    @abstractmethod
    def decode(self, latent: float) -> Value:
        """The value for a latent one."""

    @abstractmethod
    def encode(self, value: Value) -> float:
        """A latent value for one of the parameter's."""

    @abstractmethod
    def value(self, index: int) -> Value:
        """Value number `index`, from 0 to `count` - 1."""

    @abstractmethod
    def index(self, value: Value) -> int:
        """The index of `value`, or of the value next to it."""

    @abstractmethod
    def admitted(self, value: Value) -> Value:
        """The parameter's own form of a value from elsewhere, such as 3 for "3.0". Raises ValueError outside."""

    def levels(self, points: int) -> Sequence[Value] | None:
        """The values for a grid with `points` levels of what is continuous; None means every value by its index."""
        return None


class Numbers(Dimension):
    """A number: a latent variable on a scale, taken to the nearest value of a lattice."""

    ordered = True

    def __init__(self, scale: Scale, lattice: Lattice, *, listed: bool = True) -> None:
        """listed: whether a grid takes every value where these are steps of an even distribution."""
        self.count = lattice.count
        self.scale = scale
        self.even_steps = listed and isinstance(scale, Even) and isinstance(lattice, Multiples)
        self._lattice = lattice

    def draw(self, generator: Random) -> Value:
        return self.decode(self.scale.draw(generator))

    def at_share(self, share: float) -> Value:
        return self.decode(self.scale.at_share(share))

    def decode(self, latent: float) -> Value:
        return self._lattice.snap(self.scale.number(latent))

    def number(self, value: Value) -> float:
        """The number that stands for a value on the scale."""
        return float(value)

    def encode(self, value: Value) -> float:
        number = self.number(value)
        if number == 0 and self.scale.exponential:
            number = (
                self._lattice.width / 4
            )  # one of the numbers that are rounded to 0, which has no logarithm
        return self.scale.latent(number)

    @property
    def stepped(self) -> bool:
        """Whether many latent values are taken to the same value."""
        return self._lattice.width > 0

    def cell(self, latent: float) -> tuple[float, float]:
        """From which latent value on, and up to which, all are taken to the same value as `latent`."""
        number = float(self._lattice.snap(self.scale.number(latent)))
        half = self._lattice.width / 2
        return self.scale.latent(number - half), self.scale.latent(number + half)

    def value(self, index: int) -> Value:
        return self._lattice.value(index)

    def index(self, value: Value) -> int:
        return self._lattice.index(self.number(value))

    def admitted(self, value: Value) -> Value:
        number = float(value)
        if not math.isfinite(number):
            raise ValueError(f"{number} is not finite")
        return self._lattice.admitted(number)

    def levels(self, points: int) -> Sequence[Value] | None:
        if self.even_steps or self.count <= points:
            return None
        latents = self.scale.quantiles(points)
        if self.stepped and isinstance(
            self.scale, Even
        ):  # half a step of room beyond the ends is no part of a grid
            low, high = (self.encode(self.value(index)) for index in (0, self.count - 1))
            latents = [low + latent * (high - low) for latent in latents]
        return list(dict.fromkeys(map(self.decode, latents)))


class Ranks(Numbers):
    """One of the given texts, which have an order: searched as their places in it, all equally likely."""

    def __init__(self, values: Sequence[str]) -> None:
        last = len(values) - 1
        super().__init__(Even(-0.5, last + 0.5), Multiples(Fraction(1), 0, last))
        self._values = values
        self._places = {value: place for place, value in enumerate(values)}

    def decode(self, latent: float) -> Value:
        return self._values[int(super().decode(latent))]

    def value(self, index: int) -> Value:
        return self._values[index]

    def number(self, value: Value) -> float:
        return self._places[str(value)]

    def admitted(self, value: Value) -> Value:
        return meant(value, self._places)


class Categories(Dimension):
    """One of the given values, searched as unordered categories, each as likely as its weight says."""

    ordered = False
    even_steps = True

    def __init__(self, values: Sequence[Value], weights: Sequence[float] | None = None) -> None:
        """`weights` of any sum; all equally likely without."""
        self.count = len(values)
        self.weights = weights
        self._values = values
        self._sums = list(accumulate(weights)) if weights else None

    @cached_property
    def _indexes(self) -> dict[Value, int]:
        return {value: index for index, value in enumerate(self._values)}

    def draw(self, generator: Random) -> Value:
        if self._sums is None:
            return self._values[generator.randrange(self.count)]
        return self.at_share(generator.random())

    def at_share(self, share: float) -> Value:
        index = int(share * self.count) if self._sums is None else bisect(self._sums, share * self._sums[-1])
        return self._values[min(index, self.count - 1)]

    def decode(self, latent: float) -> Value:
        return self._values[int(latent)]

    def encode(self, value: Value) -> float:
        return self._indexes[value]

    def value(self, index: int) -> Value:
        return self._values[index]

    def index(self, value: Value) -> int:
        return self._indexes[value]

    def admitted(self, value: Value) -> Value:
        if not isinstance(self._values[0], int):
            return meant(value, self._indexes)
        index = self._indexes.get(float(value))
        if index is None:
            raise ValueError(f"{value} is not one of the {self.count:,} values")
        return self._values[index]


AnyDimension = Numbers | Categories
