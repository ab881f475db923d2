"""The command that a trial ran, and the line with which a person runs it again."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from worker.agent.assignment import Assignment
from worker.report.source import Results
from worker.spec.parameters import Value
from worker.spec.placeholders import render
from worker.trial import Trial


def command_for(results: Results, values: Mapping[str, Value], number: int) -> str:
    """The objective program with these values put in."""
    paths = results.paths
    places = {"projectdir": str(paths.root), "trialdir": str(paths.trial_dir(number))}
    return render(results.run.objective, values, places)


def folder(results: Results) -> str:
    """The folder that the run's programs start in, "" where no driver wrote it down."""
    return next((str(driver["cwd"]) for driver in reversed(results.state.drivers) if driver.get("cwd")), "")


def by_hand(results: Results, trial: Trial) -> str:
    """One line for a shell that evaluates the trial again as its agent did: same folder, same variables."""
    command = command_for(results, trial.values, trial.number)
    known = Assignment(trial.number, trial.attempt or 1, trial.values, command, 0)
    variables = known.variables(results.paths, trial.agent or "by-hand")
    words = " ".join(f"{name}={shlex.quote(value)}" for name, value in variables.items())
    begin = f"cd {shlex.quote(place)} && " if (place := folder(results)) else ""
    return f"{begin}env {words} bash -c {shlex.quote(command)}"
