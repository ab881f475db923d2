"""Spaces that are used up: every point is found, none twice, and a sentence says what can be done."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from search_driving import SMALL, drawing_algorithms, every_algorithm, learning_algorithms
from search_runs import Spec, evaluate, run_of, searcher_of

from worker.spec.points import space_size


@every_algorithm
@pytest.mark.parametrize("workers", [1, 8])
def test_a_small_space_is_used_up_without_repeats(algorithm: str, workers: int) -> None:
    searcher = searcher_of(SMALL, algorithm)
    points = evaluate(searcher, 1000, workers=workers)
    assert len(points) == len({tuple(point.values()) for point in points}) == 12
    assert searcher.ask(1000) is None
    assert searcher.ask(1001) is None
    assert "All 12" in searcher.exhausted_sentence


@learning_algorithms
@pytest.mark.parametrize(
    ("spec", "precision", "size"),
    [
        ({"x": ("hp.randint", {"max": 60})}, 8, 60),
        ({"x": ("hp.quniform", {"min": -3, "max": 3, "q": 0.1})}, 8, 61),
        ({"x": ("hp.uniform", {"min": 1, "max": 5})}, 2, 41),
        ({"x": ("hp.qnormal", {"mu": 0, "sigma": 1, "q": 0.5})}, 8, 33),
        ({"x": ("hp.pchoice", {"values": [["a", 98], ["b", 1.9], ["c", 0.1], ["d", 0]]})}, 8, 3),
        ({"x": ("hp.randint", {"max": 1})}, 8, 1),
        ({"x": ("hp.randint", {"max": 8}), "y": ("hp.choiceint", {"min": 1, "max": 8})}, 8, 64),
    ],
    ids=str,
)
def test_every_point_of_a_space_is_found(algorithm: str, spec: Spec, precision: int, size: int) -> None:
    assert space_size(run_of(spec, algorithm, precision=precision)) == size
    points = evaluate(searcher_of(spec, algorithm, precision=precision), 1000)
    assert len({tuple(point.values()) for point in points}) == len(points) == size


@drawing_algorithms
@settings(max_examples=15)
@given(st.lists(st.integers(1, 6), min_size=1, max_size=4), st.integers(0, 1000))
def test_any_small_space_is_used_up_without_repeats(algorithm: str, counts: list[int], seed: int) -> None:
    kinds = ("hp.randint", "hp.choiceint")
    spec: Spec = {
        f"x{index}": (kinds[index % 2], {"max": count} if index % 2 == 0 else {"min": 1, "max": count})
        for index, count in enumerate(counts)
    }
    points = evaluate(searcher_of(spec, algorithm, seed), 150)
    assert len({tuple(point.values()) for point in points}) == len(points) == min(150, math.prod(counts))


def test_the_sentence_names_what_can_be_done() -> None:
    searcher = searcher_of({"x": ("hp.uniform", {"min": 1, "max": 2})}, "tpe.suggest", precision=1)
    assert len(evaluate(searcher, 10)) == 2
    assert searcher.exhausted_sentence == (
        "All 2 different points of the search space have been proposed. To continue, widen the ranges, "
        "raise precision, or set allow_repeats."
    )


def test_a_space_of_one_point_is_used_up() -> None:
    searcher = searcher_of({"x": ("hp.randint", {"max": 1})}, "tpe.suggest")
    assert len(evaluate(searcher, 10)) == 1
    assert searcher.exhausted_sentence.startswith("The only point of the search space has been proposed. ")


def test_a_large_finite_space_is_used_up() -> None:
    searcher = searcher_of({name: ("hp.randint", {"max": 100}) for name in "ab"}, "hyperopt.rand.suggest")
    points = {tuple(point.values()) for number in range(10_000) if (point := searcher.ask(number))}
    assert len(points) == 10_000
    assert searcher.ask(10_000) is None


def test_rare_values_come_last() -> None:
    weights = [[str(index), 2**index] for index in range(20)]
    points = evaluate(searcher_of({"x": ("hp.pchoice", {"values": weights})}, "hyperopt.rand.suggest"), 20)
    order = [int(point["x"]) for point in points]
    assert sorted(order) == list(range(20))
    assert sum(order[:5]) > 70


def test_a_normal_grows_outwards_where_it_is_used_up() -> None:
    points = evaluate(
        searcher_of({"x": ("hp.qnormal", {"mu": 0, "sigma": 1, "q": 0.1})}, "hyperopt.rand.suggest"), 100
    )
    assert len({point["x"] for point in points}) == 100
    assert max(abs(float(point["x"])) for point in points) < 6.5


@drawing_algorithms
def test_repeats_come_where_they_are_allowed(algorithm: str) -> None:
    points = evaluate(searcher_of(SMALL, algorithm, allow_repeats=True), 40)
    assert len(points) == 40
    assert len({tuple(point.values()) for point in points}) <= 12
