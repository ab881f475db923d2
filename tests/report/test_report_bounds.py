"""The remark that the best evaluation lies on a bound: when it is said, when not, and everywhere it matters."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path

import pytest
from forked_commands import Omniopt
from report_runs import a_trial, write_run

from worker.progress.final_summary import report as last_words
from worker.progress.tally import Tally
from worker.report import run_text
from worker.report.data.bounds_remark import remark
from worker.report.data.results import read
from worker.report.pages import report
from worker.spec.check import check
from worker.spec.parameters import Value
from worker.spec.run import Draft, ParameterDraft, Run
from worker.store.origin import origin
from worker.trial import Trial


def run_over(kind: str, **settings: object) -> Run:
    checked = check(
        Draft({"run.name": "r", "run.objective": "./p ($a)"}, (ParameterDraft("a", kind, settings),))
    )
    assert checked.run is not None, checked.problems
    return checked.run


def best(value: Value) -> Trial:
    return a_trial(1, {"a": value}, 0.5)


@pytest.mark.parametrize(
    ("kind", "settings", "value", "end"),
    [
        ("real", {"min": 0.0001, "max": 0.1, "log": True}, 0.1, "its max"),
        ("real", {"min": 0.0001, "max": 0.1, "log": True}, 0.000102, "its min"),
        ("real", {"min": 0, "max": 1}, 0.995, "its max"),
        ("real", {"min": 0, "max": 1, "step": 0.25}, 1.0, "its max"),
        ("integer", {"min": 1, "max": 8}, 8, "its max"),
        ("categorical", {"values": "16,32,64,128", "ordered": True}, "128", "the last"),
        ("categorical", {"values": "16,32,64,128", "ordered": True}, "16", "the first"),
        ("hp.loguniform", {"min": -9, "max": 0}, 1.0, "its max"),
        ("hp.randint", {"max": 9}, 8, "its max"),
    ],
)
def test_a_best_value_on_a_bound_is_said(
    kind: str, settings: Mapping[str, object], value: Value, end: str
) -> None:
    sentence = remark(run_over(kind, **settings), best(value), 10)
    assert sentence.startswith("The best evaluation lies on a bound of the search space: a = ")
    assert f"({end})." in sentence


@pytest.mark.parametrize(
    ("kind", "settings", "value"),
    [
        ("real", {"min": 0.0001, "max": 0.1, "log": True}, 0.09),
        ("real", {"min": 0, "max": 1}, 0.98),
        ("integer", {"min": 1, "max": 8}, 7),
        ("integer", {"min": 0, "max": 1}, 1),
        ("categorical", {"values": "16,32,64,128"}, "128"),
        ("fixed", {"value": "1"}, "1"),
        ("hp.randint", {"max": 9}, 0),
        ("hp.choiceint", {"min": 1, "max": 9}, 9),
        ("hp.normal", {"mu": 0, "sigma": 1}, 7.9),
    ],
)
def test_where_there_is_no_bound_nothing_is_said(
    kind: str, settings: Mapping[str, object], value: Value
) -> None:
    assert remark(run_over(kind, **settings), best(value), 99) == ""


def test_few_results_say_nothing_about_it() -> None:
    run = run_over("integer", min=1, max=8)
    assert remark(run, best(8), 9) == ""
    assert remark(run, None, 0) == ""
    assert remark(run, best(8), 10)


def test_it_is_said_wherever_the_best_is(workdir: Path, omniopt: Omniopt) -> None:
    run = run_over("integer", min=1, max=20)
    trials = [a_trial(number, {"a": number}, 100 - number) for number in range(1, 21)]
    paths = write_run(workdir, run, trials)
    said = "lies on a bound of the search space: a = 20 (its max)."
    results = read(paths)
    assert any(said in line for line in run_text.summary(results))
    assert said in report.page(results, report.Options(with_importance=False), datetime.now(timezone.utc))
    by_number = {trial.number: trial for trial in trials}
    words = list(last_words(run, paths, by_number, Tally(trials), origin(paths)))
    assert any(said in line for line in words)
    assert said in omniopt("status", str(paths.root)).stdout
