"""What commonly keeps evaluations from working, looked at from here: the program's file, the disk, the run itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from worker.agent.program import complaints
from worker.report.data import equal_results, notation_remark
from worker.report.data.results import Results
from worker.report.data.table import evaluated
from worker.spec.parameters import Parameter, Value
from worker.spec.text import counted
from worker.store.setup_failures import setup_failures
from worker.store.starter import run_command

_FULL = 0.95  # share of a disk or of its inodes from which it is nearly full
_LEAST_FREE = 1 << 30  # bytes


def findings(results: Results) -> Iterator[str]:
    """Sentences on what is wrong or soon will be, each with what to do."""
    yield from program_findings(results)
    yield from disk_findings(results.paths.root)
    if remark := equal_results.remark(results.run, results.trials):
        yield remark
    if remark := notation_remark.remark(results.run, results.trials):
        yield remark
    for failure in setup_failures(results.paths, results.run.setup):
        yield failure.sentence
    yield from run_findings(results)


def program_findings(results: Results) -> Iterator[str]:
    """What the file of the objective program shows: missing, not executable, no first line, Windows line ends."""
    values = next((trial.values for trial in results.trials), None) or example(results.run.parameters)
    yield from complaints(results.commands.of(values, 0), results.origin.cwd or str(Path.cwd()))


def example(parameters: tuple[Parameter, ...]) -> dict[str, Value]:
    """Some values, for looking at a command whose program does not depend on them."""
    return {
        parameter.name: parameter.options[0] if "values" in parameter.settings else 1
        for parameter in parameters
    }


def disk_findings(folder: Path) -> Iterator[str]:
    """Whether the file system of the run is nearly full, in bytes or in files."""
    try:
        disk = os.statvfs(folder)
    except OSError:
        return
    free = disk.f_bavail * disk.f_frsize
    if disk.f_blocks and free < _LEAST_FREE and disk.f_bavail < (1 - _FULL) * disk.f_blocks:
        yield (
            f"The disk of {folder} has only {free / 1e6:.0f} MB left, so writing results may soon fail; "
            "free some space there, or ask for more quota."
        )
    if disk.f_files and disk.f_favail < (1 - _FULL) * disk.f_files:
        yield (
            f"The file system of {folder} allows only {counted(disk.f_favail, 'more file')}; "
            "delete others, or ask for more quota."
        )


def run_findings(results: Results) -> Iterator[str]:
    """What the journal itself tells: damaged lines, an ending for a reason, nothing evaluated."""
    state = results.state
    if state.torn:
        yield (
            f"{counted(state.torn, 'line')} of the journal {'is' if state.torn == 1 else 'are'} damaged and skipped, as after a crash or a full disk; "
            "nothing that was shown is lost."
        )
    if state.ended is not None and state.ended.exit_code != 0:
        yield f"The run ended early: {state.ended.reason}"
    if not evaluated(state.trials.values()):
        yield f"No evaluation has started yet. To see what the run is waiting for: {run_command('status', results.paths)}"
