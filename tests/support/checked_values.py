"""The checks of a whole run, given values: its problems, or the run."""

from __future__ import annotations

from collections.abc import Mapping

from worker.spec.check import check
from worker.spec.problem import Problem
from worker.spec.run import Draft, ParameterDraft, Run

GOOD = {"run.name": "my_run", "run.objective": "./run ($x_0)"}

ANY = ParameterDraft("a", "hp.uniform", {"min": 0, "max": 1})


def problems(values: Mapping[str, object], *parameters: ParameterDraft) -> tuple[Problem, ...]:
    """What is wrong with a good run that is changed by `values`, with `parameters` or a good one."""
    return check(Draft({**GOOD, **values}, parameters or (ANY,))).problems


def only_problem(values: Mapping[str, object], *parameters: ParameterDraft) -> Problem:
    """The one thing that is wrong."""
    (problem,) = problems(values, *parameters)
    return problem


def run(values: Mapping[str, object], *parameters: ParameterDraft) -> Run:
    """The run, with which nothing is wrong."""
    checked = check(Draft({**GOOD, **values}, parameters or (ANY,)))
    assert checked.run is not None, checked.problems
    return checked.run
