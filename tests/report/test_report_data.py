"""What plots and reports are made of: the best, improvements, fronts, curves, and what the pages carry of them."""

from __future__ import annotations

import base64
import json
import re
import zlib
from pathlib import Path

import pytest
from finished_trials import finished
from hypothesis import given
from hypothesis import strategies as st
from report_runs import START, a_run, a_trial

from worker.errors import UsageError
from worker.report.data import curves, improvements, pareto, summary
from worker.report.data.plot_columns import make_plot_data, payload
from worker.report.pages import html
from worker.spec.check import check
from worker.spec.run import Draft, ParameterDraft, Run
from worker.trial import IMPORTED, Status, Trial

ASSETS = Path(html.__file__).parents[1] / "assets"


def test_the_best_is_the_smallest_usable_result_and_may_be_negative() -> None:
    trials = [*finished(1.0, -2.0, None, -2.0), a_trial(9, {"lr": 0, "kind": "a"}, -99.0, Status.FAILED)]
    best = summary.best(trials, a_run())
    assert best is not None
    assert (best.number, best.loss) == (2, -2.0)
    assert summary.best(finished(None), a_run()) is None


def test_improvements_are_in_the_order_of_ending() -> None:
    late = a_trial(1, {"lr": 0, "kind": "a"}, 0.1, start=START, end=START + 100)
    early = a_trial(2, {"lr": 0, "kind": "a"}, 0.5, start=START, end=START + 1)
    points = improvements.improvements(improvements.finished([late, early]), a_run())
    assert [(point.trial.number, point.count, point.elapsed) for point in points] == [
        (2, 1, 1.0),
        (1, 2, 100.0),
    ]


def test_failed_evaluations_count_but_are_no_points() -> None:
    points = improvements.finished(finished(None, 3.0, None, 1.0))
    assert [(point.count, point.loss) for point in points] == [(2, 3.0), (4, 1.0)]


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=12))
def test_nothing_beats_the_pareto_front_and_it_beats_all_else(points: list[tuple[int, int]]) -> None:
    trials = [
        a_trial(number, {"lr": 0, "kind": "a"}, 1.0, outputs={"RESULT1": first, "RESULT2": second})
        for number, (first, second) in enumerate(points)
    ]
    names = pareto.objectives(a_run(), trials)
    assert [goal.words for goal in names] == [
        "RESULT1 (the smallest is best)",
        "RESULT2 (the smallest is best)",
    ]
    front = {trial.number for trial in pareto.non_dominated(trials, names)}

    def beaten(point: tuple[int, int]) -> bool:
        return any(
            first <= point[0] and second <= point[1] and (first, second) != point for first, second in points
        )

    assert front == {number for number, point in enumerate(points) if not beaten(point)}


def test_curves_are_chosen_best_first_and_thinned() -> None:
    trials = [
        a_trial(
            number, {"lr": 0, "kind": "a"}, float(number), curve=tuple((step, 1.0) for step in range(500))
        )
        for number in range(100)
    ]
    chosen = curves.choose(trials, a_run())
    assert [curve.trial.number for curve in chosen][:15] == list(range(15))
    assert len(chosen) == curves.MOST_CURVES
    assert chosen[0].steps[0] == 1
    assert chosen[0].steps[-1] == 500
    assert len(chosen[0].steps) <= curves.MOST_POINTS + 1


def a_space() -> Run:
    """A run with a parameter of every kind of axis."""
    drafts = (
        ParameterDraft("lr", "hp.loguniform", {"min": -10, "max": 0}),
        ParameterDraft("big", "hp.randint", {"max": 2**53}),
        ParameterDraft("kind", "hp.choice", {"values": ["b", "a", "c"]}),
    )
    values = {"run.name": "first", "run.objective": "./it ($x_0) ($x_1) ($x_2)"}
    run = check(Draft(values, drafts)).run
    assert run is not None
    return run


def test_a_frame_keeps_scales_categories_and_exact_integers() -> None:
    trials = [
        a_trial(1, {"lr": 1e-05, "big": 2**53 - 1, "kind": "a"}, 3.0),
        a_trial(2, {"lr": 0.1, "big": 5, "kind": "b"}, None, Status.FAILED),
    ]
    plot_data = make_plot_data(a_space(), trials)
    lr, big, kind = plot_data.of_role("parameter")
    assert lr.scale == "log"
    assert big.scale == "linear"
    assert big.values == [2**53 - 1, 5.0]
    assert "9007199254740991" in json.dumps(payload(plot_data))
    assert kind.options == ("b", "a", "c")
    assert kind.values == [1.0, 0.0]
    assert plot_data.column("result").values == [3.0, None]
    assert plot_data.usable == (True, False)
    assert [column.name for column in plot_data.with_axes(["kind", "RESULT"]).columns[:2]] == [
        "kind",
        "RESULT",
    ]
    assert plot_data.logarithmic(["big"]).of_role("parameter")[1].scale == "log"
    with pytest.raises(UsageError, match="big"):
        plot_data.with_axes(["bigg"])


def test_not_finite_results_are_missing_in_plots() -> None:
    trials = [
        a_trial(
            1, {"lr": 0.5, "kind": "a"}, None, Status.NOT_FINITE, raw_loss="nan", outputs={"x": float("inf")}
        )
    ]
    plot_data = make_plot_data(a_run(), trials)
    assert plot_data.column("result").values == [None]
    assert plot_data.of_role("output")[0].values == [None]
    json.dumps(payload(plot_data), allow_nan=False)


@given(st.recursive(st.floats(allow_nan=False, allow_infinity=False) | st.text(), st.lists))
def test_embedded_data_is_read_back_and_cannot_end_its_element(data: object) -> None:
    text = html.packed(data)
    assert re.fullmatch("[A-Za-z0-9+/=]*", text)
    assert json.loads(zlib.decompress(base64.b64decode(text))) == data


@given(st.text())
def test_text_is_never_markup(text: str) -> None:
    made = html.tag("p", text, title=text)
    assert made.count("<") == 2
    assert html.tag("p", html.Markup("<b>")) == "<p><b></p>"


def test_scripts_share_one_scope_without_clashes() -> None:
    names: dict[str, str] = {}
    for path in sorted(ASSETS.glob("*.js")):
        for name in re.findall(
            r"^(?:export )?(?:async )?(?:function|const|let|class) (\w+)", path.read_text(), re.MULTILINE
        ):
            assert name not in names, f"{name} is in {names.get(name)} and {path.name}"
            names[name] = path.name
    everything = html.bundle([path.stem for path in ASSETS.glob("*.js")])
    assert not re.search(r"^(import|export)\b", everything, re.MULTILINE)
    assert everything.index("function makeScale") < everything.index("class ParallelPlot")


def test_imported_evaluations_are_known_and_have_no_log(tmp_path: Path) -> None:
    trial = Trial(1, {"lr": 0.5, "kind": "a"}, Status.OK, loss=1.0, agent=IMPORTED, end=START)
    assert trial.imported
    assert summary.best([trial], a_run()) is trial
    assert summary.agent_spans([trial]) == {}
