"""How one parameter is seen by the model: its latent values on an axis from 0 to 1, or a category's index."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Protocol

import numpy as np
from scipy.special import ndtr, ndtri

from worker.spec.dimension import AnyDimension, Categories, Numbers
from worker.spec.scale import Even

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]


_MOST_LISTED = 2_048  # values of a stepped number; more are as good as continuous


class Axis(Protocol):
    """The coordinate of one parameter. Numbers lie in [0, 1]; of categories it is the index."""

    categories: int  # how many there are; 0 for what has an order
    continuous: bool  # whether a small step leads to another value
    step: float  # between the values of what is stepped evenly; 0 otherwise

    def coordinates(self, latents: Floats) -> Floats:
        """The coordinates of latent values."""
        ...

    def latents(self, coordinates: Floats) -> Floats:
        """The latent values of coordinates."""
        ...

    def snapped(self, coordinates: Floats) -> Floats:
        """The coordinates of the values that the parameter takes there."""
        ...


class RealAxis:
    """A number as good as continuous; its share of the probability, where that is not even."""

    categories = 0
    continuous = True
    step = 0.0

    def __init__(self, even: bool) -> None:
        self._even = even

    def coordinates(self, latents: Floats) -> Floats:
        share: Floats = latents if self._even else ndtr(latents)
        return share

    def latents(self, coordinates: Floats) -> Floats:
        latent: Floats = coordinates if self._even else ndtri(coordinates)
        return latent

    def snapped(self, coordinates: Floats) -> Floats:
        inside: Floats = np.clip(coordinates, 0.0, 1.0)
        return inside


class SteppedAxis(RealAxis):
    """A number that has so few values that the model sees each one where it lies (Garrido-Merchán, Hernández-Lobato 2020)."""

    continuous = False

    def __init__(self, dimension: Numbers) -> None:
        super().__init__(isinstance(dimension.scale, Even))
        values = [dimension.value(index) for index in range(dimension.count)]
        self._places = self.coordinates(np.array([dimension.encode(value) for value in values]))
        middles = [(low + high) / 2 for low, high in pairwise(map(dimension.number, values))]
        self._edges = self.coordinates(np.array([dimension.scale.latent(number) for number in middles]))
        self.step = 1 / dimension.count if dimension.even_steps else 0.0

    def snapped(self, coordinates: Floats) -> Floats:
        places: Floats = self._places[np.searchsorted(self._edges, coordinates, side="right")]
        return places


class OrderedAxis:
    """Integers that are drawn as categories, and yet have an order."""

    categories = 0
    continuous = False

    def __init__(self, count: int) -> None:
        self._count = count
        self.step = 1 / count

    def coordinates(self, latents: Floats) -> Floats:
        return (latents + 0.5) / self._count

    def latents(self, coordinates: Floats) -> Floats:
        indexes: Floats = np.clip(np.floor(coordinates * self._count), 0, self._count - 1)
        return indexes

    def snapped(self, coordinates: Floats) -> Floats:
        return self.coordinates(self.latents(coordinates))


class CategoryAxis:
    """Values without an order, each as likely as its weight says."""

    continuous = False
    step = 0.0

    def __init__(self, count: int, weights: Sequence[float] | None) -> None:
        self.categories = count
        self._shares = None if weights is None else np.array(weights) / np.sum(weights)

    def draw(self, count: int, generator: np.random.Generator) -> Integers:
        """Indexes of `count` categories."""
        return generator.choice(self.categories, size=count, p=self._shares)

    def coordinates(self, latents: Floats) -> Floats:
        return latents

    def latents(self, coordinates: Floats) -> Floats:
        return coordinates

    def snapped(self, coordinates: Floats) -> Floats:
        return coordinates


def axis_of(dimension: AnyDimension) -> Axis:
    """How the model sees a parameter."""
    if isinstance(dimension, Categories):
        if isinstance(dimension.value(0), int):
            return OrderedAxis(dimension.count)
        return CategoryAxis(dimension.count, dimension.weights)
    if dimension.count <= _MOST_LISTED:
        return SteppedAxis(dimension)
    return RealAxis(isinstance(dimension.scale, Even))
