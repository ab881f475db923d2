"""The model-based algorithms of hyperopt, over the latent variables of a space."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from threading import Lock
from typing import TYPE_CHECKING

from worker.search.history import History
from worker.search.space import Point, Space

if TYPE_CHECKING:
    from worker.search.annealing import Annealing
    from worker.search.parzen import Parzen

_STARTUP = 20  # as in hyperopt


class TreeParzen:
    """tpe.suggest: a tree-structured Parzen estimator."""

    startup = _STARTUP

    def __init__(self, space: Space) -> None:
        self._space = space
        self._loading = Lock()
        self._parzen: Parzen | None = None

    def prepare(self) -> None:
        self._loaded()

    def propose(self, history: History, number: int, generator: Random) -> Point:
        return self._space.decode(self._loaded().latents(history, generator.getrandbits(64)))

    def _loaded(self) -> Parzen:
        with self._loading:
            if self._parzen is None:
                from worker.search.parzen import Parzen  # hyperopt takes a second to import

                self._parzen = Parzen(self._space.dimensions)
            return self._parzen


class Anneal:
    """anneal.suggest: draws round one of the best trials, ever closer."""

    startup = 5

    def __init__(self, space: Space) -> None:
        self._space = space
        self._loading = Lock()
        self._annealing: Annealing | None = None

    def prepare(self) -> None:
        self._loaded()

    def propose(self, history: History, number: int, generator: Random) -> Point:
        return self._space.decode(self._loaded().latents(history, number, generator.getrandbits(31)))

    def _loaded(self) -> Annealing:
        with self._loading:
            if self._annealing is None:
                from worker.search.annealing import Annealing  # hyperopt takes a second to import

                self._annealing = Annealing(self._space.dimensions)
            return self._annealing


class Mix:
    """mix.suggest: tpe for 60 % of the trials, anneal for 30 %, random draws for 10 %."""

    startup = _STARTUP

    def __init__(self, space: Space) -> None:
        self._space = space
        self._parzen = TreeParzen(space)
        self._anneal = Anneal(space)

    def prepare(self) -> None:
        self._parzen.prepare()
        self._anneal.prepare()

    def propose(self, history: History, number: int, generator: Random) -> Point:
        share = generator.random()
        if share < 0.6:
            return self._parzen.propose(history, number, generator)
        if share < 0.9:
            return self._anneal.propose(history, number, generator)
        return self._space.draw(generator)


Model = TreeParzen | Anneal | Mix
MODELS: Mapping[str, Callable[[Space], Model]] = {
    "tpe.suggest": TreeParzen,
    "anneal.suggest": Anneal,
    "mix.suggest": Mix,
}
