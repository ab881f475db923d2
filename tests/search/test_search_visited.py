"""Points that were proposed: the nearest new one is found, and results from elsewhere take what they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

import pytest
from search_runs import Spec, run_of, space_of

from worker.search.points_taken import points_taken
from worker.search.space import Point
from worker.search.visited import Visited
from worker.spec.parameters import Value

TEN: Spec = {"n": ("hp.randint", {"max": 10})}
TWO: Spec = {"n": ("hp.randint", {"max": 10}), "m": ("hp.randint", {"max": 4})}
KINDS: Spec = {"kind": ("hp.choice", {"values": ["a", "b", "c", "d", "e"]})}
REAL: Spec = {"x": ("hp.uniform", {"min": 0, "max": 1})}


def nearest(spec: Spec, visited: Sequence[Point], near: Point) -> set[Point | None]:
    """What is found under many seeds."""
    points = Visited(space_of(spec))
    for point in visited:
        points.add(point)
    return {points.unvisited(near, Random(seed)) for seed in range(60)}


@pytest.mark.parametrize(
    ("visited", "near", "found"),
    [
        ([5], 5, {4, 6}), ([4, 5, 6], 5, {3, 7}), ([4, 5], 5, {6}), ([5, 6], 5, {4}), ([0], 0, {1}), ([9], 9, {8}),
        ([0, 1, 2], 0, {3}), ([8, 9], 9, {7}), ([*range(9)], 0, {9}), ([*range(1, 10)], 9, {0}),
    ],
)  # fmt: skip
def test_the_nearest_new_number_is_taken_to_either_side(
    visited: list[int], near: int, found: set[int]
) -> None:
    assert nearest(TEN, [(number,) for number in visited], (near,)) == {(number,) for number in found}


@pytest.mark.parametrize(
    ("visited", "near", "found"), [("a", "a", "be"), ("abe", "a", "cd"), ("e", "e", "ad"), ("abcd", "b", "e")]
)
def test_categories_have_no_ends(visited: str, near: str, found: str) -> None:
    assert nearest(KINDS, [(kind,) for kind in visited], (near,)) == {(kind,) for kind in found}


def test_one_parameter_changes_by_as_little_as_possible() -> None:
    assert nearest(TWO, [(5, 2)], (5, 2)) == {(4, 2), (6, 2), (5, 1), (5, 3)}
    assert nearest(TWO, [(5, 2), (4, 2), (6, 2), (5, 1), (5, 3)], (5, 2)) == {(3, 2), (7, 2), (5, 0)}


def test_others_are_found_where_no_single_change_is_new() -> None:
    cross = [(number, 2) for number in range(10)] + [(5, number) for number in range(4)]
    rest = {(n, m) for n in range(10) for m in range(4)} - set(cross)
    found = nearest(TWO, cross, (5, 2))
    assert found <= rest
    assert len(found) > 10


def test_the_last_point_is_found_and_then_none() -> None:
    points = Visited(space_of(TWO))
    for n in range(10):
        for m in range(4):
            if (n, m) != (7, 3):
                points.add((n, m))
    assert points.unvisited((0, 0), Random(1)) == (7, 3)
    points.add((7, 3))
    assert len(points) == 40
    assert [points.unvisited((0, 0), Random(seed)) for seed in range(2)] == [None, None]


@pytest.mark.parametrize(
    ("spec", "algorithm", "evaluated", "taken"),
    [
        (TEN, "auto", [], 0),
        (TEN, "auto", [{"n": 3}, {"n": 3}, {"n": "3.0"}, {"n": 4}], 2),
        (TEN, "auto", [{"n": 3}, {"n": 10}, {"n": -1}, {"m": 3}, {"n": 2.5}], 1),
        (KINDS, "auto", [{"kind": "a"}, {"kind": "f"}], 1),
        (REAL, "auto", [{"x": 0.5}, {"x": 0.1234567891234}, {"x": 2.0}], 1),
        (REAL, "gridsearch", [{"x": 0.5}, {"x": 0.3}, {"x": 0.0}, {"x": 1.0}], 3),
        (TEN, "gridsearch", [{"n": 3}, {"n": 9}], 2),
    ],
)  # fmt: skip
def test_results_from_elsewhere_take_the_points_that_a_run_would_propose(
    spec: Spec, algorithm: str, evaluated: list[Mapping[str, Value]], taken: int
) -> None:
    assert points_taken(run_of(spec, algorithm, grid_points=3), evaluated) == taken
