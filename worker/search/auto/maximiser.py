"""The point where an improvement is likeliest: draws everywhere, mutants of the best, chains of mutants, then slopes."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize

from worker.search.auto.encoding import Encoding
from worker.search.auto.posterior import Improvement

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Booleans = NDArray[np.bool_]

_DRAWS = 256  # candidates anywhere
_MUTANTS = 160  # of the best trials
_PARENTS = 8  # how many of the best trials
_SCALES = (-2.5, -0.5)  # exponents of 10 of their mutations
_CHAINS, _ROUNDS, _CHILDREN = 4, 4, 14
_FIRST_SCALE, _SHRINK, _SCATTER = 0.1, 0.45, (-0.7, 0.4)
_STEPS, _LINE_SEARCH = 12, 6  # of L-BFGS-B at the end
_SHARES = (0.5, 0.25, 0.125)  # of the way to where the steps led, where that is not allowed
_SEEN = -math.inf  # what a point is worth that was proposed before, or is as good as one that runs
_APART = 1e-3  # of a parameter's range, in at least one parameter, from every trial that runs


class Maximiser:
    """Looks for the best new row; `seen` holds the keys of all rows that were proposed, `running` the rows that run.

    allowed: whether a row may be proposed at all; None where each one may. It is asked as rarely as possible.
    """

    def __init__(
        self,
        encoding: Encoding,
        improvement: Improvement,
        seen: Integers,
        running: Floats,
        allowed: Callable[[Floats], bool] | None = None,
    ) -> None:
        self._encoding, self._improvement = encoding, improvement
        self._seen, self._running, self._allowed = np.sort(seen), encoding.comparable(running), allowed

    def maximum(self, parents: Floats, generator: np.random.Generator) -> tuple[Floats, float]:
        """The best row found (d,), and its value. parents: the rows of the best trials, the best first."""
        rows, values = self._candidates(parents[:_PARENTS], generator)
        rows, values = self._chains(rows, values, generator)
        order = np.argsort(-values, kind="stable")
        return self._climbed(rows[order[0]], float(values[order[0]]))

    def _values(self, rows: Floats) -> Floats:
        return np.where(self._is_taken(rows), _SEEN, self._improvement(rows))

    def _is_taken(self, rows: Floats) -> Booleans:
        keys = self._encoding.keys(rows)
        taken: Booleans = self._seen[np.searchsorted(self._seen, keys).clip(max=len(self._seen) - 1)] == keys
        if len(self._running):
            there = self._encoding.comparable(rows)
            near, runs = np.nonzero(np.abs(there[:, :1] - self._running[:, 0]) < _APART)
            apart = np.abs(there[near] - self._running[runs]).max(axis=1)
            taken[near[apart < _APART]] = True
        return taken

    def _candidates(self, parents: Floats, generator: np.random.Generator) -> tuple[Floats, Floats]:
        repeated = parents[np.arange(_MUTANTS) % len(parents)]
        scales = 10 ** generator.uniform(*_SCALES, size=_MUTANTS)
        drawn = self._encoding.draw(_DRAWS, generator)
        rows = np.vstack([drawn, self._encoding.mutants(repeated, scales, generator)])
        rows = rows[np.unique(self._encoding.keys(rows), return_index=True)[1]]
        values = self._values(rows)
        best = self._best_allowed(rows, values, np.argsort(-values, kind="stable"), _CHAINS)
        return rows[best], values[best]

    def _best_allowed(self, rows: Floats, values: Floats, order: Integers, count: int) -> Integers:
        """The first `count` in an order that are allowed; where none is, whatever comes first."""
        if self._allowed is None:
            return order[:count]
        found = list(islice((i for i in order.tolist() if self._allowed(rows[i])), count))
        return np.array(found or order[:1], dtype=np.int64)

    def _chains(self, rows: Floats, values: Floats, generator: np.random.Generator) -> tuple[Floats, Floats]:
        """Each row goes to its best mutant, in steps that get shorter where none is better."""
        scales = np.full(len(rows), _FIRST_SCALE)
        each = np.arange(len(rows))
        for _ in range(_ROUNDS):
            parents = np.repeat(rows, _CHILDREN, axis=0)
            scatter = 10 ** generator.uniform(*_SCATTER, size=len(parents))
            children = self._encoding.mutants(parents, np.repeat(scales, _CHILDREN) * scatter, generator)
            worth = self._worth(children, values).reshape(len(rows), -1)
            best = worth.argmax(axis=1)
            better = worth[each, best] > values
            chosen = children.reshape(len(rows), _CHILDREN, -1)[each, best]
            rows = np.where(better[:, None], chosen, rows)
            values = np.where(better, worth[each, best], values)
            scales = np.where(better, scales, scales * _SHRINK)
        return rows, values

    def _worth(self, children: Floats, least: Floats) -> Floats:
        """The values of the children of each row; of those that are better than `least`, the best has to be allowed."""
        worth = self._values(children)
        if self._allowed is None:
            return worth
        for parent, value in enumerate(least):
            start = parent * _CHILDREN
            for child in start + np.argsort(-worth[start : start + _CHILDREN], kind="stable"):
                if worth[child] <= value or self._allowed(children[child]):
                    break
                worth[child] = _SEEN
        return worth

    def _climbed(self, row: Floats, value: float) -> tuple[Floats, float]:
        """A few quasi-Newton steps in what is continuous."""
        free = self._encoding.continuous
        free = free[~np.isnan(row[free])]
        if not len(free) or value <= _SEEN:
            return row, value
        moving = row.copy()

        def downhill(coordinates: Floats) -> tuple[float, Floats]:
            moving[free] = coordinates
            climbed, slope = self._improvement.with_slope(moving, free)
            return -climbed, -slope

        end = minimize(
            downhill,
            row[free],
            jac=True,
            method="L-BFGS-B",
            bounds=[(0.0, 1.0)] * len(free),
            options={"maxiter": _STEPS, "maxls": _LINE_SEARCH},
        )
        moving[free] = end.x
        if -end.fun <= value or self._is_taken(moving[None])[0]:
            return row, value
        if self._may_be(moving):
            return moving, -float(end.fun)
        return self._as_far(row, value, moving)

    def _as_far(self, row: Floats, value: float, end: Floats) -> tuple[Floats, float]:
        """The farthest point on the way from `row` to `end` that may be proposed and is better, as halving the way finds."""
        for share in _SHARES:
            there = row + share * (end - row)
            if self._may_be(there) and (found := float(self._values(there[None])[0])) > value:
                return there, found
        return row, value

    def _may_be(self, row: Floats) -> bool:
        return self._encoding.is_whole(row) and (self._allowed is None or self._allowed(row))
