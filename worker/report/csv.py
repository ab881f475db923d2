"""Writes the table of a run's evaluations as csv: exact numbers, safe in spreadsheets, replaced in one step."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

from worker.report import table
from worker.report.files import replacing
from worker.spec.run import Run
from worker.store.paths import RunPaths
from worker.trial import Trial


def write(paths: RunPaths, run: Run, trials: Iterable[Trial], out: Path | None = None) -> Path:
    """Write the table to `out` (default: the run's csv), which is replaced whole; returns where it is.

    Raises OSError where the folder cannot be written.
    """
    target = out or paths.csv
    with replacing(target) as file:
        write_to(file, paths, run, trials)
    return target


def write_to(file: TextIO, paths: RunPaths, run: Run, trials: Iterable[Trial], separator: str = ",") -> None:
    """Write the table into an open text file; numbers are the shortest text that reads back the same."""
    shown = table.evaluated(trials)
    writer = csv.writer(file, delimiter=separator, lineterminator="\n")
    writer.writerow([table.guarded(column.header) for column in table.columns(run, shown)])
    guarded = table.guarded
    writer.writerows(map(guarded, row) for row in table.rows(run, shown, paths))
