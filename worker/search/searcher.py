"""Ask and tell: what every search algorithm has in common, that no point comes twice, and which one a run uses."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Protocol

from worker.search.space import Space
from worker.spec.parameters import Value
from worker.spec.run import Run

STARTUP_TRIALS = 20  # results that a model needs before it proposes; until then, points are drawn at random
_MODEL_TRIES = (
    4  # proposals of a model that repeat known points before a random new one is taken
)
_RANDOM_TRIES = 200  # draws before the rest of a finite space is listed
_SMALL_SPACE = 200_000  # points of a finite space that are listed, to find those left


class Searcher(Protocol):
    """Proposes trials. The same seed and the same history propose the same trials, in any process."""

    @property
    def exhausted_sentence(self) -> str:
        """Why `ask` has nothing more to propose."""
        ...

    def prepare(self) -> None:
        """Load what a later `ask` needs; may be called in another thread, or never."""
        ...

    def ask(self, number: int) -> dict[str, Value] | None:
        """The values of trial `number`, in the order of the parameters; None where the space is used up."""
        ...

    def known(self, number: int, values: Mapping[str, Value]) -> None:
        """A trial that was proposed earlier, or comes from elsewhere; it counts as running until told.

        Raises ValueError or KeyError where the values do not lie in the space.
        """
        ...

    def tell(self, number: int, loss: float | None) -> None:
        """The finite loss of a trial; None where it ended without one."""
        ...


class Algorithm(Protocol):
    """What a model-based algorithm adds to drawing at random; latent values only."""

    def prepare(self) -> None:
        """Load the libraries."""
        ...

    def suggest(self, number: int, seed: int) -> dict[str, float]:
        """A point for trial `number`."""
        ...

    def add(self, number: int, latents: Mapping[str, float]) -> None:
        """A trial that runs now."""
        ...

    def result(self, number: int, loss: float | None) -> None:
        """How a trial ended."""
        ...


class SpaceSearcher:
    """Draws at random, and lets `algorithm` propose as soon as enough results are known."""

    def __init__(
        self, space: Space, seed: int, allow_repeats: bool, algorithm: Algorithm | None
    ) -> None:
        self._space = space
        self._seed = seed
        self._allow_repeats = allow_repeats
        self._algorithm = algorithm
        self._results = 0
        self._seen: set[tuple[Value, ...]] = set()

    @property
    def exhausted_sentence(self) -> str:
        return f"All {len(self._seen):,} different points of the search space have been evaluated."

    def prepare(self) -> None:
        if self._algorithm:
            self._algorithm.prepare()

    def ask(self, number: int) -> dict[str, Value] | None:
        size = self._space.size
        if not self._allow_repeats and size is not None and len(self._seen) >= size:
            return None
        latents = self._propose(number)
        if latents is None:
            return None
        values = self._space.decode(latents)
        self._take(number, values, latents)
        return values

    def known(self, number: int, values: Mapping[str, Value]) -> None:
        latents = self._space.encode(dict(values))
        self._take(number, values, latents)

    def tell(self, number: int, loss: float | None) -> None:
        self._results += loss is not None
        if self._algorithm:
            self._algorithm.result(number, loss)

    def _take(
        self, number: int, values: Mapping[str, Value], latents: Mapping[str, float]
    ) -> None:
        self._seen.add(tuple(values.values()))
        if self._algorithm:
            self._algorithm.add(number, latents)

    def _propose(self, number: int) -> dict[str, float] | None:
        generator = random.Random(f"{self._seed} {number}")
        if self._algorithm and self._results >= STARTUP_TRIALS:
            for _ in range(_MODEL_TRIES):
                latents = self._algorithm.suggest(number, generator.randrange(2**31))
                if self._is_new(latents):
                    return latents
        for _ in range(_RANDOM_TRIES):
            latents = self._space.draw(generator)
            if self._is_new(latents):
                return latents
        return self._one_of_the_rest(generator)

    def _is_new(self, latents: dict[str, float]) -> bool:
        return (
            self._allow_repeats
            or tuple(self._space.decode(latents).values()) not in self._seen
        )

    def _one_of_the_rest(self, generator: random.Random) -> dict[str, float] | None:
        """A point that was never drawn, of a space that is nearly used up or has very unlikely points."""
        size = self._space.size
        if size is None or size > _SMALL_SPACE:
            return None
        start = generator.randrange(size)
        for offset in range(size):
            values = self._space.point((start + offset) % size, points=0)
            if tuple(values.values()) not in self._seen:
                return self._space.encode(values)
        return None


class GridSearcher:
    """Every point of the grid once, the last parameter varying fastest."""

    def __init__(self, space: Space, points: int) -> None:
        self._space = space
        self._points = points
        self._next = 0
        self._seen: set[tuple[Value, ...]] = set()

    @property
    def exhausted_sentence(self) -> str:
        return f"All {len(self._seen):,} points of the grid have been evaluated."

    def prepare(self) -> None:
        """Nothing to load."""

    def ask(self, number: int) -> dict[str, Value] | None:
        size = self._space.grid_size(self._points)
        while self._next < size:
            values = self._space.point(self._next, self._points)
            self._next += 1
            if tuple(values.values()) not in self._seen:
                self._seen.add(tuple(values.values()))
                return values
        return None

    def known(self, number: int, values: Mapping[str, Value]) -> None:
        self._seen.add(tuple(values.values()))

    def tell(self, number: int, loss: float | None) -> None:
        """A grid does not learn."""


def make_searcher(run: Run, seed: int) -> Searcher:
    """The searcher that `run` asks for. Imports no search library; that comes with the first model-based proposal."""
    space = Space(run.parameters, run.precision)
    if run.algorithm == "gridsearch":
        return GridSearcher(space, run.grid_points)
    algorithm: Algorithm | None = None
    if run.algorithm != "hyperopt.rand.suggest":
        from worker.search.hyperopt_algorithm import HyperoptAlgorithm

        algorithm = HyperoptAlgorithm(space, run.algorithm)
    return SpaceSearcher(space, seed, run.allow_repeats, algorithm)


def grid_size(run: Run) -> int:
    """How many points a grid search of `run` evaluates."""
    return Space(run.parameters, run.precision).grid_size(run.grid_points)


def space_size(run: Run) -> int | None:
    """How many different points the search space of `run` has; None where they cannot be counted."""
    return Space(run.parameters, run.precision).size
