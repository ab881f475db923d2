"""Writes the table of a run's evaluations as csv: exact numbers, safe in spreadsheets, replaced in one step."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import TextIO

from worker.report.data import table
from worker.spec.notation import value_text
from worker.spec.run import Run
from worker.store.files import replacing
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


def write_to(
    file: TextIO,
    paths: RunPaths,
    run: Run,
    trials: Iterable[Trial],
    separator: str = ",",
    scientific: bool = False,
) -> None:
    """Write the table into an open text file; numbers read back the same, parameters as the program got them.

    scientific: parameters, results and outputs that are no integers are written like 1.5e-3, as exactly.
    """
    shown = table.evaluated(trials)
    columns = table.columns(run, shown)
    writer = csv.writer(file, delimiter=separator, lineterminator="\n")
    writer.writerow([table.guarded(column.header) for column in columns])
    rows: Iterable[list[table.Cell]] = table.safe_rows(run, shown, paths)
    if scientific:
        measured = [column.role != "own" or column.name == table.RESULT for column in columns]
        rows = (
            [
                _scientific(cell) if is_measured else cell
                for cell, is_measured in zip(row, measured, strict=True)
            ]
            for row in rows
        )
    else:
        parameters = [index for index, column in enumerate(columns) if column.role == "parameter"]
        rows = (_as_passed(row, parameters, run.number_format) for row in rows)
    writer.writerows(rows)


def _as_passed(row: list[table.Cell], parameters: Iterable[int], number_format: str) -> list[table.Cell]:
    for index in parameters:
        cell = row[index]
        if isinstance(cell, float):
            row[index] = value_text(cell, number_format)
    return row


def _scientific(cell: table.Cell) -> table.Cell:
    return f"{Decimal(repr(cell)):e}" if isinstance(cell, float) else cell
