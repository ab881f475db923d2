"""What commonly keeps evaluations from working, looked at from here: the program's file, the disk, the run itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from worker.agent.program import complaints
from worker.report.source import Results
from worker.report.table import evaluated
from worker.spec.parameters import Parameter, Value

_FULL = 0.95  # share of a disk or of its inodes from which it is nearly full
_LEAST_FREE = 1 << 30  # bytes


def findings(results: Results) -> Iterator[str]:
    """Sentences on what is wrong or soon will be, each with what to do."""
    yield from program_findings(results)
    yield from disk_findings(results.paths.root)
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
            f"The disk of {folder} has only {free / 1e6:.0f} MB left, so results may soon not be written; "
            "make room there, or ask for more quota."
        )
    if disk.f_files and disk.f_favail < (1 - _FULL) * disk.f_files:
        yield (
            f"The file system of {folder} allows only {disk.f_favail:,} more files; "
            "delete some, or ask for more quota."
        )


def run_findings(results: Results) -> Iterator[str]:
    """What the journal itself tells: damaged lines, an ending for a reason, nothing evaluated."""
    state = results.state
    if state.torn:
        yield (
            f"{state.torn} lines of the journal are damaged and were skipped, as after a crash or a full disk; "
            "nothing that was shown is lost."
        )
    if state.ended is not None and state.ended.exit_code != 0:
        yield f"The run ended early: {state.ended.reason}"
    if not evaluated(state.trials.values()):
        yield "No evaluation has begun yet; omniopt status says what the run waits for."
