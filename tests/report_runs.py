"""Runs and trials built by hand, for the tests of what is made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from worker.spec.check import check
from worker.spec.parameters import Value
from worker.spec.run import Draft, ParameterDraft, Run
from worker.trial import Status, Trial

START = 1_700_000_000.0


def a_run(names: Sequence[str] = ("lr", "kind"), **fields: object) -> Run:
    """A checked run with a real parameter, and hp.choice ones for every further name; fields by path, . as __."""
    kinds = [ParameterDraft(names[0], "hp.uniform", {"min": 0, "max": 1})]
    kinds += [ParameterDraft(name, "hp.choice", {"values": ["a", "b"]}) for name in names[1:]]
    objective = "./objective " + " ".join(f"($x_{index})" for index in range(len(names)))
    values = {"run.name": "first", "run.objective": objective}
    values.update({path.replace("__", "."): value for path, value in fields.items()})  # type: ignore[misc]
    checked = check(Draft(values, tuple(kinds)))
    assert checked.run is not None, checked.problems
    return checked.run


def a_trial(
    number: int,
    values: Mapping[str, Value],
    loss: float | None = None,
    status: Status = Status.OK,
    outputs: Mapping[str, float] | None = None,
    **more: object,
) -> Trial:
    """A trial that took two seconds on host n1."""
    start = START + 3 * number
    facts: dict[str, object] = {
        "exit_code": 0 if status is Status.OK else 1,
        "seconds": 2.0,
        "start": start,
        "end": start + 2.0,
        "host": "n1",
        "agent": "1",
        "attempt": 1,
        **more,
    }
    return Trial(number, values, status, loss=loss, outputs=outputs or {}, **facts)  # type: ignore[arg-type]
