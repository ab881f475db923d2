"""Values of an imported table that differ from those of the run only in how they are spelled."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from worker.report.exchange import import_csv
from worker.report.exchange.import_csv import ImportedRow
from worker.spec.check import check
from worker.spec.parameters import Value
from worker.spec.run import Draft, ParameterDraft, Run


def run_over(kind: str, **settings: object) -> Run:
    draft = Draft({"run.name": "r", "run.objective": "./p"}, (ParameterDraft("a", kind, settings),))
    checked = check(draft)
    assert checked.run is not None, checked.problems
    return checked.run


def imported(tmp_path: Path, run: Run, cell: str) -> Value | None:
    """The value that a cell is taken for; None where its row is left out."""
    path = tmp_path / "table.csv"
    path.write_text(f"a,RESULT\n{cell},1\n")
    rows = import_csv.read(path, run).rows
    return rows[0].values["a"] if rows else None


@pytest.mark.parametrize(
    ("kind", "settings", "cell", "value"),
    [
        ("categorical", {"values": "16,32"}, "16.0", "16"),
        ("categorical", {"values": "16,32", "ordered": True}, "3.2e1", "32"),
        ("categorical", {"values": "1e-3,0.01"}, "0.001", "1e-3"),
        ("categorical", {"values": "true,false"}, "True", "true"),
        ("categorical", {"values": "None,10"}, "none", "None"),
        ("hp.choice", {"values": "0.10,0.2"}, "0.1", "0.10"),
        ("hp.pchoice", {"values": "8=20,16=80"}, "8.", "8"),
        ("fixed", {"value": "0.5"}, ".5", "0.5"),
        ("integer", {"min": 1, "max": 9}, "4.0", 4),
        ("hp.choiceint", {"min": 1, "max": 9}, "4.0", 4),
        ("real", {"min": 0, "max": 0.3}, "0.30000000000000004", 0.3),
        ("real", {"min": 0.1, "max": 1}, "0.09999999999999999", 0.1),
        ("real", {"min": 0.1, "max": 0.5, "step": 0.1}, "0.30000000000000004", 0.3),
    ],
)
def test_another_spelling_is_the_same_value(
    tmp_path: Path, kind: str, settings: dict[str, object], cell: str, value: Value
) -> None:
    found = imported(tmp_path, run_over(kind, **settings), cell)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("bound", [0.1, 1e-4, 1e3])
def test_a_bound_is_inside_whoever_has_computed_it(tmp_path: Path, bound: float) -> None:
    run = run_over("hp.loguniform", min=math.log(bound) - 1, max=math.log(bound))
    found = imported(tmp_path, run, repr(bound))
    assert found == pytest.approx(bound)
    assert found is not None
    assert float(found) <= math.exp(math.log(bound))


@pytest.mark.parametrize(
    ("kind", "settings", "cell"),
    [
        ("categorical", {"values": "16,16.0"}, "1.6e1"),
        ("categorical", {"values": "adam,sgd"}, "Adam"),
        ("categorical", {"values": "16,32"}, "16.5"),
        ("real", {"min": 0, "max": 0.3}, "0.3001"),
        ("real", {"min": 0, "max": 0.3}, "-1e-12"),
        ("integer", {"min": 1, "max": 9}, "4.5"),
    ],
)
def test_what_is_another_value_or_could_be_two_is_left_out(
    tmp_path: Path, kind: str, settings: dict[str, object], cell: str
) -> None:
    assert imported(tmp_path, run_over(kind, **settings), cell) is None


def test_of_values_that_are_spelled_alike_the_same_spelling_is_meant(tmp_path: Path) -> None:
    run = run_over("categorical", values="16,16.0")
    assert imported(tmp_path, run, "16") == "16"
    assert imported(tmp_path, run, "16.0") == "16.0"


def test_a_parameter_that_is_fixed_needs_no_column(tmp_path: Path) -> None:
    fixed = ParameterDraft("data", "fixed", {"value": "x"})
    real = ParameterDraft("a", "real", {"min": 0, "max": 1})
    run = check(Draft({"run.name": "r", "run.objective": "./p"}, (fixed, real))).run
    assert run is not None
    path = tmp_path / "table.csv"
    path.write_text("a,RESULT\n0.5,1\n")
    assert import_csv.read(path, run).rows == [ImportedRow({"data": "x", "a": 0.5}, 1.0)]
    path.write_text("data,a,RESULT\nx,0.5,1\ny,0.5,2\n")
    assert import_csv.read(path, run).rows == [ImportedRow({"data": "x", "a": 0.5}, 1.0)]
