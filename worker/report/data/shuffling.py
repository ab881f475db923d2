"""Permutation importance (Breiman 2001) evaluation by evaluation, so that an interval can be told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_DRAWN = 400  # how often evaluations are drawn anew
_ENDS = (5, 95)  # percentiles
_SEED = 1


def increases(forest: Any, points: Sequence[Sequence[float]], actual: Sequence[float], shuffles: int) -> Any:
    """By how much the squared error grows: an array of columns, shuffles and evaluations."""
    import numpy as np

    draw = np.random.default_rng(_SEED)
    table, truth = np.array(points), np.array(actual)
    plain = (forest.predict(table) - truth) ** 2
    grown = []
    for column in range(table.shape[1]):
        shuffled = np.tile(table, (shuffles, 1))
        orders = [draw.permutation(len(table)) for _ in range(shuffles)]
        shuffled[:, column] = np.concatenate([table[order, column] for order in orders])
        errors = (forest.predict(shuffled).reshape(shuffles, len(table)) - truth) ** 2
        grown.append(errors - plain)
    return np.array(grown)


def joined(parts: Sequence[Any]) -> Any:
    """The same of all parts of the evaluations together."""
    import numpy as np

    return np.concatenate(parts, axis=2)


def drawn_anew(grown: Any) -> list[tuple[float, float, float]]:
    """For each column its share of all, and the ends of a 90 % interval of it, by drawing evaluations anew (Efron 1979).

    What shuffling makes better on average counts as 0; where nothing makes anything worse, all shares are 0.
    """
    import numpy as np

    each = grown.mean(axis=1)
    count = each.shape[1]
    weights = np.random.default_rng(_SEED).multinomial(count, np.full(count, 1 / count), _DRAWN) / count

    def shares(means: Any) -> Any:
        positive = np.maximum(means, 0.0)
        total = positive.sum(axis=0)
        return np.divide(positive, total, out=np.zeros_like(positive), where=total > 0)

    found = shares(each.mean(axis=1))
    low, high = np.percentile(shares(each @ weights.T), _ENDS, axis=1)
    return [tuple(map(float, one)) for one in zip(found, low, high, strict=True)]  # type: ignore[misc]
