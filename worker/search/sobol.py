"""Sobol's sequence: points that cover the space more evenly than random ones, however many there are."""

from __future__ import annotations

from random import Random
from threading import Lock
from typing import TYPE_CHECKING

from worker.search.expectation import Expectation
from worker.search.history import History
from worker.search.space import Point, Space

if TYPE_CHECKING:
    from scipy.stats.qmc import Sobol

_MOST_LOOKED_AT = (
    1_000  # points of the sequence for each that is allowed; where there are fewer, some are drawn
)


class SobolPoints:
    """Trial n gets point n of the sequence, scrambled by the seed (Owen 1998); results change nothing.

    Points that violate a constraint are left out before they are counted.
    """

    def __init__(self, space: Space, seed: int) -> None:
        self._space, self._seed = space, seed
        self._loading = Lock()
        self._sequence: Sobol | None = None
        self._allowed: list[int] = []
        self._looked_at = 0

    def prepare(self) -> None:
        """Load scipy."""
        self._loaded()

    def catch_up(self, history: History) -> None:
        """Load scipy."""
        self._loaded()

    def ready(self, history: History) -> bool:
        """Always."""
        return True

    def first(self, history: History, generator: Random) -> Point:
        """Never asked for; a random point."""
        return self._space.draw(generator)

    def propose(self, history: History, number: int, generator: Random) -> Point:
        """The point of trial `number`: its number among those that are allowed."""
        if not self._space.rules.constraints:
            return self._at(number)
        while len(self._allowed) <= number and self._looked_at < _MOST_LOOKED_AT * (number + 1):
            if self._space.allows(self._at(self._looked_at)):
                self._allowed.append(self._looked_at)
            self._looked_at += 1
        return self._at(self._allowed[number]) if number < len(self._allowed) else self._space.draw(generator)

    def _at(self, index: int) -> Point:
        """Point `index` of the sequence."""
        sequence = self._loaded()
        if sequence.num_generated > index:
            sequence.reset()
        if sequence.num_generated < index:
            sequence.fast_forward(index - sequence.num_generated)
        return self._space.at_shares([float(share) for share in sequence.random(1)[0]])

    def expectation(self, history: History, point: Point) -> Expectation | None:
        """None: nothing is expected of a point."""
        return None

    def _loaded(self) -> Sobol:
        with self._loading:
            if self._sequence is None:
                from scipy.stats import qmc  # takes half a second

                self._sequence = qmc.Sobol(len(self._space.dimensions), scramble=True, seed=self._seed)
            return self._sequence
