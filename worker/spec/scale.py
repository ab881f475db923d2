"""Scales take a latent variable of a search algorithm to the number that it stands for, and back."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

MOST_SIGMAS = 8.0  # about where the random numbers of a computer, with 53 bits, end


class Scale(ABC):
    """A latent variable with a plain distribution, and the number x (or e^x) that it is taken to."""

    def __init__(self, exponential: bool) -> None:
        self.exponential = exponential

    @property
    @abstractmethod
    def ends(self) -> tuple[float, float]:
        """The least and the greatest latent value."""

    @abstractmethod
    def draw(self, generator: Random) -> float:
        """A latent value drawn from its distribution."""

    @abstractmethod
    def at_share(self, share: float) -> float:
        """The latent value below which a share, from 0 to 1, of the probability lies; the nearer end at 0 and 1."""

    @abstractmethod
    def quantiles(self, count: int) -> list[float]:
        """`count` latent values for a grid, in ascending order."""

    @abstractmethod
    def _at(self, latent: float) -> float:
        """x."""

    @abstractmethod
    def _latent(self, x: float) -> float:
        """The inverse of `_at`."""

    def number(self, latent: float) -> float:
        """The number that a latent value stands for; the one of the nearer end beyond the ends."""
        low, high = self.ends
        x = self._at(min(max(latent, low), high))
        return math.exp(x) if self.exponential else x

    def latent(self, number: float) -> float:
        """The latent value that stands for `number`; the nearer end where it is beyond them."""
        low, high = self.ends
        if self.exponential and number <= 0:
            return low
        x = math.log(number) if self.exponential else number
        return min(max(self._latent(x), low), high)


class Even(Scale):
    """x is uniform between two ends; the latent variable is uniform between 0 and 1."""

    ends = (0.0, 1.0)

    def __init__(self, low: float, high: float, exponential: bool = False) -> None:
        super().__init__(exponential)
        self._low, self._width = low, high - low

    def draw(self, generator: Random) -> float:
        return generator.random()

    def at_share(self, share: float) -> float:
        return share

    def quantiles(self, count: int) -> list[float]:
        return [index / (count - 1) for index in range(count)]

    def _at(self, latent: float) -> float:
        return self._low + latent * self._width

    def _latent(self, x: float) -> float:
        return (x - self._low) / self._width if self._width else 0.5


class Bell(Scale):
    """x is normal with mean mu and standard deviation sigma; the latent variable is standard normal."""

    ends = (-MOST_SIGMAS, MOST_SIGMAS)

    def __init__(self, mu: float, sigma: float, exponential: bool = False) -> None:
        super().__init__(exponential)
        self._mu, self._sigma = mu, sigma

    def draw(self, generator: Random) -> float:
        return generator.gauss(0.0, 1.0)

    def at_share(self, share: float) -> float:
        from statistics import NormalDist  # takes a while to import, and few spaces need it

        if not 0 < share < 1:
            return self.ends[share >= 1]
        return NormalDist().inv_cdf(share)

    def quantiles(self, count: int) -> list[float]:
        # In the middle of `count` equal shares, since the ends of a normal distribution are infinite.
        return [self.at_share((index + 0.5) / count) for index in range(count)]

    def _at(self, latent: float) -> float:
        return self._mu + latent * self._sigma

    def _latent(self, x: float) -> float:
        return (x - self._mu) / self._sigma
