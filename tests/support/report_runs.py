"""Runs and trials built by hand, for the tests of what is made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from worker.spec.check import check
from worker.spec.formats import toml
from worker.spec.parameters import Value
from worker.spec.run import Draft, ParameterDraft, Run
from worker.store.journal import open_epoch
from worker.store.paths import Home, RunPaths
from worker.store.records import encode
from worker.trial import Status, Trial

START = 1_700_000_000.0


def a_run(names: Sequence[str] = ("lr", "kind"), /, **fields: object) -> Run:
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


def some_trials() -> list[Trial]:
    """Thirty evaluations, some of them failed."""
    trials = [
        a_trial(
            number,
            {"lr": number / 40, "kind": "ab"[number % 2]},
            (number / 40 - 0.3) ** 2 - 0.5,
            outputs={"accuracy": number / 30},
            curve=((0.1, 1.0), (0.2, 0.5)),
        )
        for number in range(1, 31)
    ]
    trials[4] = a_trial(
        5, {"lr": 0.125, "kind": "b"}, None, Status.FAILED, reason="It ended with exit code 1.", exit_code=1
    )
    return trials


def write_run(
    workdir: Path, run: Run, trials: Sequence[Trial], ended: bool = True, **said: object
) -> RunPaths:
    """The folder of a run with these trials, as a driver and one agent would have left it. said: more by the driver."""
    paths = Home.in_workdir(workdir).run(run.name)
    paths.trials.mkdir(parents=True)
    paths.config.write_text(toml.write(toml.draft_of(run)))
    epoch, journal = open_epoch(paths)
    driver = {"host": "n0", "pid": 1, "pid_start": "1", "version": "0", "seed": 42, **said}
    records: list[dict[str, object]] = [{"kind": "driver", "epoch": epoch, "at": START, **driver}]
    for trial in trials:
        records += records_of(trial)
    if ended:
        records.append({"kind": "ended", "reason": "All evaluations are done.", "exit_code": 0, "at": START})
    journal.append(*map(encode, records))
    journal.close()
    return paths


def records_of(trial: Trial) -> list[dict[str, object]]:
    """What a journal has of a trial."""
    again = {"point": trial.point, "repeat": trial.repeat} if trial.point else {}
    at = trial.start or START
    records = [_record("proposed", trial, values=dict(trial.values), at=at, **again)]
    if trial.start is not None:
        given = {"attempt": trial.attempt, "agent": trial.agent, "at": trial.start}
        records.append(_record("assigned", trial, **given))
        records.append(_record("started", trial, **given, host=trial.host))
        if trial.status.ended:
            records.append(_record("finished", trial, **_outcome(trial)))
    return records


def _record(kind: str, trial: Trial, **more: object) -> dict[str, object]:
    return {"kind": kind, "trial": trial.number, **more}


def _outcome(trial: Trial) -> dict[str, object]:
    facts = asdict(trial)
    del facts["number"], facts["values"]
    return {**facts, "status": trial.status.value, "curve": [list(point) for point in trial.curve]}
