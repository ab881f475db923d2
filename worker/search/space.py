"""The dimensions of a search space: each knows its internal (latent) and its external value; no library, no I/O.

A latent variable is plain: uniform between two numbers, normal, or the index of a category. What the objective
program gets is decoded from it here, so that every value lies inside its bounds and is as likely as promised.
"""

from __future__ import annotations

import math
import random
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from statistics import NormalDist

from worker.spec.parameters import Parameter, Value

_MOST_SIGMAS = 8.0  # quantiles of a normal grid stay inside


@dataclass(frozen=True)
class Uniform:
    """A latent number, uniform between low and high."""

    low: float
    high: float


@dataclass(frozen=True)
class Normal:
    """A latent number, normal with mean mu and standard deviation sigma."""

    mu: float
    sigma: float


@dataclass(frozen=True)
class Category:
    """A latent index into `weights`, which sum to 1; None means n equal ones."""

    count: int
    weights: tuple[float, ...] | None = None


Latent = Uniform | Normal | Category


class Dimension(ABC):
    """One parameter: `decode` takes a latent value to the parameter's, `encode` goes back."""

    def __init__(self, parameter: Parameter, latent: Latent) -> None:
        self.name = parameter.name
        self.latent = latent

    @abstractmethod
    def decode(self, latent: float) -> Value:
        """The parameter's value for a latent one."""

    @abstractmethod
    def encode(self, value: Value) -> float:
        """A latent value that decodes to `value`. Raises ValueError for a value that the parameter cannot have."""

    @property
    def count(self) -> int | None:
        """How many different values there are; None where they cannot be counted."""
        return None

    def level(self, index: int, points: int) -> Value:
        """The value number `index` of a grid with `levels(points)` of them, in ascending order."""
        share = index / (points - 1) if points > 1 else 0.5
        if isinstance(self.latent, Uniform):
            return self.decode(
                self.latent.low + share * (self.latent.high - self.latent.low)
            )
        if isinstance(self.latent, Normal):
            # Quantiles at the middle of `points` equal shares: the ends of a normal distribution are infinite.
            quantile = NormalDist().inv_cdf((index + 0.5) / points)
            return self.decode(self.latent.mu + self.latent.sigma * quantile)
        raise TypeError("a category has its own levels")

    def levels(self, points: int) -> int:
        """How many values a grid has along this dimension."""
        return points if self.count is None else self.count


class Integers(Dimension):
    """Every integer from low to high, all equally likely."""

    def __init__(self, parameter: Parameter, low: int, high: int) -> None:
        # Half a unit beyond both ends, so that rounding gives the ends as much room as the others.
        super().__init__(parameter, Uniform(-0.5, high - low + 0.5))
        self._low = low
        self._last = high - low

    @property
    def count(self) -> int:
        return self._last + 1

    def decode(self, latent: float) -> int:
        return self._low + min(max(math.floor(latent + 0.5), 0), self._last)

    def encode(self, value: Value) -> float:
        index = int(value) - self._low
        if (
            isinstance(value, str)
            or index != value - self._low
            or not 0 <= index <= self._last
        ):
            raise ValueError(
                f"{value} is not an integer from {self._low} to {self._low + self._last}"
            )
        return index

    def level(self, index: int, points: int) -> int:
        return self._low + index


class Categories(Dimension):
    """One of the given values, searched as unordered categories, each as likely as its weight says."""

    def __init__(
        self,
        parameter: Parameter,
        values: Sequence[Value],
        percent: Sequence[float] | None = None,
    ) -> None:
        weights = tuple(share / 100 for share in percent) if percent else None
        super().__init__(parameter, Category(len(values), weights))
        self._values = values
        self._index = {value: index for index, value in enumerate(values)}

    @property
    def count(self) -> int:
        return len(self._values)

    def decode(self, latent: float) -> Value:
        return self._values[int(latent)]

    def encode(self, value: Value) -> float:
        if value not in self._index:
            raise ValueError(f"{value} is none of the values")
        return self._index[value]

    def level(self, index: int, points: int) -> Value:
        return self._values[index]


class Reals(Dimension):
    """A real number: the latent one itself, or e to the power of it, rounded to significant digits inside its bounds."""

    def __init__(
        self, parameter: Parameter, latent: Latent, exponential: bool, precision: int
    ) -> None:
        super().__init__(parameter, latent)
        self._exponential = exponential
        self._precision = precision
        low, high = (
            (latent.low, latent.high)
            if isinstance(latent, Uniform)
            else (-math.inf, math.inf)
        )
        self._low, self._high = (
            (math.exp(low), math.exp(high)) if exponential else (low, high)
        )

    def decode(self, latent: float) -> float:
        value = math.exp(latent) if self._exponential else latent
        rounded = float(f"{value:.{self._precision}g}")
        # Rounding may step over a bound by a hair; the bound itself is then the nearest value allowed.
        return min(max(rounded, self._low), self._high)

    def encode(self, value: Value) -> float:
        if isinstance(value, str) or not self._low <= value <= self._high:
            raise ValueError(f"{value} is not within {self._low} to {self._high}")
        if not self._exponential:
            return value
        if value <= 0:
            raise ValueError(f"{value} has no logarithm")
        return math.log(value)


class Multiples(Dimension):
    """A multiple of q. With bounds (in units of the value) it is one of the multiples between them.

    quniform: every multiple equally likely. qloguniform: multiple k*q has the log-uniform mass of the interval
    from (k-1/2)q to (k+1/2)q, cut at the bounds. qnormal and qlognormal: round(x/q)*q of the drawn x.
    """

    def __init__(
        self,
        parameter: Parameter,
        latent: Latent,
        exponential: bool,
        bounds: tuple[int, int] | None,
    ) -> None:
        super().__init__(parameter, latent)
        self._q = Decimal(repr(float(parameter.number("q"))))
        self._exponential = exponential
        self._bounds = bounds

    @property
    def count(self) -> int | None:
        return None if self._bounds is None else self._bounds[1] - self._bounds[0] + 1

    def decode(self, latent: float) -> Value:
        value = math.exp(latent) if self._exponential else latent
        k = (
            round(value / float(self._q))
            if self._bounds is None or self._exponential
            else math.floor(latent + 0.5)
        )
        if self._bounds is not None:
            k = min(max(k, self._bounds[0]), self._bounds[1])
        return self._multiple(k)

    def encode(self, value: Value) -> float:
        k = None if isinstance(value, str) else round(value / float(self._q))
        if (
            k is None
            or self._multiple(k) != value
            or (self._bounds and not self._bounds[0] <= k <= self._bounds[1])
        ):
            raise ValueError(
                f"{value} is no multiple of {self._q} that the parameter can have"
            )
        if self._exponential:
            # Zero has no logarithm; half a step is where rounding begins to give it.
            return math.log(max(float(value), float(self._q) / 2))
        return float(k) if self._bounds is not None else float(value)

    def level(self, index: int, points: int) -> Value:
        return (
            super().level(index, points)
            if self._bounds is None
            else self._multiple(self._bounds[0] + index)
        )

    def _multiple(self, k: int) -> Value:
        # In decimal, so that 3 * 0.1 is 0.3; whole steps give whole numbers.
        product = k * self._q
        return (
            int(product) if product == product.to_integral_value() else float(product)
        )


def dimension(parameter: Parameter, precision: int) -> Dimension:
    """The dimension of a checked parameter; reals get `precision` significant digits."""
    kind, number, integer = parameter.type, parameter.number, parameter.integer
    if kind == "hp.randint":
        return Integers(parameter, 0, integer("max") - 1)
    if kind == "hp.uniformint":
        return Integers(parameter, integer("min"), integer("max"))
    if kind == "hp.choice":
        return Categories(parameter, parameter.options)
    if kind == "hp.pchoice":
        # A percentage of 0 is never drawn, so it must not count as a point that is left either.
        likely = [
            (option, share)
            for option, share in zip(
                parameter.options, parameter.percentages, strict=True
            )
            if share
        ]
        return Categories(
            parameter, [option for option, _ in likely], [share for _, share in likely]
        )
    if kind in ("hp.choiceint", "hp.choicestep"):
        step = integer("step") if kind == "hp.choicestep" else 1
        return Categories(parameter, range(integer("min"), integer("max") + 1, step))
    if kind == "hp.quniform":
        low, high = _multiples_between(number("min"), number("max"), number("q"))
        return Multiples(parameter, Uniform(low - 0.5, high + 0.5), False, (low, high))
    if kind == "hp.qloguniform":
        return _log_multiples(parameter)
    if kind in ("hp.uniform", "hp.loguniform"):
        return Reals(
            parameter,
            Uniform(number("min"), number("max")),
            kind == "hp.loguniform",
            precision,
        )
    normal = Normal(number("mu"), number("sigma"))
    exponential = kind in ("hp.lognormal", "hp.qlognormal")
    if "q" in parameter.settings:
        return Multiples(parameter, normal, exponential, None)
    return Reals(parameter, normal, exponential, precision)


def _multiples_between(low: float, high: float, q: float) -> tuple[int, int]:
    """The first and last k with low <= k*q <= high; a hair of float dust beyond a bound is forgiven."""
    hair = 1e-9
    return math.ceil(low / q - hair), math.floor(high / q + hair)


def _log_multiples(parameter: Parameter) -> Multiples:
    low, high, q = (
        math.exp(parameter.number("min")),
        math.exp(parameter.number("max")),
        parameter.number("q"),
    )
    first, last = _multiples_between(low, high, q)
    latent = Uniform(
        math.log(max(low, (first - 0.5) * q)), math.log(min(high, (last + 0.5) * q))
    )
    return Multiples(parameter, latent, True, (first, last))


class Space:
    """All dimensions of a run, in the order of its parameters."""

    def __init__(self, parameters: Sequence[Parameter], precision: int) -> None:
        self.dimensions = tuple(
            dimension(parameter, precision) for parameter in parameters
        )
        self._cumulative = {
            one.name: tuple(accumulate(one.latent.weights))
            for one in self.dimensions
            if isinstance(one.latent, Category) and one.latent.weights
        }

    @property
    def size(self) -> int | None:
        """How many different points there are; None where they cannot be counted."""
        counts = [one.count for one in self.dimensions]
        known = [count for count in counts if count is not None]
        return math.prod(known) if len(known) == len(counts) else None

    def decode(self, latents: dict[str, float]) -> dict[str, Value]:
        """The values of a point, in the order of the parameters."""
        return {one.name: one.decode(latents[one.name]) for one in self.dimensions}

    def encode(self, values: dict[str, Value]) -> dict[str, float]:
        """The latent values of a point. Raises ValueError or KeyError where it does not lie in the space."""
        return {one.name: one.encode(values[one.name]) for one in self.dimensions}

    def draw(self, generator: random.Random) -> dict[str, float]:
        """Latent values drawn from the prior of every dimension."""
        return {one.name: self._draw(one, generator) for one in self.dimensions}

    def _draw(self, one: Dimension, generator: random.Random) -> float:
        latent = one.latent
        if isinstance(latent, Uniform):
            return generator.uniform(latent.low, latent.high)
        if isinstance(latent, Normal):
            return generator.gauss(latent.mu, latent.sigma)
        if latent.weights is None:
            return generator.randrange(latent.count)
        cumulative = self._cumulative[one.name]
        (index,) = generator.choices(range(latent.count), cum_weights=cumulative)
        return index

    def point(self, index: int, points: int) -> dict[str, Value]:
        """Point number `index` of the grid, the last parameter varying fastest."""
        values: dict[str, Value] = {}
        for one in reversed(self.dimensions):
            index, level = divmod(index, one.levels(points))
            values[one.name] = one.level(level, points)
        return {one.name: values[one.name] for one in self.dimensions}

    def grid_size(self, points: int) -> int:
        """How many points the grid has."""
        return math.prod(one.levels(points) for one in self.dimensions)
