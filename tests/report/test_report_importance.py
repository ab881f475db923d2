"""The importance of parameters: found where it is, and not told where nothing is known."""

from __future__ import annotations

import math
import random

import pytest
from report_runs import a_trial

from worker.report.data.importance import LEAST, NoImportanceError, measure
from worker.report.data.plot_columns import PlotData, make_plot_data
from worker.spec.check import check
from worker.spec.parameters import Value
from worker.spec.run import Draft, ParameterDraft, Run
from worker.trial import Status


def a_space() -> Run:
    """Three parameters, of which the last will not matter."""
    drafts = (
        ParameterDraft("strong", "hp.uniform", {"min": 0, "max": 1}),
        ParameterDraft("kind", "hp.choice", {"values": ["a", "b", "c"]}),
        ParameterDraft("idle", "hp.uniform", {"min": 0, "max": 1}),
    )
    run = check(Draft({"run.name": "first", "run.objective": "./it ($x_0) ($x_1) ($x_2)"}, drafts)).run
    assert run is not None
    return run


def evaluated(count: int, constant: bool = False) -> PlotData:
    """Evaluations at random places; a few have enormous results."""
    draw = random.Random(3)
    trials = []
    for number in range(count):
        strong, kind = draw.random(), draw.choice("abc")
        values: dict[str, Value] = {"strong": strong, "kind": kind, "idle": draw.random()}
        loss = 5 * strong + {"a": 0.0, "b": 0.5, "c": 1.0}[kind]
        loss = 1.0 if constant else loss * (1e30 if number % 20 == 7 else 1.0)
        trials.append(a_trial(number, values, loss, Status.OK))
    return make_plot_data(a_space(), trials)


def test_the_strong_parameter_comes_first_and_the_idle_one_last() -> None:
    importance = measure(evaluated(200))
    assert list(importance.shares) == ["strong", "kind", "idle"]
    assert importance.shares["strong"][0] > 5 * importance.shares["kind"][0] > 0
    assert abs(importance.shares["idle"][0]) < 0.1
    assert importance.score > 0.5


def test_of_few_evaluations_each_is_predicted_by_a_forest_that_has_not_seen_it() -> None:
    few = measure(evaluated(LEAST))
    assert (few.learned, few.tested) == (LEAST, LEAST)
    assert f"{LEAST} evaluations" in few.method
    many = measure(evaluated(500))
    assert (many.learned, many.tested) == (500, 125)
    assert "tested with 125 of them" in many.method


def test_where_nothing_matters_nothing_is_claimed() -> None:
    draw = random.Random(7)
    trials = [
        a_trial(
            number,
            {"strong": draw.random(), "kind": draw.choice("abc"), "idle": draw.random()},
            draw.random(),
        )
        for number in range(60)
    ]
    importance = measure(make_plot_data(a_space(), trials))
    assert importance.score < 0.3
    assert max(mean for mean, _ in importance.shares.values()) < 0.3


def test_the_map_of_the_two_most_important_is_in_units_of_the_result() -> None:
    interaction = measure(evaluated(200)).interaction
    assert interaction is not None
    assert (interaction.x, interaction.y) == ("strong", "kind")
    assert interaction.ys == (0.0, 1.0, 2.0)
    assert len(interaction.results) == 3
    assert all(len(row) == len(interaction.xs) for row in interaction.results)
    assert interaction.results[0][0] < interaction.results[0][-1] < math.inf


@pytest.mark.parametrize(
    ("plot_data", "message"),
    [
        (evaluated(LEAST - 1), f"once {LEAST} evaluations have a result"),
        (evaluated(50, constant=True), "All evaluations gave the same"),
    ],
    ids=["few", "constant"],
)
def test_where_nothing_can_be_told_it_says_why(plot_data: PlotData, message: str) -> None:
    with pytest.raises(NoImportanceError, match=message):
        measure(plot_data)
