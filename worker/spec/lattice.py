"""The values that a number can have, in ascending order and by index: multiples of a step, or rounded decimals."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from fractions import Fraction

from worker.spec.multiples import exact

_LEAST_EXPONENT = -324  # of the smallest float, 5e-324
_FLOAT_DIGITS = 17  # so many tell any two floats apart
_ZERO = Fraction(0)
_MOST_EXACT = 2**53  # floats tell whole numbers apart up to here
_DUST = 1e-9  # of a step: what float arithmetic may leave behind


class Lattice(ABC):
    """`count` ascending values, all inside the bounds; `width` apart, or 0 where that is as good as nothing."""

    count: int
    width = 0.0

    @abstractmethod
    def value(self, index: int) -> int | float:
        """Value number `index`, from 0 to `count` - 1."""

    @abstractmethod
    def index(self, number: float) -> int:
        """The index of the value nearest to `number`."""

    @abstractmethod
    def admitted(self, number: float) -> int | float:
        """What stands for `number`, which was not proposed here. Raises ValueError where it is outside."""

    def snap(self, number: float) -> int | float:
        """The value nearest to `number`."""
        return self.value(self.index(number))


class Multiples(Lattice):
    """origin + k * q for every integer k from `first` to `last`; whole numbers where origin and q are whole."""

    def __init__(self, q: Fraction, first: int, last: int, origin: Fraction = _ZERO) -> None:
        self.count = last - first + 1
        self._q = q
        self.width = float(q)
        self._first = first
        self._origin, self._start = origin, float(origin)
        self._denominator = math.lcm(q.denominator, origin.denominator)
        self._step = q.numerator * (self._denominator // q.denominator)
        self._offset = origin.numerator * (self._denominator // origin.denominator)

    def value(self, index: int) -> int | float:
        numerator = self._offset + (self._first + index) * self._step
        if self._denominator == 1 and abs(numerator) <= _MOST_EXACT:
            return numerator
        # Divided as integers, the quotient is the float nearest to the decimal: 3 * 0.1 is 0.3.
        return numerator / self._denominator

    def index(self, number: float) -> int:
        return self._inside(math.floor((exact(number) - self._origin) / self._q + Fraction(1, 2)))

    def snap(self, number: float) -> int | float:
        steps = (number - self._start) / self.width
        # Faster than exact arithmetic, which is needed where there are too many steps for a float.
        return self.value(
            self._inside(math.floor(steps + 0.5)) if math.isfinite(steps) else self.index(number)
        )

    def admitted(self, number: float) -> int | float:
        if (value := self.snap(number)) == number:
            return value
        value = self.value(self.index(number))
        if abs(value - number) > _DUST * self.width:
            raise ValueError(f"{number} {self._misfit}")
        return value

    @property
    def _misfit(self) -> str:
        """What is wrong with a number that is none of these."""
        if self._origin == 0:
            return f"is not a multiple of {self.width:.12g} inside the bounds"
        return f"is none of the values from {self.value(0)} to {self.value(self.count - 1)} in steps of {self.width:.12g}"

    def _inside(self, steps: int) -> int:
        return min(max(steps - self._first, 0), self.count - 1)


class Decimals(Lattice):
    """Every decimal of `digits` significant digits from low to high.

    Where none lies between them, more digits are taken, up to those that tell any two floats apart.
    """

    def __init__(self, low: float, high: float, digits: int) -> None:
        self._low, self._high = float(low), float(high)
        self._digits = digits
        while not self._counted() and self._digits < _FLOAT_DIGITS:
            self._digits += 1

    def value(self, index: int) -> float:
        return self._decimal(self._first + index)

    def index(self, number: float) -> int:
        return min(max(self._ordinal(number) - self._first, 0), self.count - 1)

    def admitted(self, number: float) -> float:
        inside = min(max(number, self._low), self._high)
        # A bound that somebody else has computed may be written a little differently.
        if not math.isclose(number, inside, rel_tol=_DUST):
            raise ValueError(f"{number} is not between {self._low:.12g} and {self._high:.12g}")
        return float(inside)

    def snap(self, number: float) -> float:
        # Adding 0.0 makes 0.0 of -0.0.
        rounded = float(f"{number:.{self._digits}g}") + 0.0
        return rounded if self._low <= rounded <= self._high else super().snap(number)

    def _counted(self) -> int:
        self._per_decade = int(9 * 10 ** (self._digits - 1))
        first, last = self._ordinal(self._low), self._ordinal(self._high)
        self._first = first + (self._decimal(first) < self._low)
        self.count = last - (self._decimal(last) > self._high) - self._first + 1
        return self.count

    def _ordinal(self, number: float) -> int:
        """Where the rounded number stands among all decimals of so many digits: 0 is 0, the least above it 1."""
        if number == 0:
            return 0
        mantissa, _, exponent = f"{abs(number):.{self._digits - 1}e}".partition("e")
        within = int(mantissa.replace(".", "")) - self._per_decade // 9
        ordinal = (int(exponent) - _LEAST_EXPONENT) * self._per_decade + within + 1
        return ordinal if number > 0 else -ordinal

    def _decimal(self, ordinal: int) -> float:
        """The number that `_ordinal` counts as `ordinal`."""
        if ordinal == 0:
            return 0.0
        decade, within = divmod(abs(ordinal) - 1, self._per_decade)
        mantissa = within + self._per_decade // 9
        number = float(f"{mantissa}e{decade + _LEAST_EXPONENT - self._digits + 1}")
        return number if ordinal > 0 else 0.0 - number
