"""The remark that a program does not print the mean of its folds last, although the rule of early stopping takes it for that."""

from __future__ import annotations

from dataclasses import replace

import pytest
from report_runs import a_run, a_trial

from worker.report.data.folds_remark import remark
from worker.spec.run import Run
from worker.trial import Status, Trial

FOLDS = (0.4, 0.5, 0.9)


def by_folds() -> Run:
    return replace(a_run(("lr", "kind")), early_stopping="wilcoxon")


def printed(number: int, *values: float, status: Status = Status.OK) -> Trial:
    curve = tuple((float(place), value) for place, value in enumerate(values))
    return a_trial(number, {"lr": 1, "kind": "a"}, values[-1], status, curve=curve)


def test_it_is_said_with_an_example_and_what_to_do() -> None:
    said = remark(by_folds(), [printed(number, *FOLDS) for number in (1, 2, 3)])
    assert "evaluation 1 ends with 0.9, the mean of its other lines is 0.45." in said
    assert "print the mean of its folds last" in said


@pytest.mark.parametrize("mean", [0.6, 0.6001, 0.6 - 1e-12])
def test_one_that_ends_with_its_mean_rounded_or_not_shows_that_the_program_does_so(mean: float) -> None:
    assert not remark(
        by_folds(), [*(printed(number, *FOLDS) for number in (1, 2, 3)), printed(4, *FOLDS, mean)]
    )


def test_nothing_is_said_of_a_few_of_single_lines_of_those_that_were_stopped_and_under_other_rules() -> None:
    wrong = [printed(number, *FOLDS) for number in (1, 2, 3)]
    assert not remark(by_folds(), wrong[:2])
    assert not remark(by_folds(), [printed(number, 0.9) for number in range(9)])
    assert not remark(
        by_folds(), [printed(number, *FOLDS, status=Status.STOPPED_EARLY) for number in range(9)]
    )
    assert not remark(replace(by_folds(), early_stopping="median"), wrong)
