"""Whether the objective program of a run can run at all: the one check of `check`, `start` and `start --show`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from worker.agent.program import CommandContext, Fault, Programs, Weight, faults
from worker.agent.program_files import hint, is_folder, missing, nearest
from worker.agent.shell import HOLE
from worker.launch.scheduler import Scheduler
from worker.spec.environment import folder, runs_in
from worker.spec.environment_fields import TRIAL_FOLDER
from worker.spec.placeholders import complete, is_open, with_holes
from worker.spec.problem import Problem, Severity
from worker.spec.run import Run
from worker.spec.text import visible
from worker.store.paths import Home

# Setup lines that make no files: they load software and set variables.
_LOADS = re.compile(
    r"\s*(#|$|(module|ml|spack|conda|mamba|export|unset|set|ulimit|source|\.|shopt|umask)\b)|\s*\.\s"
)
OPTION = "--trust-program"
_SEVERITIES: dict[Weight, Severity] = {
    Weight.CERTAIN: "error",
    Weight.LIKELY: "warning",
    Weight.DOUBT: "warning",
}


def problems(
    run: Run, scheduler: Scheduler, home: Home, config: str = "", certain: bool = True
) -> Iterator[Problem]:
    """What is wrong with the objective program, as seen from the present folder, in which it would run.

    config: the file that the run was given as. certain: whether what certainly cannot run is an error.
    """
    context = _context(run, scheduler, home, config)
    found = [("environment.venv", fault) for fault in _venv_faults(run, context)]
    inside = _at_evaluations(run, context, home)
    if inside.cwd is not None and run.run_in not in ("", TRIAL_FOLDER) and not is_folder(inside.cwd):
        message = f"{run.run_in} is no folder."
        fault = Fault(message, hint(run.run_in, inside.cwd), context.weight(inside.cwd))
        found.append(("environment.run_in", fault))
    elif not is_open(run.objective):  # or the checks of the config have told
        command = with_holes(complete(run.objective, run.parameters), HOLE)
        found += [("run.objective", fault) for fault in faults(command, inside)]
    if run.before:
        found += [
            ("environment.before", fault.at_most(Weight.LIKELY)) for fault in faults(run.before, context)
        ]
    for path, fault in found:
        error = fault.weight is Weight.CERTAIN
        severity = _SEVERITIES[fault.weight] if certain else "warning"
        advice = visible(fault.advice)
        if error and certain:
            advice = f"{advice} If it can run anyway, start with {OPTION}."
        yield Problem(path, visible(fault.message), advice, severity)


def _venv_faults(run: Run, context: CommandContext) -> Iterator[Fault]:
    """That there is no virtual environment where one is named."""
    if run.venv and context.cwd is not None:
        path = folder(run.venv, context.cwd)
        if missing(path / "bin" / "activate"):
            message = f"{run.venv} is no virtual environment: there is no {path / 'bin' / 'activate'}."
            advice = f"Make it (python3 -m venv {path}), or correct the path."
            yield Fault(message, advice, context.weight(path))


def _at_evaluations(run: Run, context: CommandContext, home: Home) -> CommandContext:
    """Where evaluations begin."""
    if context.cwd is None:
        return context
    cwd = runs_in(run.run_in, context.cwd, home.run(run.name).trial_dir(1))
    software = run.modules or run.conda or run.venv
    return replace(context, cwd=cwd, programs=Programs.UNKNOWN if software else context.programs)


def _context(run: Run, scheduler: Scheduler, home: Home, config: str) -> CommandContext:
    """Where the run would be, and what of that can be known here."""
    cwd = Path.cwd()
    folder = Path(config).absolute().parent if config and not missing(Path(config)) else cwd
    beside = folder if folder != cwd else None
    if not scheduler.remote:
        return CommandContext(cwd, beside=beside, fixed=not run.before)
    fixed = not run.before and all(_LOADS.match(line) for line in run.setup)
    # The run itself works only where the nodes see its folder; what is on the same file system, they see as well.
    device = nearest(home.root).stat().st_dev
    shared = [folder for folder in (cwd, Path.home()) if is_folder(folder) and folder.stat().st_dev == device]
    folders = tuple(folder for folder in (home.root, *shared) if folder != folder.parent)
    return CommandContext(cwd, folders, Programs.ELSEWHERE, beside, fixed=fixed)
