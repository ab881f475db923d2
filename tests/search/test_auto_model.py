"""The parts of auto: gradients against differences, formulas against their definitions, coordinates of every type."""

from __future__ import annotations

import math
from itertools import combinations
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import integrate, stats
from search_runs import ALL_TYPES, Spec, space_of

from worker.search.auto import schedule, warps
from worker.search.auto.acquisition import log_improvement
from worker.search.auto.encoding import Encoding
from worker.search.auto.fit import (
    LogPosterior,
    common_prior,
    even_prior,
    first_guess,
    fitted,
    kernel_of,
)
from worker.search.auto.posterior import Posterior
from worker.search.hypercube import latin_hypercube

Floats = NDArray[np.float64]
MIXED: Spec = {
    "x": ("hp.uniform", {"min": -1, "max": 3}),
    "n": ("hp.uniformint", {"min": 1, "max": 4}),
    "kind": ("hp.choice", {"values": ["a", "b", "c"]}),
    "rate": ("hp.loguniform", {"min": -5, "max": 0}),
}
losses_of_any_size = st.lists(
    st.floats(allow_nan=False, allow_infinity=False, width=64), min_size=1, max_size=40
).map(np.array)


def encoding_of(spec: Spec) -> Encoding:
    return Encoding.of(space_of(spec).dimensions)


def drawn(spec: Spec, count: int, seed: int = 0) -> tuple[Encoding, Floats]:
    encoding = encoding_of(spec)
    return encoding, encoding.draw(count, np.random.default_rng(seed))


def slope_by_differences(function: object, at: Floats, positions: list[int]) -> Floats:
    assert callable(function)
    slopes = []
    for position in positions:
        step = np.zeros_like(at)
        step[position] = 1e-5
        slopes.append((function(at + step) - function(at - step)) / 2e-5)
    return np.array(slopes)


@pytest.mark.parametrize("prior", [even_prior, common_prior])
def test_the_fit_knows_its_slope(prior: object) -> None:
    assert callable(prior)
    encoding, rows = drawn(MIXED, 20)
    embedded = encoding.embed(rows)
    distances = encoding.squared_distances(embedded, embedded)
    posterior = LogPosterior(distances, np.random.default_rng(1).standard_normal(20), prior)
    at = first_guess(4, 0.7) + np.random.default_rng(2).uniform(-0.5, 0.5, 11)
    expected = slope_by_differences(lambda x: posterior(x)[0], at, list(range(11)))
    assert posterior(at)[1] == pytest.approx(expected, rel=1e-4, abs=1e-5)


@pytest.mark.parametrize("running", [0, 3])
def test_the_improvement_knows_its_slope(running: int) -> None:
    encoding, rows = drawn(MIXED, 25)
    losses = warps.standardised(np.array([math.sin(7 * row[0]) + row[2] for row in rows]))
    posterior = Posterior(encoding, kernel_of(first_guess(4, 2.0)), rows, losses)
    draws = np.random.default_rng(3).standard_normal((running, 4))
    others = encoding.draw(running, np.random.default_rng(4))
    improvement = (
        posterior.improvement_beside(others, -1.0, draws) if running else posterior.improvement(-1.0)
    )
    row = np.array([0.37, rows[0, 1], 1.0, 0.61])
    value, slope = improvement.with_slope(row, encoding.continuous)
    assert value == pytest.approx(float(improvement(row[None])[0]), rel=1e-8)
    assert encoding.continuous.tolist() == [0, 3]
    expected = slope_by_differences(lambda x: float(improvement(x[None])[0]), row, [0, 3])
    assert slope == pytest.approx(expected, rel=1e-3, abs=1e-4)


@settings(max_examples=60)
@given(st.floats(-3, 3), st.floats(0.05, 3), st.floats(-6, 6))
def test_the_improvement_is_what_it_is_defined_as(mean: float, deviation: float, best: float) -> None:
    density = stats.norm(mean, deviation).pdf
    low = min(mean - 10 * deviation, best - 1)
    expected = integrate.quad(
        lambda y: (best - y) * density(y), low, best, points=[min(mean, best)], limit=200
    )[0]
    found = float(log_improvement(np.array([mean]), np.array([deviation]), np.array([best]))[0])
    if expected > 1e-12:
        assert math.exp(found) == pytest.approx(expected, rel=1e-5)


def test_the_improvement_is_a_number_where_it_is_nothing() -> None:
    far = log_improvement(np.zeros(4), np.full(4, 1e-3), np.array([-0.05, -1.0, -30.0, -1e5]))
    assert np.isfinite(far).all()
    assert (np.diff(far) < 0).all()


@settings(max_examples=100)
@given(losses_of_any_size)
def test_warps_keep_the_order_of_any_losses(losses: Floats) -> None:
    filled = warps.filled(losses)
    for warped in (
        warps.standardised(filled),
        warps.standardised(warps.half_ranked(warps.standardised(filled))),
    ):
        assert np.isfinite(warped).all()
        assert (np.diff(warped[np.argsort(losses, kind="stable")]) >= -1e-9).all()


@settings(max_examples=100)
@given(st.lists(st.floats(-50, 50), min_size=2, max_size=40).map(np.array))
def test_the_power_transform_keeps_the_order(values: Floats) -> None:
    warped = warps.made_even(values)
    assert np.isfinite(warped).all()
    assert (np.diff(warped[np.argsort(values, kind="stable")]) >= -1e-9 * (1 + np.abs(warped).max())).all()


def test_skewed_losses_get_even() -> None:
    skewed = np.exp(np.random.default_rng(0).standard_normal(200) * 1.5)
    warped = warps.made_even(warps.standardised(skewed))
    assert abs(stats.skew(warped)) < 0.6
    assert stats.skew(skewed) > 2


def test_what_failed_counts_as_the_worst_that_did_not() -> None:
    assert warps.filled(np.array([2.0, math.inf, -1.0])).tolist() == [2.0, 2.0, -1.0]
    assert warps.filled(np.array([math.inf, math.inf])).tolist() == [0.0, 0.0]


def test_every_type_comes_back_from_its_coordinates() -> None:
    space = space_of(ALL_TYPES)
    encoding, generator = Encoding.of(space.dimensions), Random(1)
    points = [space.draw(generator) for _ in range(60)]
    columns = [np.array(column) for column in zip(*(space.encode(point) for point in points), strict=True)]
    rows = encoding.rows(columns)
    numeric = rows[:, encoding.numeric]
    assert ((numeric >= 0) & (numeric <= 1)).all()
    for point, row in zip(points, encoding.snap(rows.copy()), strict=True):
        back = space.decode(encoding.latents(row))
        for name, value, again in zip(ALL_TYPES, point, back, strict=True):
            expected = value if isinstance(value, str) else pytest.approx(value, rel=1e-6)
            assert again == expected, name


def test_integers_without_an_order_have_one_for_the_model() -> None:
    encoding = encoding_of({name: ALL_TYPES[name] for name in ("choiceint", "choicestep", "choice")})
    assert encoding.categorical.tolist() == [2]


def test_categories_are_one_apart() -> None:
    encoding = encoding_of({"kind": ("hp.choice", {"values": ["a", "b", "c"]})})
    embedded = encoding.embed(np.array([[0.0], [1.0], [1.0]]))
    assert encoding.squared_distances(embedded, embedded)[0] == pytest.approx(
        np.array([[0, 1, 1], [1, 0, 0], [1, 0, 0]])
    )


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.floats(1e-4, 0.5))
def test_mutants_lie_in_the_space(seed: int, scale: float) -> None:
    space = space_of(ALL_TYPES)
    encoding = Encoding.of(space.dimensions)
    generator = np.random.default_rng(seed)
    parents = encoding.draw(20, generator)
    mutants = encoding.mutants(parents, np.full(20, scale), generator)
    assert np.array_equal(mutants, encoding.snap(mutants.copy()))
    for row in mutants:
        point = space.decode(encoding.latents(row))
        assert space.admitted(space.named(point)) == point


def test_rare_categories_are_drawn_rarely() -> None:
    encoding = encoding_of({"kind": ("hp.pchoice", {"values": [["a", 1], ["b", 99]]})})
    rows = encoding.draw(2_000, np.random.default_rng(0))
    assert 2 <= int((rows[:, 0] == 0).sum()) <= 50


def test_a_fit_finds_what_matters() -> None:
    spec: Spec = {name: ("hp.uniform", {"min": 0, "max": 1}) for name in "abc"}
    encoding, rows = drawn(spec, 60)
    losses = warps.standardised(np.sin(9 * rows[:, 1]))
    embedded = encoding.embed(rows)
    distances = encoding.squared_distances(embedded, embedded)
    kernel = kernel_of(fitted(distances, losses, even_prior, [first_guess(3, 1.0)], 50))
    influence = kernel.smooth * kernel.weights + kernel.additive / 3 * kernel.additive_weights
    assert influence[1] > 10 * max(influence[0], influence[2])
    posterior = Posterior(encoding, kernel, rows, losses)
    assert posterior.means_at_results() == pytest.approx(losses, abs=0.1)
    mean, deviation = posterior.predicted(rows[0])
    assert mean == pytest.approx(float(posterior.means_at_results()[0]), abs=1e-6)
    assert deviation < 0.1


def test_a_running_trial_keeps_others_away() -> None:
    encoding = encoding_of({"x": ("hp.uniform", {"min": 0, "max": 1})})
    rows = np.array([[0.0], [0.4], [1.0]])
    posterior = Posterior(encoding, kernel_of(first_guess(1, 20.0)), rows, np.array([1.0, -1.0, 0.5]))
    place = np.array([[0.5]])
    half = np.random.default_rng(0).standard_normal((1, 4))
    beside = posterior.improvement_beside(place, -1.0, np.hstack([half, -half]))
    assert beside(place)[0] < posterior.improvement(-1.0)(place)[0] - 1


@given(st.integers(schedule.FIRST, 200_000))
def test_fits_follow_the_results_closely(results: int) -> None:
    count = schedule.fit_for(results)
    assert results / 1.1 - 1 <= count <= results
    before = schedule.anchor_before(count)
    assert (before is None) == (count == schedule.FIRST)
    assert before is None or (schedule.is_anchor(before) and before < count <= 1.6 * before + 2)


@given(st.integers(schedule.FIRST, 2000), st.integers(0, 64))
def test_fits_leave_out_some_results_where_trials_run(results: int, running: int) -> None:
    settled = schedule.settled(results, running)
    assert max(min(results, 64), results - 32) <= settled <= results
    assert settled == results or (running and results > 64)


def test_a_running_trial_whose_result_is_known_changes_nothing() -> None:
    encoding = encoding_of({"x": ("hp.uniform", {"min": 0, "max": 1})})
    rows, losses = np.array([[0.0], [0.4], [1.0]]), np.array([1.0, -1.0, 0.5])
    logarithms = first_guess(1, 20.0)
    logarithms[2] = math.log(1e-6)  # of the noise: what was found once is what is found there again
    posterior = Posterior(encoding, kernel_of(logarithms), rows, losses)
    draws, elsewhere = np.random.default_rng(0).standard_normal((1, 64)), np.array([[0.2], [0.7], [0.9]])
    beside = posterior.improvement_beside(rows[1:2], -1.0, draws)
    assert beside(elsewhere) == pytest.approx(posterior.improvement(-1.0)(elsewhere), abs=0.1)


def test_the_anchor_before_a_fit_is_the_last_one_with_fewer_results() -> None:
    anchors = [count for count in range(schedule.FIRST, 2000) if schedule.is_anchor(count)]
    for count in range(schedule.FIRST, 2000):
        earlier = [anchor for anchor in anchors if anchor < count]
        assert schedule.anchor_before(count) == (earlier[-1] if earlier else None)


@settings(max_examples=30)
@given(st.integers(1, 10), st.integers(0, 1000))
def test_the_first_points_try_every_part(count: int, seed: int) -> None:
    space = space_of({"x": ("hp.uniform", {"min": 0, "max": 1}), "y": ("hp.uniform", {"min": 5, "max": 6})})
    points = latin_hypercube(space, count, Random(seed))
    for column, low in zip(zip(*points, strict=True), (0, 5), strict=True):
        assert sorted(int((float(value) - low) * count * (1 - 1e-9)) for value in column) == list(
            range(count)
        )


def test_the_first_points_keep_apart() -> None:
    space = space_of({name: ("hp.uniform", {"min": 0, "max": 1}) for name in "xy"})
    nearest = []
    for seed in range(20):
        rows = np.array(latin_hypercube(space, 6, Random(seed)), dtype=float)
        nearest.append(min(math.dist(first, second) for first, second in combinations(rows.tolist(), 2)))
    # Any such hypercube has 0.22 on average.
    assert np.mean(nearest) > 0.3


def test_shares_follow_the_probabilities() -> None:
    space = space_of({"a": ALL_TYPES["pchoice"], "b": ALL_TYPES["normal"], "c": ALL_TYPES["loguniform"]})
    assert [space.at_shares((share, 0.5, 0.5))[0] for share in (0.0, 0.04, 0.06, 0.69, 0.71, 1.0)] == [
        "rare",
        "rare",
        "common",
        "common",
        "some",
        "some",
    ]
    normal = stats.norm(10, 3)
    for share in (0.0, 0.1, 0.5, 0.9, 1.0):
        value = float(space.named(space.at_shares((0.5, share, 0.5)))[space.names[1]])
        assert value == pytest.approx(min(max(float(normal.ppf(share)), 10 - 24), 10 + 24), rel=1e-6)
    assert float(space.named(space.at_shares((0.5, 0.5, 0.25)))[space.names[2]]) == pytest.approx(
        math.exp(-9 + 11 / 4), rel=1e-6
    )
