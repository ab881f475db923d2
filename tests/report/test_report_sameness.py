"""A run whose parameters change nothing: when that is said, when not, with which cause, and everywhere it matters."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path

import pytest
from forked_commands import Omniopt
from hypothesis import given
from hypothesis import strategies as st
from local_runs import config
from report_runs import a_run, a_trial, write_run
from rich.console import Console

from worker.progress.live_block import block
from worker.progress.snapshot import Snapshot
from worker.progress.tally import Tally
from worker.progress.terminal import Lines
from worker.report import run_text
from worker.report.data.equal_results import remark, sameness
from worker.report.data.results import read
from worker.report.pages import report
from worker.trial import IMPORTED, Status, Trial

WRAPPER = '"$@"'


def losses(*results: float | None, first: int = 1) -> list[Trial]:
    """Evaluations of different points with these results; None failed."""
    return [
        a_trial(
            number, {"lr": number / 1000, "kind": "a"}, loss, Status.OK if loss is not None else Status.FAILED
        )
        for number, loss in enumerate(results, first)
    ]


def test_ten_equal_results_of_different_points_are_said_with_the_likely_cause() -> None:
    assert sameness(losses(*[0.5] * 9)) is None
    sentence = remark(a_run(), losses(*[0.5] * 10))
    assert sentence.startswith("All 10 results are 0.5, although the parameters differ.")
    assert WRAPPER in sentence


def test_failures_and_what_was_made_elsewhere_say_nothing_about_it() -> None:
    failed = losses(*[None, 0.5] * 10)
    assert remark(a_run(), failed).startswith("All 10 results are 0.5,")
    elsewhere = [
        a_trial(number, {"lr": 0.1, "kind": "a"}, number, agent=IMPORTED) for number in range(20, 40)
    ]
    assert remark(a_run(), [*elsewhere, *failed]).startswith("All 10 results are 0.5,")
    kept = [a_trial(number, {"lr": number / 99, "kind": "a"}, 0.5, Status.FAILED) for number in range(1, 30)]
    assert sameness(kept) is None


def test_the_same_point_again_is_no_other_point() -> None:
    assert sameness([a_trial(number, {"lr": 0.5, "kind": "a"}, 0.5) for number in range(1, 40)]) is None


def test_results_of_which_many_are_equal_are_usual() -> None:
    assert sameness(losses(*[0.1] * 30, *[0.2, 0.3, 0.05] * 3)) is None
    assert sameness(losses(*[0.9] * 10, 0.8)) is None


def test_a_few_that_differ_among_many_do_not_hide_it() -> None:
    assert remark(a_run(), losses(0.1, *[99.5] * 39)).startswith("39 of 40 results are 99.5, although")


def test_outputs_that_differ_are_named_and_another_cause() -> None:
    trials = [
        a_trial(number, {"lr": number / 99, "kind": "a"}, 0.5, outputs={"accuracy": number / 7, "size": 3})
        for number in range(1, 21)
    ]
    sentence = remark(a_run(), trials)
    assert "outputs differ (accuracy)" in sentence and "size" not in sentence and WRAPPER not in sentence


@pytest.mark.parametrize(
    ("objective", "sentence"),
    [
        ("bash run.sh", "The command contains none of them"),
        ("bash run.sh ($lr)", "The command does not contain kind."),
    ],
)
def test_values_that_the_command_does_not_hold_are_a_cause(objective: str, sentence: str) -> None:
    assert sentence in remark(a_run(run__objective=objective), losses(*[0.5] * 10))


@given(st.lists(st.floats(-1e9, 1e9) | st.none(), min_size=10, max_size=60))
def test_nothing_is_said_of_results_that_differ(results: Sequence[float | None]) -> None:
    good = [loss for loss in results if loss is not None]
    most = max(map(good.count, good), default=0)
    same = sameness(losses(*results))
    assert (same is not None) == (most >= 10 and most >= 0.95 * len(good))


def test_the_terminal_says_it_once_as_lines_and_always_in_the_block() -> None:
    trials = losses(*[0.5] * 25)
    snapshot = Snapshot(a_run(), Tally(trials), {trial.number: trial for trial in trials})
    file = io.StringIO()
    lines = Lines(0, file)
    lines.update(snapshot)
    lines.update(snapshot)
    assert file.getvalue().count("All 25 results are 0.5") == 1
    console = Console(file=io.StringIO(), width=500)
    console.print(block(snapshot))
    assert isinstance(console.file, io.StringIO)
    assert "All 25 results are 0.5" in console.file.getvalue()


def test_errors_summary_and_report_say_it(tmp_path: Path) -> None:
    results = read(write_run(tmp_path, a_run(), losses(*[0.5] * 25)))
    errors = "\n".join(run_text.errors(results))
    assert "All 25 results are 0.5" in errors and "No problems found" not in errors
    assert "All 25 results are 0.5" in "\n".join(run_text.summary(results))
    page = report.page(results, report.Options(with_importance=False), datetime.now(timezone.utc))
    assert "All 25 results are 0.5" in page
    fine = read(write_run(tmp_path, a_run(run__name="fine"), losses(*[n / 10 for n in range(25)])))
    assert "although the parameters differ" not in report.page(
        fine, report.Options(with_importance=False), datetime.now(timezone.utc)
    )


def test_a_wrapper_without_its_arguments_is_found_out(omniopt: Omniopt, workdir: Path) -> None:
    (workdir / "run.sh").write_text("#!/bin/sh\necho RESULT: 0.5\n")
    done = omniopt("start", config(workdir, objective="sh run.sh ($x)", max_evals=12), "--local", "--yes")
    assert done.returncode == 0, done.stderr
    best = omniopt("best", "pear", "--json")
    assert json.loads(best.stdout)["loss"] == 0.5 and "All 12 results are 0.5" in best.stderr
    for output in (
        done.stdout,
        *(omniopt(command, "pear").stdout for command in ("errors", "summary", "status")),
    ):
        assert "All 12 results are 0.5, although the parameters differ." in output
        assert WRAPPER in output
