"""What an agent makes of an assignment: the environment of the program, and the one spelling of the run's folder."""

from __future__ import annotations

from pathlib import Path

from worker.spec.notation import value_text
from worker.spec.parameters import environment_name
from worker.store.inbox_messages import Assign
from worker.store.paths import RunPaths


def variables(assign: Assign, paths: RunPaths, agent: str) -> dict[str, str]:
    """The environment variables that the objective gets, beside those that the agent has."""
    names = {
        "OMNIOPT_RUN": str(paths.root),
        "OMNIOPT_TRIAL": str(assign.trial),
        "OMNIOPT_ATTEMPT": str(assign.attempt),
        "OMNIOPT_AGENT": agent,
        "OMNIOPT_TRIAL_DIR": str(paths.trial_dir(assign.trial)),
    }
    for name, value in assign.values.items():
        names[environment_name(name)] = value_text(value, assign.number_format)
    return names


def run_paths(root: Path) -> RunPaths:
    """The paths of the run in `root`, spelled the one way that processes of the run are recognised by."""
    return RunPaths(root.resolve())
