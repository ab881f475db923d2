"""Scales show what matters: no scale puts most results where they cannot be told apart."""

from __future__ import annotations

import itertools
import math
import random
from pathlib import Path

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_runs import a_run, a_trial
from run_kinds import KINDS, results_of

from worker.report.data import scale_choice
from worker.report.data.chart_series import best_so_far
from worker.report.data.improvements import finished
from worker.report.data.plot_columns import make_plot_data, payload
from worker.report.pictures.scales import colour_norm

_RANDOM = random.Random(1)
SPREAD = [_RANDOM.random() for _ in range(60)]


# What examples/digits printed in a run of 64 evaluations with its own ranges: most are small, some are far above.
DIGITS = [
    *(1.764949, 1.501829, 0.652263, 2.296129, 0.254267, 2.285884, 0.268712, 0.768327, 0.325767, 0.197034),
    *(0.157626, 0.43904, 1.464383, 0.619617, 2.334294, 0.376698, 0.149305, 3.694692, 1.275737, 0.14057),
    *(0.590735, 0.214073, 0.171286, 2.083912, 0.088458, 0.099352, 0.108679, 0.109998, 0.491956, 0.208318),
    *(2.349785, 0.173454, 0.08171, 0.12077, 0.166784, 0.15695, 0.136681, 2.022386, 0.142159, 0.163366),
    *(0.295485, 0.132597, 0.717313, 0.459323, 0.473233, 0.115241, 0.160119, 1.432844, 0.366436, 0.098866),
    *(0.198041, 0.193143, 1.253201, 2.075234, 0.457975, 0.457772, 2.274801, 0.195885, 0.138003, 0.820626),
    *(0.229738, 0.10315, 0.136125, 1.487817),
]


@pytest.mark.parametrize(
    ("numbers", "kind"),
    [
        (SPREAD, "linear"),
        ([number - 0.5 for number in SPREAD] + [1e9], "linear"),  # one outlier is cut off
        ([10 ** (6 * number) for number in SPREAD], "log"),
        ([-(10 ** (6 * number)) for number in SPREAD], "rank"),
        ([0.02 + 0.001 * number for number in SPREAD] + [1 + 40 * number for number in SPREAD[:40]], "rank"),
        ([1.5] * 40, "linear"),
        ([0.0] * 50 + SPREAD[:20], "linear"),  # ranks would be no better
        ([1.0, 2.0, 1e6], "log"),
        ([], "linear"),
    ],
)
def test_the_scale_shows_most_of_the_numbers(numbers: list[float], kind: str) -> None:
    assert scale_choice.choose(numbers) == kind


def test_of_a_run_that_maximises_the_best_are_told_apart() -> None:
    near_one = [1 - 0.001 * number for number in SPREAD] + [0.1 + 0.4 * number for number in SPREAD[:30]]
    assert scale_choice.choose(near_one, maximises=True) == "rank"


@pytest.mark.parametrize("direction", ["min", "max"])
def test_no_tenth_of_the_colours_has_most_results_of_the_bundled_example(direction: str) -> None:
    sign = -1 if direction == "max" else 1
    losses = [sign * loss for loss in DIGITS]
    assert scale_choice.crowding(losses) > 0.5  # as linear colours would have it
    trials = [
        a_trial(number, {"lr": number / 99, "kind": "a"}, loss) for number, loss in enumerate(losses, 1)
    ]
    column = make_plot_data(a_run(search__direction=direction), trials).column("result")
    norm = colour_norm(column.scale, losses, (None, None))
    colours: list[float] = norm(numpy.array(losses)).tolist()
    assert (min(colours), max(colours)) == (0, 1)
    tenths = [
        sum(at / 100 <= colour <= at / 100 + 0.1 for colour in colours) / len(colours) for at in range(91)
    ]
    assert max(tenths) < 0.5


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=60))
def test_ranks_rise_with_the_numbers(numbers: list[float]) -> None:
    rank = scale_choice.ranking(numbers)
    ordered = sorted(numbers)
    places = [rank(number) for number in ordered]
    assert places == sorted(places)
    assert all(0 <= place <= 1 for place in places)
    assert all((one < other) == (rank(one) < rank(other)) for one, other in itertools.pairwise(ordered))


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e3), st.sampled_from([1, -1]), st.floats(0, 1e6))
def test_a_distance_from_the_best_is_found_again(best: float, unit: float, sign: int, gap: float) -> None:
    distance = scale_choice.Distance(best, unit, sign)
    result = best + sign * gap
    assert distance.back(distance.into(result)) == pytest.approx(result, rel=1e-6, abs=1e-6)
    assert distance.into(best) == 0


@pytest.mark.parametrize("maximises", [False, True])
def test_late_gains_are_seen_in_the_course_of_a_run(maximises: bool) -> None:
    sign = -1 if maximises else 1
    levels = [sign * (2 + 10**-power) for power in range(9)]
    kind, distance = scale_choice.choose_progress(levels, sign * 5, maximises)
    assert kind == "distance"
    height = abs(distance.into(sign * 5))
    steps = [
        abs(distance.into(one) - distance.into(other)) / height for one, other in itertools.pairwise(levels)
    ]
    assert min(steps) > 0.03
    assert (
        scale_choice.choose_progress([sign * level for level in (9, 7, 5, 3, 1)], sign * 10, maximises)[0]
        == "linear"
    )


def test_results_whose_differences_are_no_numbers_are_drawn_by_rank() -> None:
    kind, distance = scale_choice.choose_progress([1.79e308, -1e308], 1.79e308, False)
    assert kind == "rank"
    assert math.isfinite(distance.unit)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_run_has_scales_that_show_it(tmp_path: Path, kind: str) -> None:
    results = results_of(kind, tmp_path)
    plot_data = make_plot_data(results.run, results.trials)
    column = plot_data.column("result")
    losses = [
        loss
        for loss, usable in zip(column.values, plot_data.usable, strict=True)
        if usable and loss is not None
    ]
    if len(set(losses)) > 4:
        end = math.inf if column.scale == "rank" else scale_choice.fence(losses)
        shown = [min(loss, end) for loss in losses]
        places = list(map(scale_choice.ranking(losses), shown)) if column.scale == "rank" else shown
        places = list(map(math.log, shown)) if column.scale == "log" else places
        assert scale_choice.crowding(places) <= 0.5
    if points := finished(results.points):
        assert best_so_far(points, results.run)["scale"] in scale_choice.WORDS
    payload(plot_data)


@pytest.mark.parametrize(
    ("low", "high", "origin", "step", "most", "ticks"),
    [
        (2, 14, 2, 3, 6, [2, 5, 8, 11, 14]),
        (1, 512, 1, 1, 6, [100, 200, 300, 400, 500]),
        (0, 1, 0, 0.05, 6, [0, 0.25, 0.5, 0.75, 1]),
        (0.1, 0.4, 0.1, 0.1, 9, [0.1, 0.2, 0.3, 0.4]),
        (7, 7, 7, 1, 3, [7]),
    ],
)
def test_ticks_stand_on_values_that_there_are(
    low: float, high: float, origin: float, step: float, most: int, ticks: list[float]
) -> None:
    assert scale_choice.lattice_ticks(low, high, origin, step, most) == ticks
