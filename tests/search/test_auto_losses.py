"""What auto makes of losses: warps by their definitions, and models that depend on the results alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats
from search_runs import Spec, space_of

from worker.search.auto import warps
from worker.search.auto.encoding import Encoding
from worker.search.auto.surrogate import STYLES, Style, Surrogate

Floats = NDArray[np.float64]
PLANE: Spec = {name: ("hp.uniform", {"min": 0, "max": 1}) for name in "xy"}
every_style = pytest.mark.parametrize("style", STYLES, ids=["even", "ranked"])


def results(count: int) -> tuple[Encoding, Floats, Floats]:
    encoding = Encoding.of(space_of(PLANE).dimensions)
    rows = encoding.draw(count, np.random.default_rng(2))
    return encoding, rows, (rows[:, 0] - 0.3) ** 2 + 0.5 * rows[:, 1]


@pytest.mark.parametrize("losses", [[1.0, 2.0], [-1e308, 0.0, 1e308], [5.0, 5.0, 6.0], [1e-300, 3e-300]])
def test_standardised_losses_have_mean_0_and_deviation_1(losses: list[float]) -> None:
    scaled = warps.standardised(np.array(losses))
    assert scaled.mean() == pytest.approx(0, abs=1e-12)
    assert scaled.std() == pytest.approx(1)


@pytest.mark.parametrize("losses", [[3.0], [3.0, 3.0], [1e308, 1e308]])
def test_equal_losses_say_nothing(losses: list[float]) -> None:
    assert warps.standardised(np.array(losses)).tolist() == [0.0] * len(losses)


def test_the_better_half_counts_as_it_is_and_the_worse_one_by_its_rank() -> None:
    losses = np.array([7.0, 0.0, 900.0, 3.0, 4.0])
    # The median is 4; those below it are 4 and 1 better, so the unit is the root of the mean of 16, 1 and 0.
    unit = np.sqrt((16 + 1 + 0) / 3)
    expected = [4 + unit * stats.norm.ppf(3.5 / 5), 0, 4 + unit * stats.norm.ppf(4.5 / 5), 3, 4]
    assert 4 * warps.half_ranked(losses) == pytest.approx(expected)


def test_how_bad_the_bad_ones_are_does_not_count() -> None:
    ranked = [warps.half_ranked(np.array([0.0, 1.0, 2.0, 3.0, worst])).tolist() for worst in (4.0, 1e9)]
    assert ranked[0] == ranked[1]


def test_equal_losses_stay_equal() -> None:
    ranked = 4 * warps.half_ranked(np.array([0.0, 1.0, 2.0, 5.0, 5.0, 9.0]))
    assert ranked[3] == ranked[4]
    assert ranked[2] < ranked[3] < ranked[5]
    assert warps.half_ranked(np.full(4, 8.0)).tolist() == [2.0] * 4


@settings(max_examples=40)
@given(st.lists(st.floats(-4, 4), min_size=5, max_size=30, unique_by=lambda value: round(value, 3)))
def test_the_power_transform_is_the_likeliest_of_yeo_and_johnson(values: list[float]) -> None:
    likelihoods = {power / 10: stats.yeojohnson_llf(power / 10, np.array(values)) for power in range(-15, 26)}
    warped = warps.made_even(np.array(values))
    found = [
        likelihood
        for power, likelihood in likelihoods.items()
        if np.allclose(stats.yeojohnson(np.array(values), power), warped, rtol=1e-6, atol=1e-9)
    ]
    assert found
    assert max(found) == pytest.approx(max(likelihoods.values()), rel=1e-9, abs=1e-6)


@every_style
def test_a_model_depends_on_the_results_and_not_on_when_it_was_asked(style: Style) -> None:
    encoding, rows, losses = results(30)
    grown = Surrogate(encoding, style)
    for count in range(5, 31):
        posterior, best = grown.posterior(rows[:count], losses[:count])
    fresh, best_of_fresh = Surrogate(encoding, style).posterior(rows, losses)
    assert best == best_of_fresh
    for row in rows[:3]:
        assert posterior.predicted(row) == fresh.predicted(row)


@every_style
def test_a_late_result_counts_as_if_it_had_come_in_time(style: Style) -> None:
    encoding, rows, losses = results(12)
    late = Surrogate(encoding, style)
    late.posterior(np.delete(rows, 2, axis=0), np.delete(losses, 2))
    at = np.array([0.5, 0.5])
    expected = Surrogate(encoding, style).posterior(rows, losses)[0].predicted(at)
    assert late.posterior(rows, losses)[0].predicted(at) == expected


@every_style
def test_a_kernel_stays_where_one_of_many_running_trials_ends_late(style: Style) -> None:
    encoding, rows, losses = results(120)
    surrogate = Surrogate(encoding, style)
    before, _ = surrogate.posterior(np.delete(rows, 115, axis=0), np.delete(losses, 115), running=16)
    after, _ = surrogate.posterior(rows, losses, running=16)
    assert after.kernel.smooth == before.kernel.smooth
    alone, _ = surrogate.posterior(rows, losses)
    assert alone.kernel.smooth != after.kernel.smooth


@every_style
def test_a_model_tells_good_places_from_bad_ones(style: Style) -> None:
    encoding, rows, losses = results(40)
    posterior, best = Surrogate(encoding, style).posterior(rows, losses)
    good, bad = (posterior.predicted(np.array(row))[0] for row in ([0.3, 0.05], [0.95, 0.95]))
    assert good < -1 < 1 < bad
    assert best <= posterior.means_at_results().min()
