"""Every proposal of every algorithm has the parameters that exist, and keeps to the constraints."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from search_runs import DRAWING, Spec, evaluate, run_of, searcher_of, space_of
from spec_strategies import conditional, constraints, parameters

from worker.search.points_taken import points_taken
from worker.search.repair import brought_in
from worker.search.searcher import make_searcher
from worker.search.space import Space
from worker.spec.check import check
from worker.spec.parameters import Value
from worker.spec.points import grid_size
from worker.spec.run import Draft, ParameterDraft

OPTUNA = ("optuna.tpe", "optuna.cmaes", "optuna.nsga2")
ALGORITHMS = (*DRAWING, "sobol", "gridsearch", *OPTUNA)
BRANCHES: Spec = {
    "optimizer": ("categorical", {"values": ["sgd", "adam", "none"]}),
    "lr": ("real", {"min": 1e-5, "max": 1, "log": True, "when": "optimizer != 'none'"}),
    "momentum": ("real", {"min": 0, "max": 1, "when": "optimizer == 'sgd'"}),
    "nesterov": ("categorical", {"values": ["yes", "no"], "when": "momentum > 0.5"}),
    "layers": ("integer", {"min": 1, "max": 64}),
    "width": ("integer", {"min": 1, "max": 4096}),
}
LIMITS = ["layers * width <= 4096", "lr <= 0.5 or layers == 1"]


def is_right(point: Mapping[str, Value]) -> bool:
    """Whether a point of BRANCHES has what exists, and keeps to LIMITS."""
    optimizer, lr, momentum = point["optimizer"], point.get("lr"), point.get("momentum")
    nested = isinstance(momentum, float) and momentum > 0.5
    return (
        ((lr is not None) is (optimizer != "none"))
        and ((momentum is not None) is (optimizer == "sgd"))
        and (("nesterov" in point) is nested)
        and int(str(point["layers"])) * int(str(point["width"])) <= 4096
        and (lr is None or float(str(lr)) <= 0.5 or point["layers"] == 1)
    )


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_every_proposal_is_right(algorithm: str) -> None:
    def loss(point: Mapping[str, Value]) -> float:
        product = float(point["layers"]) * float(point["width"])
        return abs(product - 4000) / 4000 + float(point.get("momentum", 1.0))

    searcher = searcher_of(BRANCHES, algorithm, constraints=LIMITS, max_evals=50)
    points = evaluate(searcher, 50, loss, workers=3)
    assert len(points) == 50 == len({tuple(point.items()) for point in points})
    assert all(is_right(point) for point in points)
    assert all(list(point) == [name for name in BRANCHES if name in point] for point in points)


@given(
    st.tuples(parameters("a"), parameters("b"), parameters("c")).flatmap(conditional),
    st.sampled_from([name for name in ALGORITHMS if not name.startswith("optuna")]),
    st.data(),
)
@settings(max_examples=10)
def test_every_proposal_over_any_space_is_a_point_of_it(
    drafts: tuple[ParameterDraft, ...], algorithm: str, data: st.DataObject
) -> None:
    fields: dict[str, object] = {
        "run.name": "r",
        "run.objective": "./p",
        "search.algorithm": algorithm,
        "search.constraints": data.draw(constraints(drafts)),
        "search.grid_points": 3,
    }
    run = check(Draft(fields, drafts)).run
    assume(run is not None)
    assert run is not None
    space = Space(run.parameters, run.precision, run.constraints)
    points = evaluate(make_searcher(run, 1), 25, lambda point: float(len(str(point))))
    assert len({tuple(point.items()) for point in points}) == len(points)
    for point in points:
        assert space.named(space.admitted(point)) == point


@pytest.mark.parametrize("algorithm", ["auto", "tpe.suggest", "sobol", "gridsearch"])
def test_a_search_that_is_rebuilt_goes_on_the_same(algorithm: str) -> None:
    first = searcher_of(BRANCHES, algorithm, constraints=LIMITS)
    points = evaluate(first, 30, lambda point: float(str(point["width"])))
    again = searcher_of(BRANCHES, algorithm, constraints=LIMITS)
    for number, point in enumerate(points):
        again.add(number, point)
        again.tell(number, float(str(point["width"])))
    assert again.ask(30) == first.ask(30)


SMALL: Spec = {
    "a": ("integer", {"min": 1, "max": 4}),
    "b": ("integer", {"min": 1, "max": 4, "when": "a >= 3"}),
    "c": ("categorical", {"values": ["x", "y"]}),
}


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_small_space_comes_whole_and_the_end_is_said(algorithm: str) -> None:
    searcher = searcher_of(SMALL, algorithm, constraints=["a + b <= 6"])
    expected: set[tuple[Value, Value | None, Value]] = {(a, None, c) for a in (1, 2) for c in "xy"}
    expected |= {(a, b, c) for a in (3, 4) for b in (1, 2, 3, 4) for c in "xy" if a + b <= 6}
    points = evaluate(searcher, 100, lambda point: float(str(point["a"])))
    assert {(point["a"], point.get("b"), point["c"]) for point in points} == expected
    assert len(points) == len(expected) == 14
    assert searcher.exhausted_sentence.startswith("All 14")


def test_a_grid_is_counted_as_it_is_evaluated() -> None:
    limits = ["a + b <= 6"]
    assert grid_size(run_of(SMALL, "gridsearch", constraints=limits)) == 14
    run = run_of(SMALL, "gridsearch", constraints=limits)
    evaluated: list[dict[str, Value]] = [
        {"a": 1, "c": "x"},
        {"a": 1, "b": 2, "c": "x"},
        {"a": 4, "b": 4, "c": "x"},
        {"a": 3, "b": 1, "c": "y"},
    ]
    assert points_taken(run, evaluated) == 2  # the others are no points of it


def test_a_large_grid_is_spread_over_what_is_allowed() -> None:
    searcher = searcher_of(BRANCHES, "gridsearch", constraints=LIMITS, max_evals=200)
    points = evaluate(searcher, 200)
    assert all(is_right(point) for point in points)
    assert {point["optimizer"] for point in points} == {"sgd", "adam", "none"}
    assert len({point["layers"] for point in points}) > 10


IMPOSSIBLE: Spec = {
    "x": ("real", {"min": 0, "max": 1}),
    "y": ("real", {"min": 0, "max": 1}),
}


@pytest.mark.parametrize("algorithm", ["hyperopt.rand.suggest", "auto", "sobol"])
def test_where_nothing_is_allowed_the_search_ends_and_says_so(algorithm: str) -> None:
    searcher = searcher_of(IMPOSSIBLE, algorithm, constraints=["x + y > 2"], max_evals=5)
    assert searcher.ask(0) is None
    assert "x + y > 2" in searcher.exhausted_sentence


def test_little_that_is_allowed_is_found() -> None:
    searcher = searcher_of(IMPOSSIBLE, "auto", constraints=["x + y < 0.05"])
    points = evaluate(searcher, 20, lambda point: -float(str(point["x"])))
    assert len(points) == 20
    assert max(float(str(point["x"])) for point in points) > 0.04


def test_a_point_is_brought_to_the_edge_of_what_is_allowed() -> None:
    run = run_of(IMPOSSIBLE, constraints=["x + y <= 1"])
    space = Space(run.parameters, run.precision, run.constraints)
    found = space.named(brought_in(space, (0.9, 0.9), (0.1, 0.1)))
    assert 0.99 < float(str(found["x"])) + float(str(found["y"])) <= 1


def test_values_that_do_not_exist_or_are_not_allowed_are_no_point() -> None:
    space = space_of(BRANCHES)
    good: dict[str, Value] = {"optimizer": "none", "layers": 1, "width": 2}
    assert space.named(space.admitted(good)) == good
    with pytest.raises(ValueError, match="exists only when optimizer == 'sgd'"):
        space.admitted({**good, "momentum": 0.5})
    with pytest.raises(ValueError, match="has no value"):
        space.admitted({**good, "optimizer": "adam"})
    run = run_of(BRANCHES, constraints=LIMITS)
    with pytest.raises(ValueError, match="violates the constraint"):
        Space(run.parameters, 8, run.constraints).admitted({**good, "layers": 64, "width": 65})


def test_a_point_and_its_latent_values_stand_for_each_other() -> None:
    space, generator = space_of(BRANCHES), Random(1)
    for _ in range(50):
        point = space.draw(generator)
        assert space.decode(space.encode(point)) == point
