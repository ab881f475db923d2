"""Several results: where a front gains, any history of them, and that the same history leads to the same proposals."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from search_runs import Spec, run_of, space_of

from worker.search.auto.encoding import Encoding
from worker.search.auto.front_models import FrontModels, FrontPosterior
from worker.search.auto.front_view import FrontView
from worker.search.auto.surrogate import STYLES
from worker.search.boxes import hypervolume
from worker.search.searcher import Searcher, make_searcher
from worker.spec.algorithms import ALGORITHMS
from worker.spec.parameters import Value
from worker.spec.run import Run

Floats = NDArray[np.float64]
CUBE: Spec = {name: ("hp.uniform", {"min": 0, "max": 1}) for name in "abc"}
MIXED: Spec = {**CUBE, "kind": ("hp.choice", {"values": ["p", "q", "r"]})}
TWO = (("loss", "min"), ("accuracy", "max"))
SEARCHING = [one.name for one in ALGORITHMS.values() if one.fronts]
HERE = [name for name in SEARCHING if "torch" not in ALGORITHMS[name].needs]


def a_run(spec: Spec = MIXED, algorithm: str = "auto") -> Run:
    return run_of(spec, algorithm, results=dict(TWO))


def printed(values: Mapping[str, Value]) -> dict[str, float]:
    """Two results that no point has best together, better where b and c are small."""
    a, b, c = (float(values[name]) for name in "abc")
    return {"loss": a + b * c + (values.get("kind", "p") == "q"), "accuracy": math.sqrt(a) - b - c * c}


def tell(searcher: Searcher, number: int, values: Mapping[str, Value]) -> None:
    found = printed(values)
    searcher.tell(number, found["loss"], found)


def evaluated(searcher: Searcher, count: int) -> list[dict[str, Value]]:
    points = []
    for number in range(count):
        values = searcher.ask(number)
        assert values is not None
        points.append(values)
        tell(searcher, number, values)
    return points


def a_posterior(far: bool) -> tuple[Encoding, FrontPosterior]:
    encoding = Encoding.of(space_of(MIXED).dimensions)
    rows = encoding.draw(20, np.random.default_rng(0))
    vectors = np.column_stack(
        [rows[:, 0] + rows[:, 1], 1 - rows[:, 0] + rows[:, 2] ** 2, np.sin(9 * rows[:, 1])]
    )
    models = FrontModels(encoding, STYLES[0], np.full(3, np.nan), 6)
    return encoding, models.posterior(rows, vectors, 0, far)


@pytest.mark.parametrize("running", [0, 3])
@pytest.mark.parametrize("far", [True, False])
def test_the_gain_of_a_front_is_what_draws_say_and_knows_its_slope(running: int, far: bool) -> None:
    encoding, posterior = a_posterior(far)
    generator = np.random.default_rng(4)
    gain = posterior.gain(encoding.draw(running, generator))
    row = np.array([0.37, 0.2, 0.61, 1.0])
    value, slope = gain.with_slope(row, encoding.continuous)
    assert value == pytest.approx(float(gain(row[None])[0]), rel=1e-8)
    for position, found in zip(encoding.continuous, slope, strict=True):
        step = np.zeros(4)
        step[position] = 1e-6
        beyond, before = (float(gain((row + side * step)[None])[0]) for side in (1, -1))
        assert found == pytest.approx((beyond - before) / 2e-6, rel=1e-3, abs=1e-3)
    if not running and not far:
        means, deviations = posterior.predicted(row)
        front = posterior.known_front()
        drawn = [front.gain(point) for point in means + deviations * generator.standard_normal((20_000, 3))]
        assert math.exp(value) == pytest.approx(np.mean(drawn), rel=0.05)


vectors = st.lists(st.tuples(st.floats(-1e308, 1e308), st.floats(-10, 10)), min_size=1, max_size=12).map(
    lambda rows: np.array(rows, dtype=float)
)


@given(vectors, st.sampled_from([1.0, 1e-200, 1e200]))
def test_a_view_keeps_the_order_of_results_and_finds_the_way_back(results: Floats, scale: float) -> None:
    results = results * np.array([1.0, scale])
    reference = np.clip(results, -1e150, 1e150).max(axis=0) + 1.0
    view = FrontView.of(results, reference)
    assert np.isfinite(view.values).all()
    for column, seen in zip(np.clip(results, -1e150, 1e150).T, view.values.T, strict=True):
        order = np.argsort(column, kind="stable")
        assert (np.diff(seen[order]) >= -1e-9).all()


@given(st.lists(st.floats(-100, 100), min_size=2, max_size=8), st.floats(-50, 50))
def test_a_value_of_a_model_stands_for_its_result(results: list[float], bend: float) -> None:
    column = np.array(results)[:, None]
    view = FrontView.of(column, np.array([bend]))
    back = [view.result(0, value) for value in view.values[:, 0].tolist()]
    assert back == pytest.approx(results, rel=1e-6, abs=1e-6 * (abs(bend) + 100))


ends = st.sampled_from(["ok", "failed", "nan", "running", "lacking", "again"])
numbers = st.sampled_from([0.0, 1.0, -1.0, 0.5, 1e-300, 1e300, -1e300]) | st.floats(-1e6, 1e6)
histories = st.lists(st.tuples(ends, numbers, numbers), min_size=8, max_size=16)


@settings(max_examples=15)
@given(histories, st.booleans())
@example([("ok", 1.0, 1.0)] * 10, False)  # nothing but ties
@example([("failed", 0.0, 0.0)] * 10, False)
@example([("ok", 1e300, -1e300), ("ok", -1e300, 1e300)] * 5, False)
@example([("lacking", 1.0, 0.0)] * 10, True)
def test_any_history_leads_to_a_new_point_of_the_space(
    history: list[tuple[str, float, float]], foreign: bool
) -> None:
    run = a_run()
    searcher, space, seen = make_searcher(run, 3), space_of(MIXED), set()
    for number, (end, loss, accuracy) in enumerate(history):
        values = searcher.ask(number)
        assert values is not None
        space.admitted(values)
        assert tuple(values.values()) not in seen
        seen.add(tuple(values.values()))
        if end in ("ok", "again"):
            searcher.tell(number, loss, {"loss": loss, "accuracy": accuracy})
        elif end == "lacking":
            searcher.tell(number, loss, {"loss": loss})
        elif end != "running":
            searcher.tell(number, None, {"loss": math.nan, "accuracy": accuracy} if end == "nan" else {})
        if end == "again":
            searcher.runs_again(number)
    if foreign:
        for number in range(6):
            values = {"a": number / 9, "b": 0.25, "c": 0.5, "kind": "q"}
            searcher.add(100 + number, values, foreign=True)
            searcher.tell(100 + number, 1.0, {"loss": 1.0, "accuracy": float(number)})
    values = searcher.ask(1000)
    assert values is not None
    space.admitted(values)


@pytest.mark.parametrize("algorithm", [name for name in HERE if name != "optuna.nsga2"])
def test_a_run_that_is_taken_up_again_goes_on_the_same(algorithm: str) -> None:
    run = a_run(algorithm=algorithm)
    points = evaluated(make_searcher(run, 5), 16)
    other = make_searcher(run, 5)
    told = range(13)
    for number in reversed(told) if algorithm == "auto" else told:  # Optuna's see the order
        other.add(number, points[number])
        tell(other, number, points[number])
    for number in range(13, 16):
        assert other.ask(number) == points[number]
        tell(other, number, points[number])


@pytest.mark.parametrize(("algorithm", "count"), [("auto", 30), ("optuna.tpe", 60)])
def test_a_front_comes_out_that_has_more_volume_than_that_of_chance(algorithm: str, count: int) -> None:
    def volume(name: str) -> float:
        found = [printed(values) for values in evaluated(make_searcher(a_run(CUBE, name), 2), count)]
        points = np.array([[one["loss"], -one["accuracy"]] for one in found])
        return hypervolume(points, np.array([1.1, 0.0]))

    assert volume(algorithm) > 1.1 * volume("hyperopt.rand.suggest")


def test_ten_results_are_searched_in_bounded_time() -> None:
    run = run_of(CUBE, "auto", results={f"r{place}": "min" for place in range(10)})
    searcher, generator = make_searcher(run, 1), np.random.default_rng(0)
    for number in range(60):
        values = {name: float(value) for name, value in zip("abc", generator.random(3).round(8), strict=True)}
        outputs = {f"r{place}": float(value) for place, value in enumerate(generator.random(10))}
        searcher.add(number, values)
        searcher.tell(number, outputs["r0"], outputs)
    assert searcher.ask(60) is not None
    assert searcher.expectation({"a": 0.5, "b": 0.5, "c": 0.5}) is not None


def test_a_reference_point_keeps_the_search_to_what_is_of_use() -> None:
    run = run_of(CUBE, "auto", results=dict(TWO), reference={"loss": 0.3})
    late = evaluated(make_searcher(run, 1), 30)[12:]
    assert sum(printed(values)["loss"] < 0.3 for values in late) > len(late) / 2


def test_it_says_what_it_expects_of_every_result() -> None:
    searcher = make_searcher(a_run(CUBE), 1)
    evaluated(searcher, 20)
    values = {"a": 0.5, "b": 0.1, "c": 0.1}
    expected = searcher.expectation(values)
    assert expected is not None
    assert "each of 2 results" in expected.model
    assert expected.low < expected.mean < expected.high
    assert expected.mean == pytest.approx(printed(values)["loss"], abs=0.1)
    (other,) = expected.others
    assert other.name == "accuracy"
    assert other.low < other.mean < other.high
    assert other.mean == pytest.approx(printed(values)["accuracy"], abs=0.1)
    assert 0 <= expected.improvement < 1
