"""Writes the table of a run's evaluations as csv: exact numbers, safe in spreadsheets, replaced in one step."""

from __future__ import annotations

import codecs
import csv
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
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
_LEAST_PLAIN, _MOST_PLAIN = 1e-4, 1e16  # numbers from here to there are written without an exponent


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
        exponents = write_to(file, paths, run, shown, dialect)
    with_comma = exponents if dialect.decimal_comma else None
    said = csv_dictionary.dictionary(run, shown, target.name, dialect.separator, with_comma)
    text = json.dumps(said, indent=1, ensure_ascii=False) + "\n"
    beside = csv_dictionary.beside(target)
    if not beside.is_file() or beside.read_text(encoding="utf-8", errors="replace") != text:
        with replacing(beside) as file:
            file.write(text)
    return target


def write_to(
    file: TextIO, paths: RunPaths, run: Run, trials: Iterable[Trial], dialect: Dialect = PLAIN
) -> Collection[str]:
    """Write the table into an open text file; numbers read back the same, parameters as the program got them.

    Returns the headers of columns in which a number with a decimal comma has an exponent, too.
    """
    exponents: set[str] = set()
    shown = table.evaluated(trials)
    columns = table.columns(run, shown)
    if dialect.mark:
        file.write(codecs.BOM_UTF8.decode())
    writer = csv.writer(file, delimiter=dialect.separator, lineterminator="\n")
    writer.writerow([table.guarded(column.header) for column in columns])
    writer.writerows(table.safe_rows(run, shown, paths, partial(_written, run, dialect, exponents)))
    return exponents


def _written(run: Run, dialect: Dialect, exponents: set[str], column: table.Column) -> table.Change | None:
    """How the cells of a column are written, where not as they are. exponents: see `_with_comma`."""
    change: table.Change | None = None
    if not dialect.scientific:
        change = partial(_as_passed, run.number_format) if column.role == "parameter" else None
    elif column.role != "own" or column.name == table.RESULT:
        change = _scientific
    if not dialect.decimal_comma or not table.is_numeric(column, run):
        return change
    return partial(_with_comma, change or _same, column.header, exponents)


def _as_passed(number_format: str, cell: table.Cell) -> table.Cell:
    """A value of a parameter, as the program got it; where that has no exponent, it is what every number is written as."""
    if isinstance(cell, float) and not _LEAST_PLAIN <= abs(cell) < _MOST_PLAIN:
        return value_text(cell, number_format)
    return cell


def _scientific(cell: table.Cell) -> table.Cell:
    return f"{Decimal(repr(cell)):e}" if isinstance(cell, float) else cell


def _same(cell: table.Cell) -> table.Cell:
    return cell


def _with_comma(change: table.Change, header: str, exponents: set[str], cell: table.Cell) -> table.Cell:
    """A number, be it written already, with a comma; texts that only look like one stay as they are. exponents: gets headers with one."""
    written = change(cell)
    if not isinstance(written, (float, str)):
        return written
    text = str(written)
    if "e" in text:
        exponents.add(header)
    return text.replace(".", ",")
