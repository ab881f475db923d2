"""How many different points a run has, and what is said of that before it starts."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from search_runs import ALL_TYPES, Spec, evaluate, run_of, searcher_of

from worker.spec.check import check
from worker.spec.points import MANY, different_points, grid_size, most_evaluations
from worker.spec.problem import Problem
from worker.spec.run import Draft, ParameterDraft


def remarks(spec: Spec, **values: object) -> list[Problem]:
    """What the check says of the size of a run's space."""
    fields = {f"search.{key}": value for key, value in values.items() if key != "workers"}
    draft = Draft(
        {
            "run.name": "r",
            "run.objective": " ".join(f"($x_{index})" for index in range(len(spec))),
            "run.workers": values.get("workers", 1),
            **fields,
        },
        tuple(ParameterDraft(name, kind, raw_settings) for name, (kind, raw_settings) in spec.items()),
    )
    return [
        problem for problem in check(draft).problems if problem.path in ("search.max_evals", "run.workers")
    ]


def three(count: int) -> Spec:
    """Three parameters with `count` values each."""
    return {name: ("hp.choice", {"values": [str(number) for number in range(count)]}) for name in "abc"}


def test_a_space_smaller_than_the_budget_is_said() -> None:
    (note,) = remarks(three(3), max_evals=1000)
    assert (note.path, note.severity) == ("search.max_evals", "note")
    assert note.message == "The space has 27 points, so at most 27 evaluations."
    assert "allow_repeats" in note.hint


def test_a_space_of_one_point_is_said_in_the_singular() -> None:
    (note,) = remarks({"x": ("hp.randint", {"max": 1})}, max_evals=2)
    assert note.message == "The space has 1 point, so at most 1 evaluation."


def test_what_the_budget_ends_is_no_remark() -> None:
    assert remarks(three(3), max_evals=27) == []
    assert remarks(three(3), max_evals=1000, allow_repeats=True) == []
    assert remarks({"x": ("hp.uniform", {"min": 0, "max": 1})}, max_evals=10_000_000) == []


def test_a_grid_says_its_size_in_both_directions() -> None:
    (smaller,) = remarks(three(3), max_evals=1000, algorithm="gridsearch", allow_repeats=True)
    assert smaller.message == "The grid has 27 points, so at most 27 evaluations."
    assert "allow_repeats" not in smaller.hint
    (larger,) = remarks(three(3), max_evals=20, algorithm="gridsearch")
    assert larger.message.startswith("The grid has 27 points, of which only 20 are evaluated")
    assert remarks(three(3), max_evals=27, algorithm="gridsearch") == []


def test_a_huge_grid_is_not_counted_to_its_end() -> None:
    spec: Spec = {f"x{index}": ("hp.uniform", {"min": 0, "max": 1}) for index in range(100)}
    (note,) = remarks(spec, max_evals=20, algorithm="gridsearch", grid_points=10_000)
    assert note.message.startswith("The grid has more than 10,000,000 points, of which only 20 ")


def test_more_workers_than_points_are_said_once() -> None:
    warnings = [
        problem for problem in remarks(three(3), max_evals=1000, workers=40) if problem.path == "run.workers"
    ]
    assert [problem.message for problem in warnings] == [
        "There are more workers (40) than points of the space (27)."
    ]
    warnings = [
        problem for problem in remarks(three(3), max_evals=30, workers=40) if problem.path == "run.workers"
    ]
    assert [problem.message for problem in warnings] == ["There are more workers (40) than evaluations (30)."]


@pytest.mark.parametrize("name", ALL_TYPES)
def test_a_grid_has_as_many_points_as_are_evaluated(name: str) -> None:
    for points in (2, 5, 100):
        run = run_of({name: ALL_TYPES[name]}, "gridsearch", grid_points=points, max_evals=3000)
        evaluated = evaluate(searcher_of({name: ALL_TYPES[name]}, "gridsearch", grid_points=points), 3000)
        assert grid_size(run) == most_evaluations(run) == len(evaluated)


@settings(max_examples=25)
@given(st.lists(st.integers(1, 5), min_size=1, max_size=4), st.integers(1, 300), st.booleans())
def test_a_run_comes_to_as_many_evaluations_as_is_said(counts: list[int], budget: int, grid: bool) -> None:
    spec: Spec = {f"x{index}": ("hp.randint", {"max": count}) for index, count in enumerate(counts)}
    algorithm = "gridsearch" if grid else "hyperopt.rand.suggest"
    most = most_evaluations(run_of(spec, algorithm, max_evals=budget))
    assert most == min(budget, math.prod(counts))
    assert len(evaluate(searcher_of(spec, algorithm, max_evals=budget), budget)) == most


def test_repeated_points_have_no_end() -> None:
    run = run_of(three(2), allow_repeats=True, max_evals=50)
    assert different_points(run) is None and most_evaluations(run) == 50
    assert (different_points(run_of(ALL_TYPES)) or 0) > MANY
