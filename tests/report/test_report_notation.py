"""Failures that coincide with how numbers look: told with what to write, and not where it is chance."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from report_runs import a_trial, write_run

from worker.report import run_text
from worker.report.data import results
from worker.report.data.notation_remark import remark
from worker.spec.check import check
from worker.spec.run import Draft, ParameterDraft, Run
from worker.trial import Status, Trial

OBJECTIVE = "prog --shift ($shift) --gain ($gain)"


def a_run(objective: str = OBJECTIVE, number_format: str = "auto") -> Run:
    values = {"run.name": "r", "run.objective": objective, "run.number_format": number_format}
    kinds = [ParameterDraft(name, "hp.uniform", {"min": -1, "max": 1}) for name in ("shift", "gain")]
    run = check(Draft(values, tuple(kinds))).run
    assert run is not None
    return run


def trials(shifts: Sequence[float], fails: Callable[[float], bool], gain: float = 0.5) -> list[Trial]:
    return [
        a_trial(number, {"shift": shift, "gain": gain}, None, Status.FAILED)
        if fails(shift)
        else a_trial(number, {"shift": shift, "gain": gain}, 1.0)
        for number, shift in enumerate(shifts, 1)
    ]


SMALL = [sign * digit * 1e-30 for digit in range(1, 9) for sign in (1, -1)]
LARGE = [sign * digit / 10 for digit in range(1, 9) for sign in (1, -1)]


@pytest.mark.parametrize(
    ("fails", "shifts", "beginning", "advice"),
    [
        (
            lambda shift: -1e-20 < shift < 0,
            SMALL + LARGE,
            "8 of 8 evaluations in which shift is negative with an exponent, such as -1e-30, failed, and 0 of 24 others.",
            "prog --shift=($shift) --gain ($gain)",
        ),
        (
            lambda shift: shift < 0,
            LARGE,
            "8 of 8 evaluations in which shift is negative, such as -0.1, failed, and 0 of 8 others.",
            "prog --shift=($shift) --gain ($gain)",
        ),
        (
            lambda shift: abs(shift) < 1e-20,
            SMALL + LARGE,
            "16 of 16 evaluations in which shift is written with an exponent, such as 1e-30, failed, and 0 of 16 others.",
            'number_format = "plain" in the section [run].',
        ),
    ],
)
def test_what_coincides_is_told_with_the_line_to_write(
    fails: Callable[[float], bool], shifts: Sequence[float], beginning: str, advice: str
) -> None:
    sentence = remark(a_run(), trials(shifts, fails))
    assert sentence.startswith(beginning)
    assert sentence.endswith(advice)


def test_errors_tell_it(tmp_path: Path) -> None:
    paths = write_run(tmp_path, a_run(), trials(LARGE, lambda shift: shift < 0))
    assert any("--shift=($shift)" in line for line in run_text.errors(results.read(paths)))


def test_results_that_are_missing_count_as_failures() -> None:
    failing = trials(LARGE, lambda shift: shift < 0)
    for trial in failing:
        trial.status = Status.NO_RESULT if trial.status is Status.FAILED else trial.status
    assert "is negative" in remark(a_run(), failing)


@pytest.mark.parametrize(
    ("objective", "fails"),
    [
        ("prog --shift=($shift) --gain=($gain)", lambda shift: shift < 0),  # no word begins with the value
        ("prog --gain ($gain)", lambda shift: shift < 0),  # the value is not in the command
        (OBJECTIVE, lambda shift: shift > 0),
        (OBJECTIVE, lambda shift: True),
        (OBJECTIVE, lambda shift: False),
        (OBJECTIVE, lambda shift: shift == -0.1),
        (OBJECTIVE, lambda shift: abs(shift) > 0.3),
    ],
)
def test_what_does_not_coincide_is_not_told(objective: str, fails: Callable[[float], bool]) -> None:
    assert remark(a_run(objective), trials(LARGE, fails)) == ""


def by_chance(drawn: random.Random, share: float) -> Callable[[float], bool]:
    """Failures that have nothing to do with the value."""
    return lambda _: drawn.random() < share


def test_chance_is_hardly_ever_taken_for_it() -> None:
    drawn = random.Random(1)
    told = sum(
        remark(
            a_run(),
            trials([drawn.uniform(-1, 1) for _ in range(20)], by_chance(drawn, share)),
        )
        != ""
        for share in (0.1, 0.3, 0.5, 0.7, 0.9)
        for _ in range(100)
    )
    assert told <= 5


def test_few_evaluations_say_nothing() -> None:
    assert remark(a_run(), trials([-0.1, -0.2, 0.1, 0.2], lambda shift: shift < 0)) == ""


def test_without_an_option_no_line_is_made_up() -> None:
    sentence = remark(a_run("prog ($shift) ($gain)"), trials(LARGE, lambda shift: shift < 0))
    assert "if it accepts --" in sentence
