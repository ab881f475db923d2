"""What an agent makes of an assignment: the environment of the program, what it says where that ends otherwise."""

from __future__ import annotations

import time
from pathlib import Path

from worker.agent.folder import node_name
from worker.spec.notation import value_text
from worker.spec.parameters import environment_name
from worker.store.inbox_messages import Assign
from worker.store.outbox_messages import Finished, Refused, Retracted
from worker.store.paths import RunPaths
from worker.trial import BEFORE, Outcome, Status


def variables(assign: Assign, paths: RunPaths, agent: str) -> dict[str, str]:
    """The environment variables that the objective gets, beside those that the agent has."""
    names = {
        "OMNIOPT_RUN": str(paths.root),
        "OMNIOPT_ATTEMPT": str(assign.attempt),
        "OMNIOPT_REPEAT": str(assign.repeat),
        "OMNIOPT_AGENT": agent,
    }
    if assign.trial != BEFORE:
        names["OMNIOPT_TRIAL"] = str(assign.trial)
        names["OMNIOPT_TRIAL_DIR"] = str(paths.trial_dir(assign.trial))
    for name, value in assign.values.items():
        names[environment_name(name)] = value_text(value, assign.number_format)
    return names


def finished(
    assign: Assign, agent: str, gpus: str, status: Status, outcome: Outcome, retry: str = ""
) -> Finished:
    """How it has ended. retry: the text that asks for a repetition, if it has printed one."""
    return Finished(
        trial=assign.trial,
        attempt=assign.attempt,
        agent=agent,
        epoch=assign.epoch,
        values=assign.values,
        host=node_name(),
        gpus=gpus,
        status=status,
        outcome=outcome,
        retry=retry,
        at=time.time(),
    )


def needs_folder(assign: Assign, trial_dir: Path) -> bool:
    """Whether the folder of its own has to be there when the program begins."""
    named = str(trial_dir) in assign.command or "OMNIOPT_TRIAL_DIR" in assign.command
    in_variable = any("OMNIOPT_TRIAL_DIR" in value for value in assign.variables.values())
    return named or in_variable or assign.continues or assign.cwd == str(trial_dir)


def refused(assign: Assign, reason: str, willed: bool, spent: float | None) -> Refused:
    """That the agent has not brought it to an end. spent: seconds that all attempts have taken, if it is to continue."""
    (trial, attempt), at = assign.key, time.time()
    return Refused(
        trial=trial,
        attempt=attempt,
        epoch=assign.epoch,
        reason=reason,
        willed=willed,
        spent=spent,
        at=at,
    )


def retracted(assign: Assign, reason: str, willed: bool) -> Retracted:
    """That what was said of its end does not count."""
    (trial, attempt), at = assign.key, time.time()
    return Retracted(trial=trial, attempt=attempt, epoch=assign.epoch, reason=reason, willed=willed, at=at)


def run_paths(root: Path) -> RunPaths:
    """The paths of the run in `root`, spelled the one way that processes of the run are recognised by."""
    return RunPaths(root.resolve())
