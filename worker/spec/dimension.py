"""The dimensions of a search space: each knows its internal (latent) and its external value; no library, no I/O."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from bisect import bisect
from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate
from random import Random

from worker.search.lattice import Decimals, Lattice, Multiples
from worker.search.scale import MOST_SIGMAS, Bell, Even, Scale
from worker.spec.multiples import exact, multiples_between, power_of_e
from worker.spec.parameters import Parameter, Value


class Dimension(ABC):
    """One parameter: `decode` takes a latent value to the parameter's, `encode` goes back.

    count: how many different values there are; they have indexes, in ascending order for numbers.
    """

    count: int

    @abstractmethod
    def draw(self, generator: Random) -> Value:
        """A value drawn from the promised distribution."""

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

    def __init__(self, scale: Scale, lattice: Lattice) -> None:
        self.count = lattice.count
        self.scale = scale
        self._lattice = lattice

    def draw(self, generator: Random) -> Value:
        return self.decode(self.scale.draw(generator))

    def decode(self, latent: float) -> Value:
        return self._lattice.snap(self.scale.number(latent))

    def encode(self, value: Value) -> float:
        number = float(value)
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
        number = float(self.decode(latent))
        half = self._lattice.width / 2
        return self.scale.latent(number - half), self.scale.latent(number + half)

    def value(self, index: int) -> Value:
        return self._lattice.value(index)

    def index(self, value: Value) -> int:
        return self._lattice.index(float(value))

    def admitted(self, value: Value) -> Value:
        number = float(value)
        if not math.isfinite(number):
            raise ValueError(f"{number} is not finite")
        return self._lattice.admitted(number)

    def levels(self, points: int) -> Sequence[Value] | None:
        if isinstance(self.scale, Even) and isinstance(self._lattice, Multiples):
            return None
        if self.count <= points:
            return None
        return list(dict.fromkeys(self.decode(latent) for latent in self.scale.quantiles(points)))


class Categories(Dimension):
    """One of the given values, searched as unordered categories, each as likely as its weight says."""

    def __init__(self, values: Sequence[Value], weights: Sequence[float] | None = None) -> None:
        """`weights` of any sum; all equally likely without."""
        self.count = len(values)
        self.weights = weights
        self._values = values
        self._sums = list(accumulate(weights)) if weights else None
        self._indexes = {value: index for index, value in enumerate(values)}

    def draw(self, generator: Random) -> Value:
        if self._sums is None:
            return self._values[generator.randrange(self.count)]
        share = generator.random() * self._sums[-1]
        return self._values[min(bisect(self._sums, share), self.count - 1)]

    def decode(self, latent: float) -> Value:
        return self._values[int(latent)]

    def encode(self, value: Value) -> float:
        return self._indexes[value]

    def value(self, index: int) -> Value:
        return self._values[index]

    def index(self, value: Value) -> int:
        return self._indexes[value]

    def admitted(self, value: Value) -> Value:
        numeric = isinstance(self._values[0], int)
        index = self._indexes.get(float(value) if numeric else str(value))
        if index is None:
            raise ValueError(f"{value} is none of the {self.count:,} values")
        return self._values[index]


AnyDimension = Numbers | Categories


def dimension(parameter: Parameter, precision: int) -> AnyDimension:
    """The dimension of a checked parameter; reals get `precision` significant digits."""
    kind, number, integer = parameter.type, parameter.number, parameter.integer
    if kind == "hp.choice":
        return Categories(parameter.options)
    if kind == "hp.pchoice":
        # A percentage of 0 is never drawn, so it must not count as a value that is left either.
        likely = [pair for pair in zip(parameter.options, parameter.percentages, strict=True) if pair[1] > 0]
        return Categories([option for option, _ in likely], [share for _, share in likely])
    if kind == "hp.choiceint":
        return Categories(range(integer("min"), integer("max") + 1))
    if kind == "hp.choicestep":
        return Categories(range(integer("min"), integer("max") + 1, integer("step")))
    if kind == "hp.randint":
        return _even_multiples(0, integer("max") - 1, Fraction(1))
    if kind == "hp.uniformint":
        return _even_multiples(integer("min"), integer("max"), Fraction(1))
    if kind == "hp.quniform":
        return _even_multiples(
            *multiples_between(number("min"), number("max"), number("q")), exact(number("q"))
        )
    if kind == "hp.qloguniform":
        return _log_multiples(number("min"), number("max"), number("q"))
    if kind in ("hp.uniform", "hp.loguniform"):
        return _even_reals(number("min"), number("max"), kind == "hp.loguniform", precision)
    exponential = kind in ("hp.lognormal", "hp.qlognormal")
    if kind in ("hp.normal", "hp.lognormal"):
        bell = Bell(number("mu"), number("sigma"), exponential)
        return Numbers(bell, Decimals(bell.number(-MOST_SIGMAS), bell.number(MOST_SIGMAS), precision))
    return _bell_multiples(number("mu"), number("sigma"), number("q"), exponential)


def _even_multiples(first: int, last: int, q: Fraction) -> Numbers:
    """Half a step of room beyond both ends, so that rounding makes the ends as likely as the others."""
    half = q / 2
    return Numbers(Even(float(first * q - half), float(last * q + half)), Multiples(q, first, last))


def _log_multiples(low: float, high: float, q: float) -> Numbers:
    """Each multiple gets what rounds to it, on a logarithmic scale; what would round beyond the bounds is left out."""
    least, greatest = power_of_e(low), power_of_e(high)
    first, last = multiples_between(least, greatest, q)
    step = exact(q)
    low_end = float(max(exact(least), first * step - step / 2))
    high_end = float(min(exact(greatest), last * step + step / 2))
    even = Even(math.log(low_end), math.log(high_end), exponential=True)
    return Numbers(even, Multiples(step, first, last))


def _even_reals(low: float, high: float, exponential: bool, precision: int) -> Numbers:
    ends = (math.exp(low), math.exp(high)) if exponential else (low, high)
    return Numbers(Even(low, high, exponential), Decimals(*ends, precision))


def _bell_multiples(mu: float, sigma: float, q: float, exponential: bool) -> Numbers:
    bell = Bell(mu, sigma, exponential)
    first, last = (math.floor(bell.number(end) / q + 0.5) for end in bell.ends)
    return Numbers(bell, Multiples(exact(q), first, last))
