"""Whether the objective program of a run can run at all: the one check of `check`, `start` and `start --show`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from worker.agent.program import CommandContext, Programs, Weight, faults
from worker.agent.program_files import is_folder, missing, nearest
from worker.agent.shell import HOLE
from worker.launch.scheduler import Scheduler
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
    if is_open(run.objective):
        return  # the checks of the config have told
    command = with_holes(complete(run.objective, run.parameters), HOLE)
    for fault in faults(command, _context(run, scheduler, home, config)):
        error = fault.weight is Weight.CERTAIN
        severity = _SEVERITIES[fault.weight] if certain else "warning"
        advice = visible(fault.advice)
        if error and certain:
            advice = f"{advice} If it can run anyway, start with {OPTION}."
        yield Problem("run.objective", visible(fault.message), advice, severity)


def _context(run: Run, scheduler: Scheduler, home: Home, config: str) -> CommandContext:
    """Where the program would run, and what of that can be known here."""
    cwd = Path.cwd()
    folder = Path(config).absolute().parent if config and not missing(Path(config)) else cwd
    beside = folder if folder != cwd else None
    if not scheduler.remote:
        return CommandContext(cwd, beside=beside)
    fixed = all(_LOADS.match(line) for line in run.setup)
    # The run itself works only where the nodes see its folder; what is on the same file system, they see as well.
    device = nearest(home.root).stat().st_dev
    shared = [folder for folder in (cwd, Path.home()) if is_folder(folder) and folder.stat().st_dev == device]
    folders = tuple(folder for folder in (home.root, *shared) if folder != folder.parent)
    return CommandContext(cwd, folders, Programs.ELSEWHERE, beside, fixed=fixed)
