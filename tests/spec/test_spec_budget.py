"""Budgets of hours: what people may write, what it stands for, and what is said of it before a run."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.spec.budget import MOST, Budget, Hours, budget_of, budget_text, twice
from worker.spec.check import check
from worker.spec.problem import Problem
from worker.spec.raw_values import ConversionError
from worker.spec.run import Draft, ParameterDraft

amounts = st.decimals("0.001", MOST, places=3)


@given(
    amounts,
    st.sampled_from(["node", "core", "gpu"]),
    st.sampled_from(["-", " ", "", "_", " - ", "*"]),
    st.sampled_from(["h", "hr", "hours", "Hour"]),
    st.booleans(),
)
def test_every_spelling_has_one_canonical_text_that_reads_back(
    amount: object, unit: str, between: str, hours: str, plural: bool
) -> None:
    text = budget_text(f" {amount} {unit.upper()}{'s' if plural else ''}{between}{hours} ")
    budget = budget_of(text)
    assert budget == Budget(float(str(amount)), unit)
    assert re.fullmatch(rf"\d+(\.\d*[1-9])? {unit}-hours?", text)
    assert budget_text(text) == text
    assert budget_of(twice(text)) == Budget(min(2 * budget.amount, MOST), unit)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("200 node-hours", "200 node-hours"), ("1000 cpu-hours", "1000 core-hours"), ("50 GPUh", "50 gpu-hours"),
        ("1.0 nodes h", "1 node-hour"), (".5 core hours", "0.5 core-hours"), ("", ""), ("  ", ""), (None, ""),
    ],
)  # fmt: skip
def test_budgets(text: object, canonical: str) -> None:
    assert budget_text(text) == canonical


@pytest.mark.parametrize(
    ("raw", "message", "hint"),
    [
        (200, '"200" does not say hours of what.', "Write what is counted as well: 200 node-hours, 200 core-hours"),
        ("200h", '"200h" does not say hours of what.', "200 gpu-hours."),
        ("10,000 core-h", '"10,000 core-h" is not a budget.', "Write it without thousands separators: 10000 core-h."),
        ("0.0 node-hours", "A budget of 0 hours would pay for no evaluation.", "Leave it empty for no limit."),
        ("-5 node-hours", '"-5 node-hours" is not a budget.', "Write hours and what is counted, such as 200 node-hours"),
        ("2 node-days", '"2 node-days" is not a budget.', "Write hours and what is counted"),
        ("9999999999 gpu-h", "This budget is too large.", "Leave it empty for no limit."),
        (["1 gpu-h"], "This must be a single value.", "Put it in quotes."),
    ],
)  # fmt: skip
def test_what_is_none_is_explained(raw: object, message: str, hint: str) -> None:
    with pytest.raises(ConversionError) as caught:
        budget_text(raw)
    assert str(caught.value) == message
    assert hint in caught.value.hint


@given(st.text())
def test_any_text_is_a_budget_or_explained(text: str) -> None:
    try:
        canonical = budget_text(text)
    except ConversionError as error:
        assert error.hint
    else:
        assert (budget_of(canonical) is None) is (canonical == "")


def test_a_budget_counts_its_own_hours() -> None:
    had = Hours(1, 20, 3)
    assert [Budget(9, unit).of(had) for unit in ("node", "core", "gpu")] == [1, 20, 3]


def remarks(**values: object) -> list[Problem]:
    fields = {"run.name": "pear", "run.objective": "./p ($x)", "run.workers": 5, "run.runtime": "48"}
    fields |= {path.replace("__", "."): value for path, value in values.items()}
    draft = Draft(fields, (ParameterDraft("x", "hp.uniform", {"min": 0, "max": 1}),))
    return [problem for problem in check(draft).problems if problem.path == "run.budget"]


@pytest.mark.parametrize(
    ("values", "severity", "sentence"),
    [
        (
            {"run__budget": "100 core-hours", "slurm__cpus": 4},
            "note",
            "As Slurm jobs, 5 workers with 4 CPUs each use 20 core-hours an hour, so 100 core-hours last for 5 h "
            "if all of them work all the time.",
        ),
        (
            {"run__budget": "0.5 node-hours", "slurm__nodes": 2, "slurm__tasks": 2, "run__workers": 1},
            "note",
            "As a Slurm job, 1 worker with 2 nodes uses 2 node-hours an hour, so 0.5 node-hours last for 0:15:00 "
            "if it works all the time.",
        ),
        (
            {"run__budget": "1 core-hour", "slurm__cpus": 4},
            "warning",
            "As Slurm jobs, 5 workers with 4 CPUs each use 20 core-hours an hour, so 1 core-hour lasts for 0:03:00 only.",
        ),
        (
            {"run__budget": "1000 gpu-hours", "slurm__enable_gpus": True, "slurm__gpus": 1},
            "note",
            "As Slurm jobs, 5 workers with 1 GPU each use 5 gpu-hours an hour, at most 240 in the runtime of 48 h.",
        ),
        (
            {"run__budget": "1000 gpu-hours", "slurm__enable_gpus": False},
            "warning",
            "The workers have no GPUs, so a budget of gpu-hours would never end the run.",
        ),
    ],
)
def test_how_far_a_budget_reaches_is_said_before_the_run(
    values: dict[str, object], severity: str, sentence: str
) -> None:
    [problem] = remarks(**values)
    assert (problem.severity, problem.message) == (severity, sentence)
    assert problem.hint


def test_without_a_budget_nothing_is_said() -> None:
    assert remarks() == []
