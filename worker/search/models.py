"""The model-based algorithms, over the latent variables of a space; their libraries are loaded when first needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random
from threading import Lock
from typing import Protocol

from worker.search.history import History
from worker.search.space import Point, Space
from worker.spec.dimension import AnyDimension


class Engine(Protocol):
    """What proposes latent values from a history."""

    def latents(self, history: History, number: int, seed: int) -> list[float]:
        """The latent values of trial `number`."""
        ...


class Model:
    """An engine that is loaded when it is first needed, or by `prepare`, which another thread may call.

    startup: results before its first proposal, so that many workers do not have it guess from nothing.
    """

    def __init__(self, space: Space, load: Callable[[Sequence[AnyDimension]], Engine], startup: int) -> None:
        self.startup = startup
        self._space = space
        self._load = load
        self._loading = Lock()
        self._engine: Engine | None = None

    def prepare(self) -> None:
        """Load the libraries."""
        self._loaded()

    def propose(self, history: History, number: int, generator: Random) -> Point:
        """A point for trial `number`."""
        return self._space.decode(self._loaded().latents(history, number, generator.getrandbits(31)))

    def _loaded(self) -> Engine:
        with self._loading:
            if self._engine is None:
                self._engine = self._load(self._space.dimensions)
            return self._engine


class Mix:
    """tpe for 60 % of the trials, anneal for 30 %, random draws for 10 %."""

    startup = 10

    def __init__(self, space: Space) -> None:
        self._space = space
        self._tpe, self._anneal = _tpe(space), _anneal(space)

    def prepare(self) -> None:
        """Load the libraries."""
        self._tpe.prepare()
        self._anneal.prepare()

    def propose(self, history: History, number: int, generator: Random) -> Point:
        """A point for trial `number`."""
        share = generator.random()
        if share >= 0.9:
            return self._space.draw(generator)
        return (self._tpe if share < 0.6 else self._anneal).propose(history, number, generator)


def _tpe(space: Space) -> Model:
    return Model(space, _parzen, 20)  # hyperopt waits as long


def _anneal(space: Space) -> Model:
    return Model(
        space, _annealing, 5
    )  # needs a few; more would be wasted, as the benchmark of the search shows


# hyperopt takes a second to import.
def _parzen(dimensions: Sequence[AnyDimension]) -> Engine:
    from worker.search.parzen import Parzen

    return Parzen(dimensions)


def _annealing(dimensions: Sequence[AnyDimension]) -> Engine:
    from worker.search.annealing import Annealing

    return Annealing(dimensions)


MODELS: Mapping[str, Callable[[Space], Model | Mix]] = {
    "tpe.suggest": _tpe,
    "anneal.suggest": _anneal,
    "mix.suggest": Mix,
}
