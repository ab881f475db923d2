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


class SobolPoints:
    """Trial n gets point n of the sequence, scrambled by the seed (Owen 1998); results change nothing."""

    def __init__(self, space: Space, seed: int) -> None:
        self._space, self._seed = space, seed
        self._loading = Lock()
        self._sequence: Sobol | None = None

    def prepare(self) -> None:
        """Load scipy."""
        self._loaded()

    def ready(self, history: History) -> bool:
        """Always."""
        return True

    def first(self, history: History, generator: Random) -> Point:
        """Never asked for; a random point."""
        return self._space.draw(generator)

    def propose(self, history: History, number: int, generator: Random) -> Point:
        """The point of trial `number`."""
        sequence = self._loaded()
        if sequence.num_generated > number:
            sequence.reset()
        if sequence.num_generated < number:
            sequence.fast_forward(number - sequence.num_generated)
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
