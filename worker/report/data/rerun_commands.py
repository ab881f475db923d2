"""The commands that the trials of a run ran, and the lines with which a person runs them again, from anywhere."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from worker.agent.assignment import variables
from worker.launch import registry
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
        if "OMNIOPT_" in objective or unused(objective, self._run.names):
            return self.by_hand(trial)
        command = self.of(trial.values, trial.number)
        return self._in_place(command, f"bash -c {shlex.quote(command)}")

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
        line = f"env {assignments} bash -c {shlex.quote(command)}"
        return self._in_place(line, line)

    def _in_place(self, command: str, closed: str) -> str:
        """`command` in the folder and after the lines that the run's workers began with; `closed` is it as one word list."""
        folder = self._origin.cwd
        begin = f"cd {shlex.quote(folder)} && " if folder else ""
        setup = self._setup()
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
