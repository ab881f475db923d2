"""The search space of a run: all its dimensions, and arithmetic on the indexes of its points."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from random import Random

from worker.spec.parameter_types import type_of
from worker.spec.parameters import Parameter, Value
from worker.spec.rules import Rules

Point = tuple[Value | None, ...]  # values in the order of the parameters; None where one does not exist
_DRAWS = 2_000  # that may violate a constraint before one of them is returned


class Space:
    """All dimensions of a run, in the order of its parameters. Points are never listed, however many there are.

    size: how many points there would be without conditions and constraints.
    """

    def __init__(
        self, parameters: Sequence[Parameter], precision: int, constraints: Sequence[str] = ()
    ) -> None:
        self.rules = Rules(parameters, constraints)
        self.names = tuple(parameter.name for parameter in parameters)
        self.dimensions = tuple(
            type_of(parameter).dimension(parameter, precision) for parameter in parameters
        )
        self.size = math.prod(dimension.count for dimension in self.dimensions)

    def draw(self, generator: Random) -> Point:
        """A point drawn from the promised distributions; one that is not allowed only where many draws found no other."""
        point = self._drawn(generator)
        draws = 1
        while draws < _DRAWS and not self.allows(point):
            point = self._drawn(generator)
            draws += 1
        return point

    def _drawn(self, generator: Random) -> Point:
        return self.existing([dimension.draw(generator) for dimension in self.dimensions])

    def existing(self, values: Sequence[Value | None]) -> Point:
        """The point of these values, without those of parameters that do not exist there."""
        if not self.rules.conditional:
            return tuple(values)
        found = self.rules.existing(values)
        return tuple(found.get(name) for name in self.names)

    def allows(self, point: Point) -> bool:
        """Whether a point satisfies the constraints."""
        return not self.rules.constraints or self.rules.allows(self.named(point))

    def moved(self, point: Point, position: int, value: Value, generator: Random) -> Point:
        """The point with another value at a position; what exists by that is drawn."""
        values = [*point[:position], value, *point[position + 1 :]]
        if not self.rules.conditional:
            return tuple(values)
        return self.existing(
            [
                dimension.draw(generator) if one is None else one
                for dimension, one in zip(self.dimensions, values, strict=True)
            ]
        )

    def at_shares(self, shares: Sequence[float]) -> Point:
        """The point below which such shares, from 0 to 1, of each parameter's probability lie."""
        return self.existing(
            [dimension.at_share(share) for dimension, share in zip(self.dimensions, shares, strict=True)]
        )

    def decode(self, latents: Sequence[float]) -> Point:
        """The point of latent values; those of parameters that do not exist there say nothing."""
        return self.existing(
            [
                None if math.isnan(latent) else dimension.decode(latent)
                for dimension, latent in zip(self.dimensions, latents, strict=True)
            ]
        )

    def encode(self, point: Point) -> list[float]:
        """Latent values of a point of this space, nan for a parameter that does not exist there."""
        return [
            math.nan if value is None else dimension.encode(value)
            for dimension, value in zip(self.dimensions, point, strict=True)
        ]

    def point(self, index: int) -> Point:
        """Point number `index`, from 0 to `size` - 1; the last parameter varies fastest.

        Where parameters do not exist, several numbers have the same point, and some have one that is not allowed.
        """
        values: list[Value] = []
        for dimension in reversed(self.dimensions):
            index, digit = divmod(index, dimension.count)
            values.append(dimension.value(digit))
        return self.existing(values[::-1])

    def admitted(self, values: Mapping[str, Value]) -> Point:
        """The point of values by name, which may come from elsewhere and be written in another way.

        Raises ValueError where one is missing or outside of what its parameter can be, where one has a value and does not exist,
        and where a constraint is violated.
        """
        found: dict[str, Value] = {}
        for name, dimension in zip(self.names, self.dimensions, strict=True):
            if self.rules.exists(name, found):
                found[name] = _admitted(name, dimension.admitted, values)
            elif name in values:
                raise ValueError(f"The parameter {name} has a value, but {self.rules.absence(name)}.")
        if violated := self.rules.violated(found):
            raise ValueError(f"It violates the constraint {violated}.")
        return tuple(found.get(name) for name in self.names)

    def named(self, point: Point) -> dict[str, Value]:
        """The values of a point by parameter name, without what does not exist."""
        return {name: value for name, value in zip(self.names, point, strict=True) if value is not None}


def _admitted(name: str, admitted: Callable[[Value], Value], values: Mapping[str, Value]) -> Value:
    if name not in values:
        raise ValueError(f"The parameter {name} has no value.")
    try:
        return admitted(values[name])
    except ValueError as error:
        raise ValueError(f"The parameter {name} cannot have this value: {error}.") from error
