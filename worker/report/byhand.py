"""The command that a trial ran, and the lines with which a person runs it again, from anywhere."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from worker.agent.assignment import Assignment
from worker.report.source import Results
from worker.spec.parameters import Value
from worker.spec.placeholders import render, unused
from worker.trial import Trial


def command_for(results: Results, values: Mapping[str, Value], number: int) -> str:
    """The objective program with these values put in."""
    paths = results.paths
    places = {"projectdir": str(paths.root), "trialdir": str(paths.trial_dir(number))}
    return render(results.run.objective, values, places)


def folder(results: Results) -> str:
    """The folder that the run's programs start in, "" where no driver wrote it down."""
    return next((str(driver["cwd"]) for driver in reversed(results.state.drivers) if driver.get("cwd")), "")


def ready(results: Results, trial: Trial) -> str:
    """One line for a shell that runs the program with the trial's values; as short as that can be."""
    objective = results.run.objective
    if "OMNIOPT_" in objective or unused(objective, list(trial.values)):
        return by_hand(results, trial)
    command = command_for(results, trial.values, trial.number)
    return _in_place(results, command, f"bash -c {shlex.quote(command)}")


def by_hand(results: Results, trial: Trial) -> str:
    """One line for a shell that evaluates the trial again as its agent did: same folder, same variables."""
    command = command_for(results, trial.values, trial.number)
    known = Assignment(trial.number, trial.attempt or 1, trial.values, command, 0)
    variables = known.variables(results.paths, trial.agent or "by-hand")
    words = " ".join(f"{name}={shlex.quote(value)}" for name, value in variables.items())
    line = f"env {words} bash -c {shlex.quote(command)}"
    return _in_place(results, line, line)


def _in_place(results: Results, command: str, closed: str) -> str:
    """`command` in the folder and after the lines that the run's workers began with; `closed` is it as one word list."""
    place = folder(results)
    begin = f"cd {shlex.quote(place)} && " if place else ""
    setup = _setup(results)
    return f"{begin}{{ {'; '.join([*setup, closed])}; }}" if setup else begin + command


def _setup(results: Results) -> list[str]:
    """What the worker jobs of a run in Slurm did first, such as loading modules."""
    if not any(driver.get("where") == "slurm" for driver in results.state.drivers[-1:]):
        return []
    lines = (line.strip() for line in results.run.setup)
    return [f"eval {shlex.quote(line)}" if "#" in line else line for line in lines if line and line[0] != "#"]
