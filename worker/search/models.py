"""The model-based algorithms, over the latent variables of a space; their libraries are loaded when first needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from random import Random
from threading import Lock
from typing import Protocol, runtime_checkable

from worker.search.expectation import Expectation
from worker.search.history import History
from worker.search.hypercube import latin_hypercube
from worker.search.several_goals import Goals
from worker.search.sobol import SobolPoints
from worker.search.space import Point, Space
from worker.search.start_count import start_points


class Engine(Protocol):
    """What proposes latent values from a history."""

    def latents(self, history: History, number: int, seed: int) -> list[float]:
        """The latent values of trial `number`."""
        ...


@runtime_checkable
class Foreseeing(Engine, Protocol):
    """An engine that predicts results."""

    def expectation(self, history: History, latents: Sequence[float]) -> Expectation | None:
        """What it expects of a point, as the next trial; None where it knows too little."""
        ...

    def catch_up(self, history: History) -> None:
        """Learn from what is known, so that the next proposals take less time."""
        ...


class Model(Protocol):
    """Proposes points from what is known."""

    def prepare(self) -> None:
        """Load the libraries; another thread may call it."""
        ...

    def catch_up(self, history: History) -> None:
        """Do what takes the first proposals from `history` longer than later ones, once it is ready."""
        ...

    def ready(self, history: History) -> bool:
        """Whether enough is known, so that many workers do not have it guess from nothing."""
        ...

    def first(self, history: History, generator: Random) -> Point:
        """A point for the next trial while it is not ready."""
        ...

    def propose(self, history: History, number: int, generator: Random) -> Point:
        """A point for trial `number` once it is ready."""
        ...

    def expectation(self, history: History, point: Point) -> Expectation | None:
        """What it expects of a point as the next trial, once it is ready; None where it predicts no results."""
        ...


class Learner:
    """An engine that is loaded when it is first needed, or by `prepare`. startup: results before its first proposal."""

    def __init__(self, space: Space, load: Callable[[Space], Engine], startup: int) -> None:
        self._startup = startup
        self._space = space
        self._load = load
        self._loading = Lock()
        self._engine: Engine | None = None

    def prepare(self) -> None:
        """Load the libraries."""
        self._loaded()

    def catch_up(self, history: History) -> None:
        """Load the libraries."""
        self._loaded()

    def ready(self, history: History) -> bool:
        """Whether there are `startup` results."""
        return history.results >= self._startup

    def first(self, history: History, generator: Random) -> Point:
        """A random point."""
        return self._space.draw(generator)

    def propose(self, history: History, number: int, generator: Random) -> Point:
        """A point for trial `number`."""
        return self._space.decode(self._loaded().latents(history, number, generator.getrandbits(31)))

    def expectation(self, history: History, point: Point) -> Expectation | None:
        """None: a density says what is likely to be good, but not how good."""
        return None

    def _loaded(self) -> Engine:
        with self._loading:
            if self._engine is None:
                self._engine = self._load(self._space)
            return self._engine


START_RESULTS = 5  # that `auto` begins to learn from


class Spread(Learner):
    """A learner whose first trials are spread evenly over the space: 2 more than parameters, but 5 to 10."""

    def __init__(self, space: Space, load: Callable[[Space], Engine], startup: int, seed: int) -> None:
        super().__init__(space, load, startup)
        self._count = start_points(len(space.dimensions))
        self._seed = seed
        self._points: list[Point] = []

    def ready(self, history: History) -> bool:
        """Whether there are `startup` results, and the first trials have all been proposed."""
        return len(history) >= self._count and super().ready(history)

    def first(self, history: History, generator: Random) -> Point:
        """The next of the first points; then random ones."""
        if not self._points:
            self._points = latin_hypercube(self._space, self._count, Random(f"first {self._seed}"))
        at = len(history)
        if at < self._count and self._space.allows(point := self._points[at]):
            return point
        return super().first(history, generator)

    def catch_up(self, history: History) -> None:
        """Have all models learn."""
        engine = self._loaded()
        if isinstance(engine, Foreseeing):
            engine.catch_up(history)

    def expectation(self, history: History, point: Point) -> Expectation | None:
        """What the next of the models expects of a point."""
        engine = self._loaded()
        return (
            engine.expectation(history, self._space.encode(point)) if isinstance(engine, Foreseeing) else None
        )


class Mix:
    """tpe for 60 % of the trials, anneal for 30 %, random draws for 10 %."""

    _STARTUP = 10

    def __init__(self, space: Space) -> None:
        self._space = space
        self._tpe, self._anneal = Learner(space, _parzen, 20), Learner(space, _annealing, 5)

    def prepare(self) -> None:
        """Load the libraries."""
        self._tpe.prepare()
        self._anneal.prepare()

    def catch_up(self, history: History) -> None:
        """Load the libraries."""
        self.prepare()

    def ready(self, history: History) -> bool:
        """Whether there are some results."""
        return history.results >= self._STARTUP

    def first(self, history: History, generator: Random) -> Point:
        """A random point."""
        return self._space.draw(generator)

    def propose(self, history: History, number: int, generator: Random) -> Point:
        """A point for trial `number`."""
        share = generator.random()
        if share >= 0.9:
            return self._space.draw(generator)
        return (self._tpe if share < 0.6 else self._anneal).propose(history, number, generator)

    def expectation(self, history: History, point: Point) -> Expectation | None:
        """None, like its parts."""
        return None


# scipy takes a third of a second to import, hyperopt more than a second.
def _gaussian(space: Space) -> Engine:
    from threadpoolctl import threadpool_limits

    from worker.search.auto.engine import Auto

    # Many small matrices gain nothing by threads, and a login node of many processors would wait for all of them.
    threadpool_limits(1, user_api="blas")
    return Auto(space.dimensions, space)


def _pareto(goals: Goals) -> Callable[[Space], Engine]:
    def load(space: Space) -> Engine:
        from threadpoolctl import threadpool_limits

        from worker.search.auto.pareto import ParetoAuto

        threadpool_limits(1, user_api="blas")
        return ParetoAuto(space, goals)

    return load


def _parzen(space: Space) -> Engine:
    from worker.search.parzen import Parzen

    def allowed(latents: Sequence[float]) -> bool:
        return space.allows(space.decode(latents))

    return Parzen(space.dimensions, allowed if space.rules.constraints else None)


def _annealing(space: Space) -> Engine:
    from worker.search.annealing import Annealing

    return Annealing(space.dimensions)


def _sampled(name: str, goals: Goals | None = None) -> Callable[[Space, int], Model]:
    def load(space: Space) -> Engine:
        from worker.search.optuna_samplers import Sampled

        return Sampled(name, space.dimensions, space.rules, goals)

    return lambda space, _: Learner(space, load, 0)


MODELS: Mapping[str, Callable[[Space, int], Model]] = {
    "auto": lambda space, seed: Spread(space, _gaussian, START_RESULTS, seed),
    "tpe.suggest": lambda space, _: Learner(space, _parzen, 20),  # hyperopt waits as long
    # It needs a few; more would be wasted, as the benchmark of the search shows.
    "anneal.suggest": lambda space, _: Learner(space, _annealing, 5),
    "mix.suggest": lambda space, _: Mix(space),
    "sobol": SobolPoints,
    **{name: _sampled(name) for name in ("optuna.tpe", "optuna.gp", "optuna.cmaes", "optuna.nsga2")},
}


def model_of(algorithm: str, space: Space, seed: int, goals: Goals | None) -> Model:
    """The model of an algorithm. goals: several results, of which those that can search the front."""
    if goals is not None and algorithm in _OF_FRONTS:
        return _OF_FRONTS[algorithm](goals)(space, seed)
    return MODELS[algorithm](space, seed)


_OF_FRONTS: Mapping[str, Callable[[Goals], Callable[[Space, int], Model]]] = {
    "auto": lambda goals: lambda space, seed: Spread(space, _pareto(goals), START_RESULTS, seed),
    **{name: partial(_sampled, name) for name in ("optuna.tpe", "optuna.gp", "optuna.nsga2")},
}
