"""The models of the algorithms: when they begin, what they propose before, and how they are mixed."""

from __future__ import annotations

from random import Random

import pytest
from search_runs import Spec, space_of

from worker.search.history import History
from worker.search.models import MODELS, Model
from worker.search.space import Space

SQUARE: Spec = {name: ("hp.uniform", {"min": 0, "max": 1}) for name in "xy"}


class Given(Random):
    """A generator whose first share is given."""

    def __init__(self, share: float) -> None:
        super().__init__(7)
        self._shares = [share]

    def random(self) -> float:
        return self._shares.pop() if self._shares else super().random()


def model_of(algorithm: str, space: Space) -> Model:
    return MODELS[algorithm](space, 1)


def history_of(space: Space, results: int, running: int = 0) -> History:
    history, generator = History(len(space.dimensions)), Random(1)
    for number in range(results + running):
        history.add(number, space.encode(space.draw(generator)))
        if number < results:
            history.result(number, float(number % 7))
    return history


@pytest.mark.parametrize(
    ("share", "algorithm"),
    [
        (0.0, "tpe.suggest"), (0.3, "tpe.suggest"), (0.599, "tpe.suggest"), (0.6, "anneal.suggest"),
        (0.75, "anneal.suggest"), (0.899, "anneal.suggest"),
    ],
)  # fmt: skip
def test_a_mix_proposes_what_the_algorithm_of_its_share_does(share: float, algorithm: str) -> None:
    space = space_of(SQUARE)
    history = history_of(space, 25)
    expected = model_of(algorithm, space).propose(history, 25, Random(7))
    assert model_of("mix.suggest", space).propose(history, 25, Given(share)) == expected


@pytest.mark.parametrize("share", [0.9, 0.95, 0.999])
def test_a_mix_draws_at_random_for_the_rest(share: float) -> None:
    space = space_of(SQUARE)
    expected = space.draw(Random(7))
    assert model_of("mix.suggest", space).propose(history_of(space, 25), 25, Given(share)) == expected


@pytest.mark.parametrize(
    ("algorithm", "results"), [("tpe.suggest", 20), ("anneal.suggest", 5), ("mix.suggest", 10), ("auto", 5)]
)
def test_a_model_waits_for_results_and_not_for_trials(algorithm: str, results: int) -> None:
    space = space_of(SQUARE)
    model = model_of(algorithm, space)
    assert not model.ready(history_of(space, results - 1, running=30))
    assert model.ready(history_of(space, results))


@pytest.mark.parametrize(("parameters", "spread"), [(1, 5), (3, 5), (4, 6), (8, 10), (12, 10)])
def test_auto_proposes_its_first_points_whatever_is_known(parameters: int, spread: int) -> None:
    space = space_of({f"x{number}": ("hp.uniform", {"min": 0, "max": 1}) for number in range(parameters)})
    model = model_of("auto", space)
    assert not model.ready(history_of(space, spread - 1))
    assert model.ready(history_of(space, spread))
    firsts = [model.first(history_of(space, 0, running), Random(3)) for running in range(spread + 1)]
    assert len(set(firsts)) == spread + 1
    assert firsts[spread] == space.draw(Random(3))
    assert firsts[:spread] == [
        model_of("auto", space).first(history_of(space, 0, running), Random(4)) for running in range(spread)
    ]


@pytest.mark.parametrize("algorithm", ["tpe.suggest", "anneal.suggest", "mix.suggest"])
def test_others_begin_with_random_points(algorithm: str) -> None:
    space = space_of(SQUARE)
    assert model_of(algorithm, space).first(history_of(space, 1), Random(3)) == space.draw(Random(3))
