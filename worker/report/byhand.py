"""The command that a trial ran, and the line with which a person runs it again."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from contextlib import suppress

from worker.agent.assignment import Assignment
from worker.report.source import Results
from worker.spec.parameters import Value
from worker.spec.placeholders import render
from worker.store.tail import read_records
from worker.trial import Trial


def command_for(results: Results, values: Mapping[str, Value], number: int) -> str:
    """The objective program with these values put in."""
    paths = results.paths
    places = {"projectdir": str(paths.root), "trialdir": str(paths.trial_dir(number))}
    return render(results.run.objective, values, places)


def by_hand(results: Results, trial: Trial) -> str:
    """One line for a shell that evaluates the trial again as its agent did: same folder, same variables.

    The folder is left out where nobody knows it any more (the agent's inbox is gone).
    """
    given = _assignment(results, trial)
    command = given.command if given else command_for(results, trial.values, trial.number)
    known = given or Assignment(trial.number, trial.attempt or 1, trial.values, command, 0)
    variables = known.variables(results.paths, trial.agent or "by-hand")
    words = [f"{name}={shlex.quote(value)}" for name, value in variables.items()]
    folder = f"cd {shlex.quote(given.cwd)} && " if given and given.cwd != "." else ""
    return f"{folder}env {' '.join(words)} bash -c {shlex.quote(command)}"


def _assignment(results: Results, trial: Trial) -> Assignment | None:
    """What the trial's agent was told, newest driver first."""
    if not trial.agent:
        return None
    agent = results.paths.agent(trial.agent)
    for epoch in range(results.state.epoch, 0, -1):
        with suppress(OSError):  # a colleague's run: what cannot be read is not known
            for record in read_records(agent.inbox(epoch)):
                if record and record.get("kind") == "assign" and record.get("trial") == trial.number:
                    return Assignment.read(record, epoch)
    return None
