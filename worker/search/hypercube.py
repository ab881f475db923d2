"""The first points of a search: a Latin hypercube, in which every part of every parameter's range is tried once."""

from __future__ import annotations

from itertools import combinations
from random import Random

from worker.search.space import Point, Space

_TRIES = 30  # hypercubes, of which the one with the farthest nearest points is taken


def latin_hypercube(space: Space, count: int, generator: Random) -> list[Point]:
    """`count` points; each parameter takes one value of each of `count` equally likely parts (McKay et al. 1979)."""
    size = len(space.dimensions)
    tries = [_shares(size, count, generator) for _ in range(_TRIES)]
    return [space.at_shares(shares) for shares in max(tries, key=_nearest)]


def _shares(size: int, count: int, generator: Random) -> list[tuple[float, ...]]:
    columns = []
    for _ in range(size):
        parts = list(range(count))
        generator.shuffle(parts)
        columns.append([(part + generator.random()) / count for part in parts])
    return list(zip(*columns, strict=True))


def _nearest(rows: list[tuple[float, ...]]) -> float:
    """The least squared distance of two rows."""
    return min(
        (
            sum((x - y) ** 2 for x, y in zip(first, second, strict=True))
            for first, second in combinations(rows, 2)
        ),
        default=0.0,
    )
