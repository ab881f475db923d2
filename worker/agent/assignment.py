"""What an agent makes of an assignment: the environment of the program, what it says where that ends otherwise."""

from __future__ import annotations

import time
from pathlib import Path

from worker.spec.notation import value_text
from worker.spec.parameters import environment_name
from worker.store.inbox_messages import Assign
from worker.store.outbox_messages import Refused, Retracted
from worker.store.paths import RunPaths


def variables(assign: Assign, paths: RunPaths, agent: str) -> dict[str, str]:
    """The environment variables that the objective gets, beside those that the agent has."""
    names = {
        "OMNIOPT_RUN": str(paths.root),
        "OMNIOPT_TRIAL": str(assign.trial),
        "OMNIOPT_ATTEMPT": str(assign.attempt),
        "OMNIOPT_REPEAT": str(assign.repeat),
        "OMNIOPT_AGENT": agent,
        "OMNIOPT_TRIAL_DIR": str(paths.trial_dir(assign.trial)),
    }
    for name, value in assign.values.items():
        names[environment_name(name)] = value_text(value, assign.number_format)
    return names


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
