"""Grid search: the levels of every type, every point once, in an order that makes sense for the budget."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st
from search_runs import ALL_TYPES, Spec, evaluate, run_of, searcher_of, space_of
from spec_strategies import parameters

from worker.search.grid import Grid
from worker.search.space import Space
from worker.spec.check import check
from worker.spec.parameters import Value
from worker.spec.points import MANY, grid_size
from worker.spec.run import Draft, ParameterDraft

POINTS = 5
QUANTILES = [NormalDist().inv_cdf(share) for share in (0.1, 0.3, 0.5, 0.7, 0.9)]
LEVELS: dict[str, list[Value]] = {
    "randint": [0, 1, 2, 3, 4, 5, 6],
    "choice": ["10", "a b", "ü"],
    "pchoice": ["rare", "common", "some"],
    "choiceint": [-2, -1, 0, 1, 2, 3, 4],
    "choicestep": [10, 15, 20, 25, 30],
    "uniform": [-3.5, -2.125, -0.75, 0.625, 2.0],
    "uniformint": [1, 2, 3, 4, 5],
    "quniform": [3, 6, 9, 12, 15, 18],
    "loguniform": [math.exp(share) for share in (-9, -6.25, -3.5, -0.75, 2)],
    "qloguniform": list(range(4, 65, 4)),
    "normal": [10 + 3 * z for z in QUANTILES],
    "qnormal": [-1.0, 0.0, 0.5, 1.5, 2.5],
    "lognormal": [math.exp(-1 + 2 * z) for z in QUANTILES],
    "qlognormal": [0, 2, 4, 8],
}


@pytest.mark.parametrize("name", ALL_TYPES)
def test_levels(name: str) -> None:
    points = evaluate(searcher_of({name: ALL_TYPES[name]}, "gridsearch", grid_points=POINTS), 100)
    values = [point[name] for point in points]
    if isinstance(LEVELS[name][0], str):
        assert values == LEVELS[name]
    else:
        assert values == pytest.approx(LEVELS[name], rel=1e-7)
    (low, *_, high) = values
    if name == "loguniform":
        # Rounded, but not to the far side of a bound.
        assert math.exp(-9) <= float(low) and float(high) <= math.exp(2)


def test_a_grid_that_the_budget_covers_comes_in_nested_loops() -> None:
    names = ("choice", "uniform", "uniformint")
    run = run_of({name: ALL_TYPES[name] for name in names}, "gridsearch", grid_points=POINTS)
    assert grid_size(run) == 3 * 5 * 5
    points = evaluate(
        searcher_of({name: ALL_TYPES[name] for name in names}, "gridsearch", grid_points=POINTS), 99
    )
    assert [tuple(point.values()) for point in points] == list(
        itertools.product(*(LEVELS[name] for name in names))
    )


@given(st.lists(st.integers(1, 7), min_size=1, max_size=4), st.integers(1, 3000))
def test_every_point_comes_once_in_any_order(counts: list[int], budget: int) -> None:
    spec: Spec = {f"x{index}": ("hp.randint", {"max": count}) for index, count in enumerate(counts)}
    searcher = searcher_of(spec, "gridsearch", max_evals=budget)
    points = evaluate(searcher, 3000)
    assert len({tuple(point.values()) for point in points}) == len(points) == math.prod(counts)
    assert searcher.ask(3000) is None
    all_of_them = (
        f"All {len(points):,} points of the grid have"
        if len(points) > 1
        else "The only point of the grid has"
    )
    assert searcher.exhausted_sentence.startswith(f"{all_of_them} been proposed.")


def test_a_grid_beyond_the_budget_is_sampled_all_over() -> None:
    spec: Spec = {f"x{index}": ("hp.randint", {"max": 1000}) for index in range(10)}
    assert grid_size(run_of(spec, "gridsearch")) > MANY
    points = evaluate(searcher_of(spec, "gridsearch", max_evals=200), 200)
    assert len({tuple(point.values()) for point in points}) == 200
    for name in spec:
        quarters = Counter(int(point[name]) // 250 for point in points)
        assert min(quarters.values()) > 30 and len(quarters) == 4


def test_a_sample_of_a_small_grid_meets_every_level_about_as_often() -> None:
    spec: Spec = {f"x{index}": ("hp.randint", {"max": count}) for index, count in enumerate((2, 10, 3, 40))}
    points = evaluate(searcher_of(spec, "gridsearch", max_evals=120), 120)
    for name, count in zip(spec, (2, 10, 3, 40), strict=True):
        times = Counter(point[name] for point in points)
        assert len(times) == count
        assert max(times.values()) - min(times.values()) <= max(4, 0.3 * 120 / count)


@pytest.mark.parametrize("max_evals", [10, 1000])
def test_known_points_are_left_out(max_evals: int) -> None:
    spec: Spec = {"a": ("hp.randint", {"max": 4}), "b": ("hp.randint", {"max": 5})}
    searcher = searcher_of(spec, "gridsearch", max_evals=max_evals)
    first = evaluate(searcher, 7)
    rebuilt = searcher_of(spec, "gridsearch", max_evals=max_evals)
    for number, point in enumerate(first):
        rebuilt.add(number, point)
        rebuilt.tell(number, None)
    rebuilt.add(7, {"a": 3, "b": 4})
    further = evaluate(rebuilt, 100)
    points = [tuple(point.values()) for point in (*first, *further)]
    assert len(set(points)) == len(points) == (19 if (3, 4) not in points else 20)
    assert len(further) in (12, 13)


def test_points_from_outside_the_grid_change_nothing() -> None:
    spec: Spec = {"x": ("hp.uniform", {"min": 0, "max": 1})}
    searcher = searcher_of(spec, "gridsearch", grid_points=3)
    searcher.add(5, {"x": 0.2})
    assert [point["x"] for point in evaluate(searcher, 9)] == [0.0, 0.5, 1.0]


def test_levels_that_round_to_the_same_value_are_one() -> None:
    spec: Spec = {"x": ("hp.uniform", {"min": 1, "max": 2})}
    points = evaluate(searcher_of(spec, "gridsearch", grid_points=100, precision=2), 200)
    assert [point["x"] for point in points] == pytest.approx([1 + tenth / 10 for tenth in range(11)])


def test_large_ranges_of_integers_are_not_listed() -> None:
    spec: Spec = {
        "x": ("hp.uniformint", {"min": -(2**52), "max": 2**52}),
        "y": ("hp.randint", {"max": 2**53}),
    }
    grid = Grid(space_of(spec), 10)
    assert grid.size == (2**53 + 1) * 2**53
    assert grid.nested(grid.size - 1) == (2**52, 2**53 - 1)
    assert len({grid.spread(index) for index in range(100)}) == 100
    assert evaluate(searcher_of(spec, "gridsearch"), 1)[0] == {"x": -(2**52), "y": 0}


@given(st.lists(parameters("x"), min_size=1, max_size=3), st.integers(2, 40), st.integers(1, 17))
def test_every_grid_point_lies_in_the_space(
    drafts: list[ParameterDraft], points: int, precision: int
) -> None:
    named = tuple(
        ParameterDraft(f"x{index}", draft.type, draft.settings) for index, draft in enumerate(drafts)
    )
    run = check(Draft({"run.name": "r", "run.objective": "true"}, named)).run
    if run is None:
        return
    space = Space(run.parameters, precision)
    grid = Grid(space, points)
    assert 1 <= grid.size <= space.size
    for index in {0, grid.size // 3, grid.size // 2, grid.size - 1}:
        for point in (grid.nested(index), grid.spread(index)):
            assert space.admitted(space.named(point)) == point
