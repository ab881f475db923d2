"""The importance of parameters: found where it is, and not told where nothing is known."""

from __future__ import annotations

import dataclasses
import math
import random
from itertools import pairwise
from pathlib import Path

import pytest
from report_runs import a_trial, write_run
from run_kinds import results_of

from worker.report import kept_importance
from worker.report.data import results as source
from worker.report.data.importance import (
    LEAST,
    Importance,
    Lesson,
    NoImportanceError,
    lesson,
    map_of,
    measure,
)
from worker.report.data.plot_columns import PlotData, make_plot_data
from worker.report.kept_importance import importance_of
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


def measured(plot_data: PlotData) -> Importance:
    return measure(lesson(plot_data))


def test_the_strong_parameter_comes_first_and_the_idle_one_last() -> None:
    importance = measured(evaluated(200))
    assert list(importance.shares) == ["strong", "kind", "idle"]
    assert importance.shares["strong"][0] > 5 * importance.shares["kind"][0] > 0
    assert abs(importance.shares["idle"][0]) < 0.1
    assert importance.score > 0.5


def test_of_few_evaluations_each_is_predicted_by_a_forest_that_has_not_seen_it() -> None:
    few = measured(evaluated(LEAST))
    assert (few.learned, few.tested) == (LEAST, LEAST)
    assert f"{LEAST} evaluations" in few.method
    many = measured(evaluated(500))
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
    importance = measured(make_plot_data(a_space(), trials))
    assert importance.score < 0.3
    assert max(mean for mean, _ in importance.shares.values()) < 0.3


def test_the_map_of_the_two_most_important_is_in_units_of_the_result() -> None:
    interaction = measured(evaluated(200)).interaction
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
        measured(plot_data)


def kept_run(workdir: Path, count: int) -> source.Results:
    """A run that varies all of its parameters."""
    draw = random.Random(4)
    trials = [
        a_trial(
            number, {"strong": at, "kind": draw.choice("abc"), "idle": draw.random()}, at + draw.random() / 9
        )
        for number, at in ((number, draw.random()) for number in range(1, count + 1))
    ]
    return source.read(write_run(workdir, a_space(), trials))


def test_what_was_measured_is_kept_until_there_are_other_evaluations(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = kept_run(tmp_path, 30)
    found = importance_of(results)
    calls: list[int] = []

    def counted(of: Lesson) -> Importance:
        calls.append(len(of.points))
        return measure(of)

    monkeypatch.setattr(kept_importance, "measure", counted)
    assert importance_of(results) == found
    assert list(importance_of(results).shares) == list(found.shares)
    assert calls == []
    whole = results.paths.importance.read_text()
    for damaged in (
        "",
        "{}",
        "[]",
        whole[:-9],
        whole.replace("shares", "sares"),
        whole.replace("0.", "x.", 1),
        whole.replace('"shares":{', '"shares":[],"other":{'),
    ):
        results.paths.importance.write_text(damaged)
        assert importance_of(results) == found
        assert results.paths.importance.read_text() == whole
    assert calls == [30] * 7
    fewer = dataclasses.replace(results, trials=results.trials[:-1])
    assert importance_of(fewer) != found
    assert calls[-1] == 29


def test_a_folder_that_cannot_be_written_keeps_nothing(tmp_path: Path) -> None:
    results = kept_run(tmp_path, 25)
    results.paths.importance.mkdir()
    assert importance_of(results).learned == 25
    assert list(results.paths.importance.iterdir()) == []


def test_what_a_forest_predicts_is_what_it_predicts_over_all_evaluations() -> None:
    """The traversal of the trees against predictions of the training points, as Friedman (2001) defines it."""
    of = lesson(evaluated(200))
    found = {curve.name: curve for curve in measure(of).effects.curves}
    assert set(found) == {"strong", "kind", "idle"}
    assert found["kind"].xs == (0.0, 1.0, 2.0)
    for curve in found.values():
        places = [sorted(of.losses).index(value) for value in (*curve.low, *curve.middle, *curve.high)]
        third = len(curve.xs)
        assert places[:third] <= places[third : 2 * third] <= places[2 * third :]
    assert found["strong"].middle[-1] > 2 * found["strong"].middle[0]
    assert found["kind"].middle == tuple(sorted(found["kind"].middle))


def test_where_a_parameter_was_absent_it_has_no_value_in_curves_and_maps(tmp_path: Path) -> None:
    results = results_of("conditional", tmp_path)
    of = lesson(make_plot_data(results.run, results.points))
    effects = measure(of).effects
    curves = {curve.name: curve for curve in effects.curves}
    assert min(curves["momentum"].xs) >= 0.3
    assert curves["optimizer"].xs == (0.0, 1.0)
    assert {(found.x, found.y) for found in effects.maps} >= {("lr", "layers")}
    assert len(effects.maps) == 6
    wide = map_of(of, "momentum", "lr", 9)
    assert (len(wide.xs), len(wide.ys)) == (9, 9)
    ratios = [after / before for before, after in pairwise(wide.ys)]
    assert ratios == pytest.approx([ratios[0]] * 8)
    assert min(wide.xs) >= 0.3
