"""The search space of a run: all its dimensions, and arithmetic on the indexes of its points."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from random import Random

from worker.spec.parameter_types import type_of
from worker.spec.parameters import Parameter, Value

Point = tuple[Value, ...]  # values in the order of the parameters


class Space:
    """All dimensions of a run, in the order of its parameters. Points are never listed, however many there are."""

    def __init__(self, parameters: Sequence[Parameter], precision: int) -> None:
        self.names = tuple(parameter.name for parameter in parameters)
        self.dimensions = tuple(
            type_of(parameter).dimension(parameter, precision) for parameter in parameters
        )
        self.size = math.prod(dimension.count for dimension in self.dimensions)

    def draw(self, generator: Random) -> Point:
        """A point drawn from the promised distributions."""
        return tuple(dimension.draw(generator) for dimension in self.dimensions)

    def at_shares(self, shares: Sequence[float]) -> Point:
        """The point below which such shares, from 0 to 1, of each parameter's probability lie."""
        return tuple(
            dimension.at_share(share) for dimension, share in zip(self.dimensions, shares, strict=True)
        )

    def decode(self, latents: Sequence[float]) -> Point:
        """The point of latent values."""
        return tuple(
            dimension.decode(latent) for dimension, latent in zip(self.dimensions, latents, strict=True)
        )

    def encode(self, point: Point) -> list[float]:
        """Latent values of a point of this space."""
        return [dimension.encode(value) for dimension, value in zip(self.dimensions, point, strict=True)]

    def point(self, index: int) -> Point:
        """Point number `index`, from 0 to `size` - 1; the last parameter varies fastest."""
        values: list[Value] = []
        for dimension in reversed(self.dimensions):
            index, digit = divmod(index, dimension.count)
            values.append(dimension.value(digit))
        return tuple(reversed(values))

    def admitted(self, values: Mapping[str, Value]) -> Point:
        """The point of values by name, which may come from elsewhere and be written in another way.

        Raises ValueError where one is missing or outside of what its parameter can be.
        """
        return tuple(
            _admitted(name, dimension.admitted, values)
            for name, dimension in zip(self.names, self.dimensions, strict=True)
        )

    def named(self, point: Point) -> dict[str, Value]:
        """The values of a point by parameter name."""
        return dict(zip(self.names, point, strict=True))


def _admitted(name: str, admitted: Callable[[Value], Value], values: Mapping[str, Value]) -> Value:
    if name not in values:
        raise ValueError(f"The parameter {name} has no value.")
    try:
        return admitted(values[name])
    except ValueError as error:
        raise ValueError(f"The parameter {name} cannot have this value: {error}.") from error
