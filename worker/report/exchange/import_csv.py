"""Reads a csv of evaluations that were made elsewhere: which rows can be used, and why each other one cannot."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TextIO

from worker.errors import UsageError
from worker.report.data.table import OUTPUT_MARK, RESULT, unguarded
from worker.search.space import Space
from worker.spec.parameter_types import type_of
from worker.spec.parameters import Parameter, Value
from worker.spec.problem import did_you_mean
from worker.spec.raw_values import ConversionError, real
from worker.spec.run import Run
from worker.spec.start_points import only_values
from worker.spec.text import counted, quoted, together
from worker.trial import Status

_SEPARATORS = ",;\t"
# Names of the column that says how an evaluation ended, and what it says where it went well: ours, Optuna's, W&B's,
# Ray Tune's, DeepHyper's.
_STATUS = ("status", "state", "job_status")
_GOOD = ("", Status.OK.value, "complete", "finished", "terminated", "done")
_SEVERAL = re.compile(r"RESULT[1-9]\d*")
_COMMA = re.compile(r"[+-]?\d*,\d+(?:[eE][+-]?\d+)?", re.ASCII)
# What stands before a parameter's name in the tables of Optuna, Ray Tune and DeepHyper.
_PREFIXES = ("params_", "config/", "p:")

NOTHING_ASSUMED: Mapping[str, Value] = MappingProxyType({})


@dataclass(frozen=True)
class ImportedRow:
    """A usable evaluation. outputs: the results that the run names, and RESULT1, RESULT2, ... where the table has them."""

    values: Mapping[str, Value]
    loss: float
    outputs: Mapping[str, float] = field(default_factory=dict)


@dataclass
class ImportedRows:
    """What a csv holds: usable evaluations, and row number -> why it is left out."""

    rows: list[ImportedRow] = field(default_factory=list)
    left_out: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Layout:
    """Where in a row everything stands. parameters: None where one has no column, and needs none, as it has one value only.

    outputs: the columns of several results, by name. only: the values of parameters that may lack a column. status: None where no column tells it. comma: decimal commas.
    """

    width: int
    parameters: tuple[int | None, ...]
    result: int
    outputs: Mapping[str, int]
    status: int | None
    comma: bool
    only: Mapping[str, Value]


def read(
    path: Path,
    run: Run,
    result: str = RESULT,
    comma: bool = False,
    assumed: Mapping[str, Value] = NOTHING_ASSUMED,
) -> ImportedRows:
    """Read the evaluations in a csv with a column for each parameter and one called `result`.

    comma: numbers are written like 0,5. assumed: the values of parameters that may lack a column. Raises UsageError where the file cannot be read or lacks a column.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = _rows(file)
            _, head = next(rows, (1, []))
            only = {**only_values(run.parameters, run.precision), **assumed}
            return _imported_rows(rows, _layout(path, head, run, result, comma, only), run)
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 text. Save it as CSV UTF-8.") from error
    except (OSError, csv.Error) as error:
        raise UsageError(f"{path} cannot be read as a csv file: {error}.") from error


def _rows(file: TextIO) -> Iterator[tuple[int, list[str]]]:
    """The rows with their numbers as a spreadsheet counts them; empty ones are left out."""
    sample = file.readline()
    if sample.lower().startswith("sep="):  # by which spreadsheets tell each other what separates cells
        separator = sample[4:5]
        first = 2
    else:
        file.seek(0)
        separator = max(_SEPARATORS, key=sample.count)
        first = 1
    for number, row in enumerate(csv.reader(file, delimiter=separator), first):
        if any(cell.strip() for cell in row):
            yield number, row


def _layout(
    path: Path, head: Sequence[str], run: Run, result: str, comma: bool, only: Mapping[str, Value]
) -> _Layout:
    headers = [unguarded(header.strip()) for header in head]
    twice = [name for name, count in Counter(headers).items() if count > 1]

    def find(name: str, more: str = "") -> int:
        names = (name, *(prefix + name for prefix in _PREFIXES))
        wanted = next((candidate for candidate in names if candidate in headers), "")
        if wanted in twice:
            raise UsageError(f"{path} has several columns named {quoted(wanted)}. Keep only one of them.")
        if not wanted:
            missing = f"{path} has no column {quoted(name)}."
            raise UsageError(together(missing, did_you_mean(name, headers), more))
        return headers.index(wanted)

    parameters = tuple(
        None if parameter.name in only and parameter.name not in headers else find(parameter.name)
        for parameter in run.parameters
    )
    if run.results and result == RESULT and RESULT not in headers:
        result = run.main.name
    loss = find(result, "If another column holds the results, name it with --result.")
    lower = [header.lower() for header in headers]
    status = next((lower.index(name) for name in _STATUS if lower.count(name) == 1), None)
    outputs = {
        name: place
        for place, name in enumerate(headers)
        if _SEVERAL.fullmatch(name) and name not in twice and place not in parameters
    }
    for name, _ in run.results:  # of ours, a column that is called like another one is marked
        marked = [header for header in (name + OUTPUT_MARK, name) if headers.count(header) == 1]
        if marked:
            outputs[name] = headers.index(marked[0])
    if run.results:
        outputs[run.main.name] = loss
    return _Layout(
        len(headers), parameters, loss, outputs, None if status in parameters else status, comma, only
    )


def _imported_rows(rows: Iterator[tuple[int, list[str]]], layout: _Layout, run: Run) -> ImportedRows:
    space = Space(run.parameters, run.precision, run.constraints)
    table = ImportedRows()
    first: dict[tuple[object, ...], int] = {}
    for number, row in rows:
        try:
            found = _evaluation(row, layout, run, space)
        except ValueError as error:
            table.left_out[number] = str(error)
            continue
        before = first.setdefault((*found.values.items(), found.loss), number)
        if before != number:
            table.left_out[number] = f"It is the same as row {before}."
        else:
            table.rows.append(found)
    return table


def _evaluation(row: Sequence[str], layout: _Layout, run: Run, space: Space) -> ImportedRow:
    """The values and the results in a row. Raises ValueError where it cannot be used."""
    if len(row) != layout.width:
        raise ValueError(
            f"It has {counted(len(row), 'cell')}, but the table has {counted(layout.width, 'column')}."
        )
    cells = [unguarded(cell.strip()) for cell in row]
    if layout.status is not None and (status := cells[layout.status]).lower() not in _GOOD:
        raise ValueError(f"Its status is {quoted(status)}.")
    loss = _number("The result", cells[layout.result], layout.comma)
    given = {
        parameter.name: _value(parameter, cells[index], layout.comma)
        for parameter, index in zip(run.parameters, layout.parameters, strict=True)
        if index is not None
        and (cells[index] or not parameter.when)  # an empty cell: it does not exist there
    }
    values = {**layout.only, **given} if None in layout.parameters else given
    values = {
        name: value for name, value in values.items() if name in given or space.rules.exists(name, values)
    }
    outputs = dict(_outputs(cells, layout))
    return ImportedRow(space.named(space.admitted(values)), float(loss), outputs)


def _outputs(cells: Sequence[str], layout: _Layout) -> Iterator[tuple[str, float]]:
    """Those that are there: an evaluation is usable without them."""
    for name, place in layout.outputs.items():
        with suppress(ValueError):
            yield name, float(_number(name, cells[place], layout.comma))


def _value(parameter: Parameter, cell: str, comma: bool) -> Value:
    if type_of(parameter).value == "category":
        return cell
    return _number(f"The parameter {parameter.name}", cell, comma)


def _number(subject: str, text: str, comma: bool) -> int | float:
    """A finite number. Raises ValueError where the text is none as programs write it: nothing is guessed."""
    plain = text.replace(",", ".", 1) if comma and "." not in text else text
    try:
        return real(plain)
    except ConversionError as error:
        if not text:
            raise ValueError(f"{subject} is missing.") from error
        if not comma and _COMMA.fullmatch(text):
            message = f"{subject} is {quoted(text)}, which is a number only with --decimal-comma."
            raise ValueError(message) from error
        raise ValueError(f"{subject} is {quoted(text)}, which is not a usable number.") from error
