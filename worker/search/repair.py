"""Brings a proposal that violates a constraint to where it is allowed."""

from __future__ import annotations

from worker.search.space import Point, Space
from worker.spec.dimension import AnyDimension, Categories
from worker.spec.parameters import Value

_HALVINGS = 12


def brought_in(space: Space, point: Point, allowed: Point) -> Point:
    """An allowed point between `point`, which is not, and one that is: as near to the first as halving the way finds."""
    best, near, far = allowed, 0.0, 1.0
    for _ in range(_HALVINGS):
        share = (near + far) / 2
        between = space.existing(
            [
                _between(dimension, start, end, share)
                for dimension, start, end in zip(space.dimensions, point, allowed, strict=True)
            ]
        )
        if _is_whole(space, between) and space.allows(between):
            best, far = between, share
        else:
            near = share
    return best


def _is_whole(space: Space, point: Point) -> bool:
    """Whether each parameter that exists has a value: on the way, one may exist that does at neither end."""
    values = space.named(point)
    return all(name in values or not space.rules.exists(name, values) for name in space.names)


def _between(dimension: AnyDimension, start: Value | None, end: Value | None, share: float) -> Value | None:
    if start is None or end is None:
        return end if start is None else start
    if isinstance(dimension, Categories):
        return start if share < 0.5 else end
    latent = (1 - share) * dimension.encode(start) + share * dimension.encode(end)
    return dimension.decode(latent)
