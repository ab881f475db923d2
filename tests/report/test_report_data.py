"""What plots and reports are made of: figures, improvements, causes of failures, fronts, comparisons."""

from __future__ import annotations

import base64
import json
import math
import re
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_runs import START, a_run, a_trial, write_run

from worker.errors import UsageError
from worker.progress import final_summary
from worker.report import run_text
from worker.report.data import (
    chart_series,
    comparison,
    curves,
    failures,
    gpu_usage,
    improvements,
    pareto,
    summary,
)
from worker.report.data import results as source
from worker.report.data.plot_columns import make_plot_data, payload
from worker.report.pages import compare, html
from worker.spec.check import check
from worker.spec.run import Draft, ParameterDraft, Run
from worker.store.paths import Home
from worker.trial import IMPORTED, Status, Trial

ASSETS = Path(html.__file__).parents[1] / "assets"


def finished(*losses: float | None) -> list[Trial]:
    """Evaluations that ended one after the other, None for failed ones."""
    return [
        a_trial(number, {"lr": 0.5, "kind": "a"}, loss, Status.FAILED if loss is None else Status.OK)
        for number, loss in enumerate(losses, 1)
    ]


def test_the_best_is_the_smallest_usable_result_and_may_be_negative() -> None:
    trials = [*finished(1.0, -2.0, None, -2.0), a_trial(9, {"lr": 0, "kind": "a"}, -99.0, Status.FAILED)]
    best = summary.best(trials)
    assert best is not None
    assert (best.number, best.loss) == (2, -2.0)
    assert summary.best(finished(None)) is None


def test_improvements_are_in_the_order_of_ending() -> None:
    late = a_trial(1, {"lr": 0, "kind": "a"}, 0.1, start=START, end=START + 100)
    early = a_trial(2, {"lr": 0, "kind": "a"}, 0.5, start=START, end=START + 1)
    points = improvements.improvements(improvements.finished([late, early]))
    assert [(point.trial.number, point.count, point.elapsed) for point in points] == [
        (2, 1, 1.0),
        (1, 2, 100.0),
    ]


def test_failed_evaluations_count_but_are_no_points() -> None:
    points = improvements.finished(finished(None, 3.0, None, 1.0))
    assert [(point.count, point.loss) for point in points] == [(2, 3.0), (4, 1.0)]


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100)), max_size=20))
def test_covered_time_is_at_most_the_sum_and_at_least_the_longest(pairs: list[tuple[float, float]]) -> None:
    spans = [(min(pair), max(pair)) for pair in pairs]
    lengths = [end - start for start, end in spans]
    covered = summary.covered(spans)
    assert max(lengths, default=0) - 1e-9 <= covered <= sum(lengths) + 1e-9
    assert summary.covered(spans + spans) == pytest.approx(covered)


def test_a_host_counts_once_for_node_hours(tmp_path: Path) -> None:
    trials = [
        a_trial(1, {"lr": 0.1, "kind": "a"}, 1, start=START, end=START + 3600, agent="1", host="n1"),
        a_trial(2, {"lr": 0.2, "kind": "a"}, 1, start=START, end=START + 3600, agent="2", host="n1"),
        a_trial(3, {"lr": 0.3, "kind": "a"}, 1, start=START, end=START + 3600, agent="3", host="n2"),
    ]
    run = a_run(slurm__cpus=4, slurm__enable_gpus=True, slurm__gpus=2)
    cost = summary.summarize(source.read(write_run(tmp_path, run, trials))).cost
    assert (cost.worker_hours, cost.node_hours, cost.cpu_hours, cost.gpu_hours) == (3, 2, 12, 6)


def test_all_nodes_and_tasks_of_an_evaluation_cost(tmp_path: Path) -> None:
    trials = [a_trial(1, {"lr": 0.1, "kind": "a"}, 1, start=START, end=START + 3600)]
    run = a_run(slurm__cpus=4, slurm__enable_gpus=True, slurm__gpus=2, slurm__nodes=2, slurm__tasks=8)
    cost = summary.summarize(source.read(write_run(tmp_path, run, trials))).cost
    assert (cost.worker_hours, cost.node_hours, cost.cpu_hours, cost.gpu_hours) == (1, 2, 32, 4)


@pytest.mark.parametrize(
    ("there", "cpu_hours", "gpu_hours"),
    [
        ({"cpus": 2, "gpu_count": 0}, 2.0, 0.0),
        ({"cpus": 64, "gpu_count": 1}, 12.0, 1.0),
        ({}, None, None),
    ],
)
def test_a_local_run_costs_no_more_than_there_is(
    tmp_path: Path, there: dict[str, int], cpu_hours: float | None, gpu_hours: float | None
) -> None:
    trials = [
        a_trial(
            number,
            {"lr": number / 9, "kind": "a"},
            1,
            agent=str(number),
            start=START,
            end=START + 3600,
            host="n1",
        )
        for number in (1, 2, 3)
    ]
    run = a_run(slurm__cpus=4, slurm__enable_gpus=True, slurm__gpus=2, slurm__nodes=2, slurm__tasks=1)
    results = source.read(write_run(tmp_path, run, trials, where="local"))
    results.state.agents.update({trial.agent: {"host": "n1", **there} for trial in trials})
    cost = summary.summarize(results).cost
    assert (cost.worker_hours, cost.node_hours) == (3, 1)
    assert (cost.cpu_hours, cost.gpu_hours) == (cpu_hours, gpu_hours)
    assert "unknown CPU hours" in "\n".join(run_text.summary(results)) or cpu_hours is not None


def improving(*levels: float, count: int) -> list[Trial]:
    """As many evaluations, of which the first have these results, and the others the last of them."""
    results = [*levels, *[levels[-1]] * (count - len(levels))]
    return [
        a_trial(number, {"lr": number / 9999, "kind": "a"}, loss) for number, loss in enumerate(results, 1)
    ]


def heights(lines: Mapping[str, Any]) -> list[set[float]]:
    """At which different heights each line of a chart is drawn, as far as they can be told apart."""
    clip = lines["clip"]
    drawn = [
        [min(value, math.inf if clip is None else clip) for value in line["y"]] for line in lines["lines"]
    ]
    least, most = min(map(min, drawn)), max(map(max, drawn))
    if lines["log"]:
        drawn = [[math.log(value) for value in line] for line in drawn]
        least, most = math.log(least), math.log(most)
    return [{round((value - least) / (most - least), 2) for value in line} for line in drawn]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (improving(50, 20, 5, 2, count=40), improving(9, 1, count=1000)),
        (improving(100, 1, count=40), improving(2, 1.5, count=40)),
        (improving(1e6, 1e3, 10, 1, count=30), improving(1e5, 1e-3, count=2000)),
        (improving(1e6, 300, -2, -3, count=500), improving(1e7, 20, -3, count=40)),
        (improving(5, 4, 3, count=300), improving(-1, -2, -3, -4, count=30)),
    ],
)
def test_no_run_that_improved_is_drawn_flat(tmp_path: Path, first: list[Trial], second: list[Trial]) -> None:
    runs = [
        source.read(write_run(tmp_path / name, a_run(run__name=name, search__max_evals=evals), trials))
        for name, evals, trials in (("one", 2000, first), ("other", 3000, second))
    ]
    drawn = heights(compare.payload_of(comparison.bands(runs)))
    assert [len(curve_heights) > 1 for curve_heights in drawn] == [True, True]


def test_nothing_lies_on_the_edge_of_a_logarithmic_axis(tmp_path: Path) -> None:
    results = source.read(write_run(tmp_path, a_run(), improving(1e6, 1e3, 1, count=50)))
    chart = compare.payload_of(comparison.bands([results]))
    assert chart["log"] and chart["clip"] is None
    assert chart_series.best_so_far(improvements.finished(results.trials))["clip"] is None


def test_the_best_so_far_is_seen_to_fall_where_most_results_are_alike(tmp_path: Path) -> None:
    results = source.read(write_run(tmp_path, a_run(), improving(5, 3, 0.1, count=50)))
    assert chart_series.best_so_far(improvements.finished(results.trials))["clip"] == 3


def test_failures_that_differ_in_numbers_only_have_one_cause() -> None:
    trials = [
        a_trial(number, {"lr": 0, "kind": "a"}, None, status, reason=reason)
        for number, status, reason in (
            (1, Status.TIMEOUT, "It ran into the time limit."),
            (2, Status.OUT_OF_MEMORY, "It used 3900 MB of 4000 MB."),
            (3, Status.OUT_OF_MEMORY, "It used 3812.5 MB of 4000 MB."),
        )
    ]
    causes = failures.causes([*trials, *finished(1.0)])
    assert [(cause.status, [trial.number for trial in cause.trials]) for cause in causes] == [
        (Status.OUT_OF_MEMORY, [2, 3]),
        (Status.TIMEOUT, [1]),
    ]
    assert causes[0].reason == "It used 3900 MB of 4000 MB."


ALIKE = [
    [
        "It ended with exit code 1. The file /scratch/5/data.csv was not found.",
        "It ended with exit code 1. The file /scratch/617/data.csv was not found.",
        "It ended with exit code 1. The file data/other-1e-05.csv was not found.",
    ],
    [
        'It ended with exit code 1. Its last words: "RuntimeError: stack at 0x7f3b00ff of job deadbeef01 is 3e-05".',
        'It ended with exit code 1. Its last words: "RuntimeError: stack at 0x7ffe of job 0badc0ffee99 is 12".',
    ],
    [
        'It ended with exit code 1. Its last words: "KeyError: run 0f8fad5b-d9cb-469f-a165-70867728950e".',
        'It ended with exit code 1. Its last words: "KeyError: run 7c9e6679-7425-40de-944b-e07fc1f90ae7".',
    ],
    [
        'It ended with exit code 1. Its last words: "ValueError: the loss of step 12 is not what was expected after so m…".',
        'It ended with exit code 1. Its last words: "ValueError: the loss of step 12345 is not what was expected after s…".',
    ],
]


def test_failures_that_differ_in_numbers_addresses_and_paths_have_one_cause() -> None:
    reasons = [reason for alike in ALIKE for reason in alike]
    trials = [
        a_trial(number, {"lr": 0, "kind": "a"}, None, Status.FAILED, reason=reason)
        for number, reason in enumerate(reasons)
    ]
    groups = [[trial.reason for trial in cause.trials] for cause in failures.causes(trials)]
    assert sorted(groups) == sorted(ALIKE)


def test_other_words_exit_codes_and_signals_are_other_causes() -> None:
    last_words = 'Its last words: "{}".'
    trials = [
        a_trial(1, {"lr": 0}, None, Status.FAILED, reason=last_words.format("KeyError: 'a'"), exit_code=1),
        a_trial(2, {"lr": 0}, None, Status.FAILED, reason=last_words.format("KeyError: 'b'"), exit_code=1),
        a_trial(3, {"lr": 0}, None, Status.FAILED, reason="It ended with exit code 2.", exit_code=2),
        a_trial(4, {"lr": 0}, None, Status.FAILED, reason="It ended with exit code 3.", exit_code=3),
        a_trial(5, {"lr": 0}, None, Status.FAILED, reason="Signal 11.", exit_code=None, signal=11),
        a_trial(6, {"lr": 0}, None, Status.FAILED, reason="Signal 6.", exit_code=None, signal=6),
    ]
    assert len(failures.causes(trials)) == 6


def test_the_end_of_a_run_tells_each_cause_once_with_an_example(tmp_path: Path) -> None:
    reasons = [f"The file /scratch/{number}/data was not found." for number in range(7)]
    trials = [
        a_trial(number, {"lr": 0}, None, Status.FAILED, reason=reason)
        for number, reason in enumerate(reasons)
    ]
    told = list(final_summary.failures(trials, Home.in_workdir(tmp_path).run("first")))
    assert told == [
        "Why evaluations failed:",
        "  7 x failed: for example evaluation 0: The file /scratch/0/data was not found.",
    ]


def test_every_failing_status_has_a_meaning() -> None:
    assert {status for status in Status if status.failure} == set(failures.MEANINGS)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=12))
def test_nothing_beats_the_pareto_front_and_it_beats_all_else(points: list[tuple[int, int]]) -> None:
    trials = [
        a_trial(number, {"lr": 0, "kind": "a"}, 1.0, outputs={"RESULT1": first, "RESULT2": second})
        for number, (first, second) in enumerate(points)
    ]
    names = pareto.objectives(trials)
    assert names == ["RESULT1", "RESULT2"]
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
    chosen = curves.choose(trials)
    assert [curve.trial.number for curve in chosen][:15] == list(range(15))
    assert len(chosen) == curves.MOST_CURVES
    assert chosen[0].steps[0] == 1
    assert chosen[0].steps[-1] == 500
    assert len(chosen[0].steps) <= curves.MOST_POINTS + 1


def test_gpu_samples_that_are_torn_or_wrong_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "gpu.csv"
    path.write_text(
        "time,gpu,name,utilization [%],memory used [MB],memory total [MB],power [W]\n"
        "2026/11/23 21:11:05.123, 0, NVIDIA H200, 50, 1000, 4000, 100.0\n"
        "2026/11/23 21:11:15.123, 0, NVIDIA H200, [N/A], 1000, 4000, 100.0\n"
        "2026/11/23 21:11:25.123, 0, NVIDIA H200, 100, 4000, 4000, 100.0\n"
        "2026/11/23 21:11:25.123, 1, NVIDIA H200, 0, 0, 0, 100.0\n"
        "2026/11/23 21:1"
    )
    (usage,) = gpu_usage.read_file("3", path)
    assert (usage.label, usage.busy, usage.memory) == ("worker 3, GPU 0", [50.0, 100.0], [25.0, 100.0])


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
    assert lr.log
    assert not big.log
    assert big.values == [2**53 - 1, 5.0]
    assert "9007199254740991" in json.dumps(payload(plot_data))
    assert kind.options == ("b", "a")
    assert kind.values == [1.0, 0.0]
    assert plot_data.column("result").values == [3.0, None]
    assert plot_data.usable == (True, False)
    assert [column.name for column in plot_data.with_axes(["kind", "RESULT"]).columns[:2]] == [
        "kind",
        "RESULT",
    ]
    assert plot_data.logarithmic(["big"]).of_role("parameter")[1].log
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


def seeded(tmp_path: Path, name: str, seed: int, losses: list[float], **fields: object) -> source.Results:
    """A run with these results."""
    run = a_run(run__name=name, search__seed=seed, **fields)
    return source.read(write_run(tmp_path, run, finished(*losses)))


def test_runs_that_differ_in_their_seed_only_are_one_band(tmp_path: Path) -> None:
    runs = [
        seeded(tmp_path, "one", 1, [4.0, 2.0]),
        seeded(tmp_path, "two", 2, [8.0, 6.0]),
        seeded(tmp_path, "other", 1, [1.0, 1.0], search__max_evals=7),
    ]
    bands = comparison.bands(runs)
    assert [band.runs for band in bands] == [("one", "two"), ("other",)]
    assert (bands[0].steps, bands[0].median, bands[0].low, bands[0].high) == (
        [1, 2],
        [6.0, 4.0],
        [5.0, 3.0],
        [7.0, 5.0],
    )


def test_curves_of_a_band_never_rise_where_one_begins_late_or_ends_early(tmp_path: Path) -> None:
    runs = [
        seeded(tmp_path, "short", 1, [4.0]),
        seeded(tmp_path, "long", 2, [9.0, 8.0, 7.0, 1.0]),
        source.read(
            write_run(tmp_path, a_run(run__name="late", search__seed=3), finished(None, None, 6.0, 5.0))
        ),
        source.read(write_run(tmp_path, a_run(run__name="never", search__seed=4), finished(None))),
    ]
    (band,) = comparison.bands(runs)
    assert band.runs == ("short", "long", "late")
    assert (band.steps, band.low, band.median, band.high) == ([3, 4], [5.0, 2.5], [6.0, 4.0], [6.5, 4.5])


def test_a_joined_frame_has_all_columns_and_says_which_run(tmp_path: Path) -> None:
    first = seeded(tmp_path, "one", 1, [4.0])
    other = source.read(
        write_run(
            tmp_path,
            a_run(("kind", "extra"), run__name="two"),
            [a_trial(1, {"kind": 0.25, "extra": "b"}, 1.0)],
        )
    )
    plot_data = comparison.joined("both", [first, other])
    columns = {column.name: column for column in plot_data.columns}
    assert columns["run"].options == ("one", "two")
    assert columns["lr"].values == [0.5, None]
    assert columns["kind"].options == ("a", "0.25")
    assert columns["extra"].values == [None, 0.0]


def test_imported_evaluations_are_known_and_have_no_log(tmp_path: Path) -> None:
    trial = Trial(1, {"lr": 0.5, "kind": "a"}, Status.OK, loss=1.0, agent=IMPORTED, end=START)
    assert trial.imported
    assert summary.best([trial]) is trial
    assert summary.agent_spans([trial]) == {}
