"""The csv for spreadsheets with decimal commas, and the data dictionary beside it: both read by others' rules."""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pandas
import pytest
from forked_commands import Omniopt
from hypothesis import given
from hypothesis import strategies as st
from report_runs import a_run, a_trial, some_trials, write_run

from worker.report.exchange import csv_dictionary, csv_file, import_csv
from worker.report.exchange.csv_file import Dialect
from worker.spec.run import Run
from worker.store.paths import RunPaths
from worker.trial import Status, Trial

FINITE = st.floats(0, 1)
GERMAN = Dialect(";", decimal_comma=True, mark=True)


READERS: dict[str, Callable[[str], object]] = {
    "integer": int,
    "number": float,
    "decimal": lambda text: float(Decimal(text)) if "e" not in text.lower() else None,
    "string": str,
    "dateTimeStamp": datetime.fromisoformat,
}


def cell_value(text: str, column: dict[str, Any]) -> object:
    """What a cell means by the dictionary."""
    null = column.get("null", "")
    if text in (null if isinstance(null, list) else [null]):
        return None
    datatype = column["datatype"]
    if isinstance(datatype, dict):
        text = text.replace(datatype["format"]["decimalChar"], ".")
        datatype = datatype["base"]
    return READERS[datatype](text)


def read_by_dictionary(path: Path) -> list[dict[str, object]]:
    """The rows of a csv file as its dictionary says."""
    said = json.loads(csv_dictionary.beside(path).read_text(encoding="utf-8"))
    assert path.parent / unquote(said["url"]) == path
    columns = said["tableSchema"]["columns"]
    with path.open(newline="", encoding="utf-8-sig") as file:
        head, *rows = csv.reader(file, delimiter=said["dialect"]["delimiter"])
    assert head == [column["titles"] for column in columns]
    names = [column["name"] for column in columns]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"(?:[A-Za-z0-9.]|%[0-9A-F]{2})(?:[\w.]|%[0-9A-F]{2})*", name) for name in names)
    return [
        {title: cell_value(text, column) for title, text, column in zip(head, row, columns, strict=True)}
        for row in rows
    ]


@pytest.mark.parametrize("dialect", [Dialect(), GERMAN, Dialect("\t", scientific=True)])
def test_every_cell_is_what_the_dictionary_says(tmp_path: Path, dialect: Dialect) -> None:
    trials = [
        *some_trials(),
        a_trial(40, {"lr": 1e-30, "kind": "b"}, None, Status.NOT_FINITE, raw_loss="-inf"),
        a_trial(41, {"lr": 0.5, "kind": "b"}, 2.0, outputs={"_x-ü,": -1.5, "lr": 3.0}),
    ]
    path = csv_file.write(RunPaths(tmp_path / "ä b"), a_run(), trials, dialect=dialect)
    rows = read_by_dictionary(path)
    assert [row["trial"] for row in rows] == [trial.number for trial in trials]
    assert [row["lr"] for row in rows] == [trial.values["lr"] for trial in trials]
    assert [row["RESULT"] for row in rows] == [trial.loss for trial in trials]
    assert rows[-1]["_x-ü,"] == -1.5
    assert rows[-1]["lr (output)"] == 3.0
    assert [row["start"].timestamp() for row in rows] == [trial.start for trial in trials]  # type: ignore[attr-defined]


def test_a_column_with_a_decimal_comma_is_of_decimals_unless_one_has_an_exponent(tmp_path: Path) -> None:
    trials = [a_trial(1, {"lr": 1.5e-30, "kind": "b"}, 2.5), a_trial(2, {"lr": 0.5, "kind": "b"}, 2.0)]
    path = csv_file.write(RunPaths(tmp_path), a_run(), trials, dialect=GERMAN)
    said = json.loads(csv_dictionary.beside(path).read_text(encoding="utf-8"))
    types = {column["titles"]: column["datatype"] for column in said["tableSchema"]["columns"]}
    assert types["lr"] == {"base": "number", "format": {"decimalChar": ","}}
    assert types["RESULT"] == {"base": "decimal", "format": {"decimalChar": ","}}
    assert (types["trial"], types["kind"]) == ("integer", "string")


def test_the_dictionary_says_how_parameters_were_declared_and_what_is_best(tmp_path: Path) -> None:
    run = a_run(search__results={"accuracy": "max"})
    path = csv_file.write(RunPaths(tmp_path / "first"), run, some_trials())
    said = json.loads(csv_dictionary.beside(path).read_text(encoding="utf-8"))
    described = {column["titles"]: column["dc:description"] for column in said["tableSchema"]["columns"]}
    assert described["lr"] == "Parameter of type hp.uniform: min 0, max 1."
    assert described["kind"] == "Parameter of type hp.choice: values a b."
    assert described["accuracy"] == "A result of the run: accuracy (the largest is best)."


def comma_trials(numbers: list[float]) -> list[Trial]:
    return [a_trial(index, {"lr": number, "kind": "a"}, number) for index, number in enumerate(numbers, 1)]


@given(numbers=st.lists(FINITE, min_size=1, unique=True))
def test_decimal_commas_are_read_back_by_pandas_and_by_import(
    tmp_path_factory: pytest.TempPathFactory, numbers: list[float]
) -> None:
    run: Run = a_run()
    path = csv_file.write(
        RunPaths(tmp_path_factory.mktemp("run")), run, comma_trials(numbers), dialect=GERMAN
    )
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    frame = pandas.read_csv(path, sep=";", decimal=",", encoding="utf-8")
    assert list(frame["RESULT"]) == numbers
    assert list(frame["lr"]) == numbers
    taken = import_csv.read(path, run, comma=True)
    assert [row.loss for row in taken.rows] == numbers
    assert [row.values["lr"] for row in taken.rows] == numbers


def test_the_command_writes_for_spreadsheets_and_refuses_what_could_not_be_read(
    workdir: Path, omniopt: Omniopt
) -> None:
    trials = [a_trial(1, {"lr": 0.5, "kind": "a"}, 2.5)]
    write_run(workdir, a_run(), trials)
    done = omniopt("csv", "first", "--decimal-comma", "--bom", "--out", "here")
    assert done.returncode == 0, done.stderr
    path = workdir / done.stdout.strip()
    assert path.read_text(encoding="utf-8").splitlines()[1].startswith("1;ok;0,5;a;2,5;0;2,0;")
    assert [row["RESULT"] for row in read_by_dictionary(path)] == [2.5]
    shown = omniopt("csv", "first", "--decimal-comma", "--separator", "tab", "--stdout")
    assert shown.stdout.splitlines()[1].startswith("1\tok\t0,5\t")
    refused = omniopt("csv", "first", "--decimal-comma", "--separator", "comma")
    assert refused.returncode == 2
    assert "choose tab" in refused.stderr
    assert math.isclose(float(omniopt("csv", "first", "--stdout").stdout.splitlines()[1].split(",")[4]), 2.5)
