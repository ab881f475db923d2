"""Ask and tell: which search a run asks for, and that no point comes twice."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Protocol

from worker.search.expectation import Expectation
from worker.search.grid import GridSearcher
from worker.search.history import NO_OUTPUTS, History
from worker.search.models import Model, model_of
from worker.search.none_allowed import none_allowed
from worker.search.repair import brought_in
from worker.search.several_goals import Goals
from worker.search.space import Point, Space
from worker.search.visited import Visited
from worker.spec.algorithms import RANDOM
from worker.spec.dimension import Numbers
from worker.spec.parameters import Value
from worker.spec.run import Run
from worker.spec.text import counted

_MODEL_TRIES = 2  # proposals of a model that repeat known points before the nearest new one is taken
_RANDOM_TRIES = 30  # the same for points drawn at random
_CONSTRAINED_TRIES = (
    4  # proposals of a model that violate a constraint before one is brought to where it is allowed
)


class Searcher(Protocol):
    """Proposes trials. The same seed and the same history propose the same trials, in any process."""

    @property
    def exhausted_sentence(self) -> str:
        """Why `ask` has nothing more to propose, and what to do about it."""
        ...

    def prepare(self) -> None:
        """Load what a later `ask` needs, which may take a second; may be called in another thread, or never."""
        ...

    def catch_up(self) -> None:
        """Learn what it is going to propose from, which takes seconds where a thousand results are new to it; else the next `ask` does."""
        ...

    def ask(self, number: int) -> dict[str, Value] | None:
        """The values of trial `number`, in the order of the parameters; None where the space is used up."""
        ...

    def add(self, number: int, values: Mapping[str, Value], *, foreign: bool = False) -> None:
        """A trial that was proposed earlier; it counts as running until told.

        foreign: it was made elsewhere, where results may lie higher or lower. Raises ValueError where the values do not lie in the space.
        """
        ...

    def tell(self, number: int, loss: float | None, outputs: Mapping[str, float] = NO_OUTPUTS) -> None:
        """The loss of a trial that was asked for or is known; None where it ended without one.

        outputs: all other numbers that it came to, by name; a search may learn from any of them.
        """
        ...

    def runs_again(self, number: int) -> None:
        """A trial runs, or waits to run, whatever was told of it before."""
        ...

    def expectation(self, values: Mapping[str, Value]) -> Expectation | None:
        """What it expects of a point as the next trial; None where it knows too little yet, or predicts nothing."""
        ...


class SpaceSearcher:
    """Draws at random, and lets `model` propose as soon as enough results are known."""

    def __init__(self, space: Space, seed: int, allow_repeats: bool, model: Model | None) -> None:
        self._space = space
        self._seed = seed
        self._allow_repeats = allow_repeats
        self._model = model
        self._history = History(len(space.dimensions))
        self._visited = Visited(space)

    @property
    def exhausted_sentence(self) -> str:
        if self._space.rules.given and (sentence := self._ruled_out()):
            return sentence
        rounded = any(
            isinstance(dimension, Numbers) and not dimension.stepped for dimension in self._space.dimensions
        )
        count = len(self._visited)
        used_up = (
            f"All {count:,} different points of the search space have been proposed."
            if count > 1
            else "The only point of the search space has been proposed."
        )
        advice = (
            "To continue, widen the ranges, raise precision, or set allow_repeats."
            if rounded
            else "To continue, widen the ranges, or set allow_repeats."
        )
        return f"{used_up} {advice}"

    def _ruled_out(self) -> str:
        """Why no point is left where conditions or constraints may be the reason; "" where all have been proposed."""
        constraints = self._space.rules.constraints
        if not len(self._visited) and constraints:
            return none_allowed(constraints, certain=self._visited.saw_all)
        if self._visited.saw_all:
            return ""
        return (
            f"After {counted(len(self._visited), 'point')}, no other one was found among many that the constraints leave. "
            "To continue, loosen the constraints, widen the ranges, or set allow_repeats."
        )

    def prepare(self) -> None:
        if self._model:
            self._model.prepare()

    def catch_up(self) -> None:
        if self._model and self._model.ready(self._history):
            self._model.catch_up(self._history)

    def ask(self, number: int) -> dict[str, Value] | None:
        point = self._propose(number)
        if point is None:
            return None
        self._add(number, point)
        return self._space.named(point)

    def add(self, number: int, values: Mapping[str, Value], *, foreign: bool = False) -> None:
        self._add(number, self._space.admitted(values), foreign=foreign)

    def tell(self, number: int, loss: float | None, outputs: Mapping[str, float] = NO_OUTPUTS) -> None:
        if self._model:
            self._history.result(number, loss, outputs)

    def runs_again(self, number: int) -> None:
        if self._model:
            self._history.runs_again(number)

    def expectation(self, values: Mapping[str, Value]) -> Expectation | None:
        """What the model expects of a point as the next trial; None where it knows too little yet, or predicts nothing."""
        if self._model is None or not self._model.ready(self._history):
            return None
        return self._model.expectation(self._history, self._space.admitted(values))

    def _add(self, number: int, point: Point, *, foreign: bool = False) -> None:
        if not self._allow_repeats:
            self._visited.add(point)
        if self._model:
            self._history.add(number, self._space.encode(point), foreign=foreign)

    def _propose(self, number: int) -> Point | None:
        generator = Random(f"{self._seed} {number}")
        modelled = self._model is not None and self._model.ready(self._history)
        known = 0
        for _ in range(_CONSTRAINED_TRIES if modelled else _RANDOM_TRIES):
            point = self._point(modelled, number, generator)
            if self._visited.is_new(point):
                return point
            if self._space.allows(point):
                known += 1
                if modelled and known == _MODEL_TRIES:
                    break
            elif not modelled:
                break  # it is one of very many that were drawn in vain
        return self._allowed_near(point, generator)

    def _allowed_near(self, point: Point, generator: Random) -> Point | None:
        if not self._space.allows(point) and self._space.allows(other := self._space.draw(generator)):
            point = brought_in(self._space, point, other)
            if self._visited.is_new(point):
                return point
        return self._visited.unvisited(point, generator)

    def _point(self, modelled: bool, number: int, generator: Random) -> Point:
        if self._model is None:
            return self._space.draw(generator)
        if modelled:
            return self._model.propose(self._history, number, generator)
        return self._model.first(self._history, generator)


def make_searcher(run: Run, seed: int) -> Searcher:
    """The searcher that `run` asks for. Imports no library; `prepare` or the first proposal of a model does."""
    space = Space(run.parameters, run.precision, run.constraints)
    if run.algorithm == "gridsearch":
        return GridSearcher(space, run.grid_points, run.max_evals)
    if run.algorithm == RANDOM:
        return SpaceSearcher(space, seed, run.allow_repeats, None)
    model = model_of(run.algorithm, space, seed, Goals.of(run))
    return SpaceSearcher(space, seed, run.allow_repeats, model)
