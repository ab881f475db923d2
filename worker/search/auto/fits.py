"""Kernels over a growing list of results, each begun from an earlier one, and which of the results they look at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np

from worker.search.auto import schedule

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

_MOST_FITTED = (
    128  # results that a fit looks at: half of them the best, the others spread evenly over the rest
)
# Beyond these, results that a fit looks at, and its iterations, one fit after another: few results first, with which most is found
# in a quarter of the time.
_STEPS = ((64, 25), (_MOST_FITTED, 5))
_MOST_KEPT = 256  # results that a posterior knows: half of them the best, the others drawn
_DRAWN_AGAIN = 16  # results until others are drawn
_FIRST_ITERATIONS, _MORE_ITERATIONS = 25, 10

# From rows (n, d), their results, logarithms of hyperparameters to begin from, a number of iterations and of results to look at
# to better ones.
Fit = Callable[["Floats", "Floats", Sequence["Floats"], int, int], "Floats"]


class Fits:
    """The logarithms of hyperparameters for more and more results, in the order of their trials.

    They depend on the results alone, not on when they were asked for, so that a run that is resumed goes on the same.
    """

    def __init__(self, fit: Fit, fresh: Floats) -> None:
        """fresh: logarithms that a fit begins from where no earlier one is near."""
        self._fit, self._fresh = fit, fresh
        self._known: dict[int, tuple[bytes, Floats]] = {}

    def latest(self, rows: Floats, results: Floats, running: int) -> Floats:
        """Those for rows (n, d) and results (n,) or (n, k), or for almost all of them; `running` trials have none yet."""
        return self._at(schedule.fit_for(schedule.settled(len(rows), running)), rows, results)

    def _at(self, count: int, rows: Floats, results: Floats) -> Floats:
        rows, results = rows[:count], results[:count]
        # A late result changes which are the first ones.
        content = blake2b(rows.tobytes() + results.tobytes()).digest()
        if count not in self._known or self._known[count][0] != content:
            found = (
                self._stepwise(rows, results) if count > _MOST_FITTED else self._from_earlier(rows, results)
            )
            self._known[count] = content, found
        return self._known[count][1]

    def _from_earlier(self, rows: Floats, results: Floats) -> Floats:
        count = len(rows)
        before = schedule.anchor_before(count)
        earlier = [] if before is None else [self._at(before, rows, results)]
        guesses = [*earlier, self._fresh] if schedule.is_anchor(count) else earlier
        iterations = _MORE_ITERATIONS if earlier else _FIRST_ITERATIONS
        return self._fit(rows, results, guesses, iterations, _MOST_FITTED)

    def _stepwise(self, rows: Floats, results: Floats) -> Floats:
        """From none earlier, so that a search that begins with a thousand results need not repeat all fits before."""
        found = self._fresh
        for most, iterations in _STEPS:
            found = self._fit(rows, results, [found], iterations, most)
        return found


def kept_rows(losses: Floats) -> Integers:
    """The rows that a posterior knows, in ascending order."""
    count = len(losses)
    if count <= _MOST_KEPT:
        return np.arange(count)
    order = np.argsort(losses, kind="stable")
    half = _MOST_KEPT // 2
    drawn = np.random.default_rng(count // _DRAWN_AGAIN).choice(order[half:], half, replace=False)
    return np.sort(np.concatenate([order[:half], drawn]))


def representative(losses: Floats, most: int) -> Integers:
    """The rows that a fit looks at, `most` of them."""
    count = len(losses)
    if count <= most:
        return np.arange(count)
    order = np.argsort(losses, kind="stable")
    half = most // 2
    return np.concatenate([order[:half], order[half + np.arange(half) * (count - half) // half]])
