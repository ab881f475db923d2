"""Several results whose norm is the loss: each is modelled, any history of them is borne, and fits are found far sooner."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from search_runs import Spec, run_of, searcher_of, space_of

from worker.search.auto.composite import NormPosterior
from worker.search.auto.encoding import Encoding
from worker.search.auto.fit import first_guess, kernel_of
from worker.search.auto.residuals import MOST_COMPONENTS, Residuals, completed
from worker.search.outline import outline
from worker.search.searcher import Searcher
from worker.search.several import common_length, several_results
from worker.spec.parameters import Value
from worker.trial import MOST_OUTPUTS, Status, Trial

Floats = NDArray[np.float64]
CUBE: Spec = {name: ("hp.uniform", {"min": 0, "max": 1}) for name in "abc"}
MIXED: Spec = {**CUBE, "kind": ("hp.choice", {"values": ["p", "q", "r"]})}


def named(results: Sequence[float]) -> dict[str, float]:
    return {f"RESULT{number}": result for number, result in enumerate(results, 1)}


def residuals(values: Mapping[str, Value]) -> list[float]:
    a, b, c = (float(values[name]) for name in "abc")
    return [a - 0.3 + 0.5 * math.sin(2 * b), 2 * b - 1.2 + c * a, 3 * c - 0.6 - b * b, a * b * c]


def a_model(count: int = 25) -> tuple[Encoding, NormPosterior]:
    encoding = Encoding.of(space_of(MIXED).dimensions)
    rows = encoding.draw(count, np.random.default_rng(0))
    vectors = np.column_stack([np.sin(7 * rows[:, 0]), rows[:, 2] - 0.3, 3 * rows[:, 1] - rows[:, 0]])
    kernel = kernel_of(first_guess(4, 2.0))
    return encoding, NormPosterior(encoding, kernel, rows, Residuals(vectors))


@pytest.mark.parametrize("running", [0, 3])
def test_the_improvement_of_a_norm_knows_its_slope(running: int) -> None:
    encoding, posterior = a_model()
    others = encoding.draw(running, np.random.default_rng(4))
    draws = np.random.default_rng(5).standard_normal((running, 8, 3))
    best = posterior.best()
    improvement = (
        posterior.improvement_beside(others, best, draws) if running else posterior.improvement(best)
    )
    row = np.array([0.37, 0.2, 0.61, 1.0])
    value, slope = improvement.with_slope(row, encoding.continuous)
    assert value == pytest.approx(float(improvement(row[None])[0]), rel=1e-8)
    for position, found in zip(encoding.continuous, slope, strict=True):
        step = np.zeros(4)
        step[position] = 1e-6
        up, down = improvement((row + step)[None]), improvement((row - step)[None])
        assert found == pytest.approx(float(up[0] - down[0]) / 2e-6, rel=1e-3, abs=1e-4)


def test_the_improvement_of_a_norm_is_the_mean_over_what_may_come() -> None:
    _, posterior = a_model(8)
    row = np.array([0.9, 0.1, 0.5, 2.0])
    drawn = posterior.drawn(row)
    best = float(np.quantile(drawn, 0.7))
    expected = float(np.maximum(best - drawn, 0).mean())
    assert math.exp(float(posterior.improvement(best)(row[None])[0])) == pytest.approx(expected, rel=0.05)


def test_a_running_trial_keeps_others_away() -> None:
    _, posterior = a_model(8)
    place = np.array([[0.9, 0.1, 0.5, 2.0]])
    best = posterior.best()
    half = np.random.default_rng(5).standard_normal((1, 4, 3))
    beside = posterior.improvement_beside(place, best, np.concatenate([half, -half], axis=1))
    assert beside(place)[0] < posterior.improvement(best)(place)[0] - 0.5


@settings(max_examples=60)
@given(
    st.lists(st.lists(st.integers(-50, 50), min_size=3, max_size=3), min_size=2, max_size=30),
    st.sampled_from([1e-300, 1e-9, 1.0, 1e290]),
)
def test_components_keep_the_norm(vectors: list[list[int]], scale: float) -> None:
    array = np.array(vectors, dtype=float)
    seen = Residuals(array * scale)
    sizes = np.abs(array)
    near = (sizes <= 20 * np.maximum(np.quantile(sizes, 0.5, axis=0), 1e-9)).all(axis=1)
    norms = [seen.loss(norm) / scale for norm in seen.norms(seen.standardised)]
    assert np.array(norms)[near] == pytest.approx(np.linalg.norm(array, axis=1)[near], rel=1e-6, abs=1e-9)


def test_many_results_are_few_components() -> None:
    generator = np.random.default_rng(1)
    vectors = generator.standard_normal((40, 5)) @ generator.standard_normal((5, 200))
    seen = Residuals(vectors)
    assert seen.standardised.shape == (40, MOST_COMPONENTS)
    norms = [seen.loss(norm) for norm in seen.norms(seen.standardised)]
    assert norms == pytest.approx(np.linalg.norm(vectors, axis=1), rel=1e-6)


def test_what_has_no_vector_is_as_bad_as_its_loss_says_and_looks_like_what_is_near() -> None:
    rows = np.array([[0.0], [1.0], [0.9]])
    vectors = np.array([[3.0, 4.0], [-1.0, 0.0], [np.nan, np.nan]])
    complete = completed(vectors, np.array([5.0, 1.0, 5.0]), rows)
    assert complete.tolist() == [[3, 4], [-1, 0], [-5, 0]]


def test_results_count_where_the_loss_is_their_norm() -> None:
    assert several_results({"RESULT1": 3.0, "x": 1.0, "RESULT2": -4.0}, 5.0) == (3.0, -4.0)
    assert several_results({"RESULT1": 3.0, "RESULT2": -4.0}, 7.0) == ()
    assert several_results({"RESULT1": 3.0, "RESULT2": -4.0}, -5.0) == ()
    assert several_results({"RESULT2": 3.0}, 3.0) == ()
    assert several_results({}, 0.0) == ()
    assert several_results({"RESULT1": 1.5e308, "RESULT2": 1.5e308}, math.inf) == ()
    assert several_results({"RESULT1": -2.0}, 2.0) == (-2.0,)
    assert common_length([(1, 2), (1, 2), (), (3,)]) == 0
    assert common_length([(1, 2), (1, 2), (3,)]) == 2
    assert common_length([]) == 0


numbers = st.one_of(
    st.sampled_from([0.0, 1.0, -1.0, 1e300, -1e300, 1e-300, 5e-324, 1e154]), st.floats(-10, 10)
)
endings = st.one_of(st.none(), st.lists(numbers, min_size=1, max_size=3), st.just([2.0, 2.0]))


@settings(max_examples=12)
@example([[2.0, 2.0]] * 5 + [[9.0, 1e300], [-1e300, 1e-300], None, [5e-324], [2.0, 2.0]] * 2, 61, 4)
@example([[0.0, 0.0]] * 12, 20, 1)
@given(st.lists(endings, min_size=12, max_size=26), st.integers(1, 200), st.integers(1, 6))
def test_any_history_of_vectors_leads_to_new_points(
    histories: list[list[float] | None], length: int, running: int
) -> None:
    space, searcher = space_of(MIXED), searcher_of(MIXED, "auto")
    points: list[tuple[Value, ...]] = []
    for number in range(len(histories) + running):
        values = searcher.ask(number)
        assert values is not None
        assert space.admitted(values) == tuple(values.values())
        points.append(tuple(values.values()))
        if number >= running:
            short = histories[number - running]
            vector = None if short is None else [short[place % len(short)] for place in range(length)]
            if short is not None and len(short) == 1:
                vector = short  # another number of results
            loss = None if vector is None else math.hypot(*vector)
            searcher.tell(number - running, loss, named(vector or []))
    assert len(set(points)) == len(points)


def solvable(values: Mapping[str, Value]) -> list[float]:
    """Three of the residuals, all of which are 0 at a=0.3, b=0.6, c=0.2."""
    there = residuals({"a": 0.3, "b": 0.6, "c": 0.2})
    return [one - zero for one, zero in zip(residuals(values), there, strict=True)][:3]


def best_of(trials: int, seen: Callable[[list[float]], Mapping[str, float]]) -> float:
    searcher, best = searcher_of(CUBE, "auto"), math.inf
    for number in range(trials):
        values = searcher.ask(number)
        assert values is not None
        loss = math.hypot(*solvable(values))
        best = min(best, loss)
        searcher.tell(number, loss, seen(solvable(values)))
    return best


def test_residuals_lead_to_the_least_of_them_far_sooner_than_their_norm() -> None:
    assert best_of(18, named) < 1e-3
    assert best_of(18, lambda _: {}) > 1e-2


def known(
    trials: int,
    order: Callable[[int], int] = lambda number: number,
    *,
    maximised: bool = False,
    costs: bool = False,
) -> Searcher:
    """A searcher that was told of trials all over the space."""
    searcher = searcher_of(CUBE, "auto")
    steps = dict(zip("abc", (0.618, 0.414, 0.732), strict=True))
    points = [{name: number * step % 1 for name, step in steps.items()} for number in range(trials)]
    for number, values in enumerate(points):
        searcher.add(number, values)
    for number in sorted(range(trials), key=order):
        loss = math.hypot(*residuals(points[number]))
        results = [abs(one) if costs else one for one in residuals(points[number])]
        searcher.tell(number, -loss if maximised else loss, named(results))
    return searcher


def words(searcher: Searcher) -> str:
    expected = searcher.expectation({"a": 0.2, "b": 0.4, "c": 0.3})
    assert expected is not None
    return expected.model


def test_it_says_what_it_models_and_expects_about_what_is_there() -> None:
    searcher = known(30)
    expected = searcher.expectation({"a": 0.2, "b": 0.4, "c": 0.3})
    assert expected is not None
    assert expected.model == "Gaussian process of each of 4 results, for their norm"
    assert expected.low <= expected.mean <= expected.high
    assert expected.mean == pytest.approx(math.hypot(*residuals({"a": 0.2, "b": 0.4, "c": 0.3})), rel=0.1)


def test_every_fourth_trial_is_for_a_model_of_the_norm_alone() -> None:
    models = [words(known(count)) for count in range(20, 28)]
    assert ["each of 4 results" in model for model in models] == [False, True, True, True] * 2


def test_of_costs_every_second_one_is() -> None:
    models = [words(known(count, costs=True)) for count in range(20, 24)]
    assert ["each of 4 results" in model for model in models] == [False, True] * 2


def test_the_order_in_which_results_were_told_does_not_matter() -> None:
    assert known(21).ask(21) == known(21, lambda number: number * 8 % 21).ask(21)


def test_what_is_to_be_as_large_as_possible_is_one_number() -> None:
    assert "each of" not in words(known(21, maximised=True))


def a_trial(number: int, results: Sequence[float], status: Status = Status.OK) -> Trial:
    loss = math.hypot(*results) if results else 1.0
    return Trial(number=number, values={"a": 0.5}, status=status, loss=loss, outputs=named(results))


def test_status_says_of_how_many_results_there_are_models() -> None:
    run = run_of(CUBE, "auto")
    trials = [a_trial(number, [1.0, 2.0]) for number in range(9)]
    assert outline(run, trials).startswith("Gaussian processes of 2 results on 3 parameters")
    assert outline(run, [a_trial(number, []) for number in range(9)]).startswith("Gaussian process on 3")
    failed = [a_trial(9 + number, [1.0, 2.0, 3.0], Status.FAILED) for number in range(20)]
    assert "of 2 results" in outline(run, [*trials, *failed])
    assert "results on" not in outline(run_of(CUBE, "auto", direction="max"), trials)


def test_status_says_why_so_many_results_are_one_number() -> None:
    def printed(count: int) -> list[Trial]:
        kept = min(count, MOST_OUTPUTS)
        return [replace(a_trial(number, [1.0] * kept), loss=math.sqrt(count)) for number in range(9)]

    run = run_of(CUBE, "auto")
    assert outline(run, printed(200)).startswith("Gaussian processes of 200 results on 3 parameters")
    assert outline(run, printed(201)).startswith(
        "Gaussian process of the norm alone, since only 200 columns are kept, on 3 parameters"
    )
    assert "norm" not in outline(run_of(CUBE, "auto", direction="max"), printed(201))
    of_one = [replace(trial, loss=0.5) for trial in printed(201)]  # a RESULT of its own, beside 200 columns
    assert "norm" not in outline(run, of_one)
