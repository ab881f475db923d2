"""auto as a driver uses it: any history, any space, and how far it comes in few evaluations."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from search_runs import ALL_TYPES, Spec, evaluate, searcher_of, space_of

from worker.search.auto import surrogate
from worker.spec.parameters import Value

any_loss = st.one_of(
    st.none(),
    st.sampled_from([math.nan, math.inf, -math.inf, 0.0, 1.0, -1.0, 1e308, -1e308, 5e-324]),
    st.floats(-10, 10),
)


@settings(max_examples=15)
@given(
    st.sets(st.sampled_from(sorted(ALL_TYPES)), min_size=1, max_size=5),
    st.lists(any_loss, min_size=12, max_size=30),
    st.integers(1, 9),
)
def test_any_history_of_any_space_leads_to_new_points_inside_it(
    names: set[str], losses: list[float | None], running: int
) -> None:
    spec: Spec = {name: ALL_TYPES[name] for name in sorted(names)}
    space = space_of(spec)
    searcher = searcher_of(spec, "auto")
    points: list[tuple[Value, ...]] = []
    for number in range(len(losses) + running):
        values = searcher.ask(number)
        if values is None:
            assert len(points) == space.size
            break
        assert space.admitted(values) == tuple(values.values())
        points.append(tuple(values.values()))
        if number >= running:
            searcher.tell(number - running, losses[number - running])
    assert len(set(points)) == len(points)


@pytest.mark.parametrize(("parameters", "spread"), [(1, 5), (3, 5), (4, 6), (6, 8), (8, 10), (11, 10)])
def test_the_first_trials_are_spread_over_all_parts_of_the_space(parameters: int, spread: int) -> None:
    spec: Spec = {f"x{index}": ("hp.uniform", {"min": 0, "max": 1}) for index in range(parameters)}
    for seed in range(3):
        searcher = searcher_of(spec, "auto", seed=seed)
        points = [searcher.ask(number) for number in range(spread + 2)]
        for name in spec:
            column = [float(point[name]) for point in points if point is not None]
            parts = [min(int(value * spread), spread - 1) for value in column[:spread]]
            assert sorted(parts) == list(range(spread))


def rosenbrock(values: Mapping[str, Value]) -> float:
    x, y, z = (float(value) for value in values.values())
    return 100 * (y - x * x) ** 2 + (1 - x) ** 2 + 100 * (z - y * y) ** 2 + (1 - y) ** 2


@pytest.mark.parametrize("workers", [1, 8])
def test_it_finds_the_end_of_a_curved_valley(workers: int) -> None:
    spec: Spec = {name: ("hp.uniform", {"min": -2, "max": 2}) for name in "xyz"}
    best = {
        algorithm: min(map(rosenbrock, evaluate(searcher_of(spec, algorithm), 80, rosenbrock, workers)))
        for algorithm in ("auto", "tpe.suggest")
    }
    assert best["auto"] < 1 < best["tpe.suggest"]


def test_results_from_elsewhere_count_from_the_first_trial_on() -> None:
    spec: Spec = {"x": ("hp.uniform", {"min": 0, "max": 1}), "y": ("hp.uniform", {"min": 0, "max": 1})}
    searcher = searcher_of(spec, "auto")
    for number in range(25):
        values = {"x": number % 5 / 4, "y": number // 5 / 4}
        searcher.add(1000 + number, values)
        searcher.tell(1000 + number, (values["x"] - 0.3) ** 2 + (values["y"] - 0.8) ** 2)
    first = searcher.ask(0)
    assert first
    assert math.hypot(float(first["x"]) - 0.3, float(first["y"]) - 0.8) < 0.1


def test_a_result_that_is_taken_back_is_forgotten() -> None:
    spec: Spec = {"x": ("hp.uniform", {"min": 0, "max": 1})}
    points: list[Mapping[str, Value] | None] = []
    for misled in (False, True):
        searcher = searcher_of(spec, "auto")
        for number in range(9):
            values = searcher.ask(number)
            assert values
            if number < 8:
                searcher.tell(number, float(values["x"]))
        if misled:
            searcher.tell(8, -100.0)
            searcher.runs_again(8)
        points.append(searcher.ask(9))
    assert points[0] == points[1]


def test_what_was_learnt_before_a_proposal_is_not_learnt_again(monkeypatch: pytest.MonkeyPatch) -> None:
    spec: Spec = {"x": ("hp.uniform", {"min": 0, "max": 1}), "kind": ("hp.choice", {"values": ["a", "b"]})}
    late, early = searcher_of(spec, "auto"), searcher_of(spec, "auto")
    for searcher in (late, early):
        for number in range(20):
            values: Mapping[str, Value] = {"x": number / 20, "kind": "ab"[number % 2]}
            searcher.add(number, values)
            searcher.tell(number, (number / 20 - 0.3) ** 2)
    points = [late.ask(20), late.ask(21)]
    early.catch_up()
    monkeypatch.setattr(surrogate, "fitted", None)
    assert [early.ask(20), early.ask(21)] == points
