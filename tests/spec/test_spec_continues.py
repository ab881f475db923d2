"""What is said of the fields of programs that continue."""

from __future__ import annotations

import pytest

from worker.spec.check import check
from worker.spec.run import Draft, ParameterDraft


@pytest.mark.parametrize(
    ("run", "walltime", "problems"),
    [
        ({"warning": "0:05:00"}, "1:00:00", [("warning", "run.warning")]),
        ({"warning": "5:00:00"}, "1:00:00", [("warning", "run.warning")]),
        ({"warning": "0:05:00", "continues": True}, "1:00:00", []),
        ({"warning": "1:00:00", "continues": True}, "1:00:00", [("error", "run.warning")]),
        ({"warning": "20:00:00", "continues": True}, "0", [("error", "run.warning")]),
        ({"time_limit": "2:00:00"}, "1:00:00", [("warning", "run.time_limit")]),
        ({"time_limit": "2:00:00", "continues": True}, "1:00:00", []),
        ({"warning_signal": "KILL"}, "1:00:00", [("error", "run.warning_signal")]),
    ],
)
def test_a_warning_comes_in_time_and_to_programs_that_continue(
    run: dict[str, object], walltime: str, problems: list[tuple[str, str]]
) -> None:
    values = {f"run.{key}": value for key, value in {"name": "pear", "objective": "./p ($x)", **run}.items()}
    draft = Draft(
        {**values, "slurm.walltime": walltime}, (ParameterDraft("x", "hp.uniform", {"min": 0, "max": 1}),)
    )
    assert [(problem.severity, problem.path) for problem in check(draft).problems] == problems
