"""Writes the table of a run's evaluations as csv: exact numbers, safe in spreadsheets, replaced in one step."""

from __future__ import annotations

import codecs
import csv
import json
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TextIO

from worker.report.data import table
from worker.report.exchange import csv_dictionary
from worker.spec.notation import value_text
from worker.spec.run import Run
from worker.store.files import replacing
from worker.store.paths import RunPaths
from worker.trial import Trial


@dataclass(frozen=True)
class Dialect:
    """How a table is written.

    scientific: parameters, results and outputs that are no integers are written like 1.5e-3, as exactly. decimal_comma: numbers
    like 0,5. mark: a byte order mark at the beginning, by which some spreadsheets know UTF-8.
    """

    separator: str = ","
    scientific: bool = False
    decimal_comma: bool = False
    mark: bool = False


PLAIN = Dialect()


def write(
    paths: RunPaths, run: Run, trials: Iterable[Trial], out: Path | None = None, dialect: Dialect = PLAIN
) -> Path:
    """Write the table to `out` (default: the run's csv), which is replaced whole; returns where it is.

    What its columns are stands in a file beside it, where tools for "CSV on the Web" look for it. Raises OSError where the
    folder cannot be written.
    """
    target = out or paths.csv
    shown = table.evaluated(trials)
    with replacing(target) as file:
        write_to(file, paths, run, shown, dialect)
    said = csv_dictionary.dictionary(run, shown, target.name, dialect.separator, dialect.decimal_comma)
    text = json.dumps(said, indent=1, ensure_ascii=False) + "\n"
    beside = csv_dictionary.beside(target)
    if not beside.is_file() or beside.read_text(encoding="utf-8", errors="replace") != text:
        with replacing(beside) as file:
            file.write(text)
    return target


def write_to(
    file: TextIO, paths: RunPaths, run: Run, trials: Iterable[Trial], dialect: Dialect = PLAIN
) -> None:
    """Write the table into an open text file; numbers read back the same, parameters as the program got them."""
    shown = table.evaluated(trials)
    columns = table.columns(run, shown)
    if dialect.mark:
        file.write(codecs.BOM_UTF8.decode())
    writer = csv.writer(file, delimiter=dialect.separator, lineterminator="\n")
    writer.writerow([table.guarded(column.header) for column in columns])
    rows: Iterable[list[table.Cell]] = table.safe_rows(run, shown, paths)
    if dialect.scientific:
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
    if dialect.decimal_comma:
        numeric = [index for index, column in enumerate(columns) if table.is_numeric(column, run)]
        rows = (_with_comma(row, numeric) for row in rows)
    writer.writerows(rows)


def _as_passed(row: list[table.Cell], parameters: Iterable[int], number_format: str) -> list[table.Cell]:
    for index in parameters:
        cell = row[index]
        if isinstance(cell, float):
            row[index] = value_text(cell, number_format)
    return row


def _scientific(cell: table.Cell) -> table.Cell:
    return f"{Decimal(repr(cell)):e}" if isinstance(cell, float) else cell


def _with_comma(row: list[table.Cell], numeric: Iterable[int]) -> list[table.Cell]:
    """Numbers, be they written already, with a comma; texts that only look like one stay as they are."""
    for index in numeric:
        cell = row[index]
        if isinstance(cell, (float, str)):
            row[index] = str(cell).replace(".", ",")
    return row
