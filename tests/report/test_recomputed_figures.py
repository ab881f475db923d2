"""What figures and pictures of every kind of run draw, recomputed with pandas from the journal; or the one message why not."""

from __future__ import annotations

from typing import Any

import numpy
import pandas
import pytest
from plain_facts import best, front, gains, in_order, usable
from run_kinds import KINDS, KindRun

from worker.cli.commands.figure import CHARTS
from worker.errors import OmnioptError
from worker.report.data.plot_columns import make_plot_data
from worker.report.data.summary import best as best_trial
from worker.report.pictures import figure_style, panels, scatter
from worker.report.pictures.figure_request import Request

# Why a chart of a run without anything to draw is none; what importance needs is told with the count.
NO_COURSE = "No evaluation has a usable result, so there is no course to draw."
NOTHING = "No evaluation has a usable result, so there is nothing to draw."
ALIKE = "All evaluations gave the same result, so the parameters cannot be compared."
NO_CURVES = "No program printed more than one RESULT line, so there are no learning curves."
FRONT = "A Pareto front needs several results: "
FEW = "The importance of parameters is shown once 20 evaluations have a result; so far, {count} evaluation"
SLOW = ("importance", "effects", "map")  # they grow forests: one kind of run that has them is enough here
GROWN = ("conditional",)


@pytest.fixture(params=KINDS)
def run(kind_runs: dict[str, KindRun], request: pytest.FixtureRequest) -> KindRun:
    """A run of each kind."""
    return kind_runs[request.param]


def reason(run: KindRun, chart: str) -> str:
    """How the message begins that says why there is no such chart; "" where there is one."""
    counted = usable(run.frame)
    if chart in SLOW:
        if len(counted) < 20:
            return FEW.format(count=len(counted))
        return ALIKE if counted["loss"].nunique() == 1 else ""
    if chart == "pareto":
        return "" if len(run.signs) > 1 else FRONT
    if chart == "curves":
        return "" if (counted.get("curve", pandas.Series(dtype=object)).map(len) > 1).any() else NO_CURVES
    if len(counted):
        return ""
    return NO_COURSE if chart == "progress" else NOTHING


def drawn(run: KindRun, chart: str) -> Any:
    """The figure. Raises OmnioptError."""
    with figure_style.figure_settings():
        return CHARTS[chart](Request(run.results, "column")).figures[0]


def test_each_chart_is_drawn_or_one_message_says_why_not(run: KindRun) -> None:
    for chart in CHARTS:
        message = reason(run, chart)
        if not message and (
            chart in SLOW or (chart in ("parallel", "scatter") and run.kind in ("twelve", "many", "hostile"))
        ):
            if run.kind in GROWN:
                assert drawn(run, chart).axes
            continue
        if message:
            with pytest.raises(OmnioptError) as raised:
                drawn(run, chart)
            assert str(raised.value).startswith(message), chart
            assert "\n" not in str(raised.value)
        else:
            assert drawn(run, chart).axes, chart


def test_the_course_is_that_of_the_journal(run: KindRun) -> None:
    counted, better = usable(in_order(run.frame)), gains(run.frame)
    if not len(counted):
        return
    (axes,) = drawn(run, "progress").axes
    lines: dict[str, Any] = {line.get_label(): line.get_xydata() for line in axes.get_lines()}
    assert lines["one evaluation"].tolist() == counted[["count", "loss"]].to_numpy(float).tolist()
    steps = better[["count", "loss"]].to_numpy(float).tolist()
    assert lines["best so far"].tolist() == [*steps, [float(counted["count"].iloc[-1]), steps[-1][1]]]
    low, high = axes.get_ylim()
    assert low <= better["loss"].min() <= high


def test_every_evaluation_is_a_dot_and_the_best_a_star(run: KindRun) -> None:
    found = best(run.frame)
    if found is None or run.kind == "many":
        return
    row = run.frame.set_index("trial").loc[found[0]]
    counted = usable(run.frame)
    figure = drawn(run, "slices")
    names = [f"p.{parameter.name}" for parameter in run.results.run.parameters]
    for axes, name in zip(figure.axes, names, strict=False):
        dots, star = (collection.get_offsets() for collection in axes.collections[:2])
        known = counted[counted[name].notna()]
        assert sorted(dots[:, 1]) == sorted(known["loss"])
        if pandas.api.types.is_numeric_dtype(run.frame[name]):
            assert sorted(map(tuple, dots)) == sorted(
                known[[name, "loss"]].itertuples(index=False, name=None)
            )
            if not pandas.isna(row[name]):
                assert star.tolist() == [[row[name], found[1]]]


def test_the_front_is_that_of_the_journal(kind_runs: dict[str, KindRun]) -> None:
    run = kind_runs["several"]
    unbeaten = run.frame["trial"].isin(front(run.frame, run.signs))
    pairs = [("loss", "accuracy"), ("loss", "size"), ("accuracy", "size")]
    for axes, pair in zip(drawn(run, "pareto").axes, pairs, strict=False):
        names = [f"o.{name}" for name in pair]
        lines: dict[str, Any] = {line.get_label(): line.get_xydata() for line in axes.get_lines()}
        others, best_ones = (lines[label] for label in ("evaluations", "Pareto front"))
        assert sorted(map(tuple, best_ones)) == sorted(
            run.frame[unbeaten][names].itertuples(index=False, name=None)
        )
        assert sorted(map(tuple, others)) == sorted(
            run.frame[~unbeaten][names].itertuples(index=False, name=None)
        )


def test_learning_curves_are_those_of_the_journal(kind_runs: dict[str, KindRun]) -> None:
    run = kind_runs["conditional"]
    known = {row["trial"]: [value for _, value in row["curve"]] for row in run.rows}
    ranked = usable(run.frame).sort_values(["loss", "trial"])["trial"].head(4).tolist()
    lines = {line.get_label(): line.get_ydata() for line in drawn(run, "curves").axes[0].get_lines()}
    assert [label for label in lines if label.startswith("evaluation")] == [
        f"evaluation {number}" for number in ranked
    ]
    for number in ranked:
        assert numpy.array_equal(lines[f"evaluation {number}"], known[number])


@pytest.mark.parametrize(
    "kind", ["empty", "one", "constant", "hugerange", "naninf", "failures", "several", "conditional"]
)
def test_pictures_of_pairs_have_a_dot_for_each_result_and_a_cross_for_each_failure(
    kind_runs: dict[str, KindRun], kind: str
) -> None:
    run = kind_runs[kind]
    results = run.results
    shown = panels.select(results, make_plot_data(results.run, results.trials))
    picture = scatter.draw(shown, best_trial(results.points, results.run))
    names = [name for name in run.frame if name.startswith("p.")]
    for panel, (across, up) in zip(picture.panels, panels.pairs(shown.plot_data), strict=True):
        both = run.frame[f"p.{across.name}"].notna() & run.frame[f"p.{up.name}"].notna()
        counts = (run.frame["status"] == "ok") & both
        assert {run.frame["trial"].iloc[row] for row in panel.dot_rows} == set(run.frame["trial"][counts])
        assert {run.frame["trial"].iloc[row] for row in panel.cross_rows} == set(
            run.frame["trial"][both & ~counts]
        )
        if panel.dot_rows:
            ranked = run.frame[counts].sort_values(["loss", "trial"])["trial"].iloc[0]
            assert run.frame["trial"].iloc[panel.dot_rows[-1]] == ranked
    assert len(picture.panels) == len(names) * (len(names) - 1) / 2
