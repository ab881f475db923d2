"""The commands that the trials of a run ran, and the lines with which a person runs them again, from anywhere."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path

from worker.agent.assignment import variables
from worker.launch import registry
from worker.spec import preparation
from worker.spec.environment import runs_in
from worker.spec.parameters import Value
from worker.spec.placeholders import render, unused
from worker.spec.run import Run
from worker.store.inbox_messages import Assign
from worker.store.origin import Origin
from worker.store.paths import RunPaths
from worker.trial import Trial


class Commands:
    """The commands of one run, which was begun at `origin`."""

    def __init__(self, run: Run, paths: RunPaths, origin: Origin) -> None:
        self._run, self._paths, self._origin = run, paths, origin

    def of(self, values: Mapping[str, Value], number: int) -> str:
        """The objective program with the values of trial `number` put in."""
        run = self._run
        return render(run.objective, values, self._paths.places(number), run.number_format, run.parameters)

    def ready(self, trial: Trial) -> str:
        """One line for a shell that runs the program with the trial's values; as short as that can be."""
        objective = self._run.objective
        set_before = preparation.exports(self._run.variables)
        if any("OMNIOPT_" in text for text in (objective, *set_before)) or unused(objective, self._run.names):
            return self.by_hand(trial)
        command = self.of(trial.values, trial.number)
        closed = f"bash -c {shlex.quote('; '.join([*set_before, command]))}"
        return self._in_place(trial.number, closed if set_before else command, closed)

    def by_hand(self, trial: Trial) -> str:
        """One line for a shell that evaluates the trial again as its agent did: same folder, same variables."""
        command = self.of(trial.values, trial.number)
        assign = Assign(
            epoch=0,
            trial=trial.number,
            attempt=trial.attempt or 1,
            values=trial.values,
            command=command,
            number_format=self._run.number_format,
            repeat=trial.repeat,
        )
        environment = variables(assign, self._paths, trial.agent or "by-hand")
        assignments = " ".join(f"{name}={shlex.quote(value)}" for name, value in environment.items())
        lines = [*preparation.exports(self._run.variables), command]
        line = f"env {assignments} bash -c {shlex.quote('; '.join(lines))}"
        return self._in_place(trial.number, line, line)

    def _in_place(self, number: int, command: str, closed: str) -> str:
        """`command` in the folder and after the lines that the run's workers began with; `closed` is it as one word list."""
        base = Path(self._origin.cwd)
        folder = (
            str(runs_in(self._run.run_in, base, self._paths.trial_dir(number))) if self._origin.cwd else ""
        )
        begin = f"cd {shlex.quote(folder)} && " if folder else ""
        setup = [*self._setup(), *preparation.by_hand(preparation.needs(self._run, base))]
        return f"{begin}{{ {'; '.join([*setup, closed])}; }}" if setup else begin + command

    def _setup(self) -> list[str]:
        """What the worker jobs of the run do first, such as loading modules; processes of one machine do nothing."""
        scheduler = registry.called(self._origin.where)
        if scheduler is None or not scheduler.remote:
            return []
        lines = (line.strip() for line in self._run.setup)
        return [
            f"eval {shlex.quote(line)}" if "#" in line else line for line in lines if line and line[0] != "#"
        ]
