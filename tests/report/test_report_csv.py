"""The csv table: columns, exact numbers, every evaluation in it, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv as reader
import io
import math
import time
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_runs import a_run, a_trial

from worker.report.data import table
from worker.report.exchange import csv_file
from worker.spec.check_parameters import RESERVED_NAMES
from worker.store.files import replacing
from worker.store.paths import RunPaths
from worker.trial import Status, Trial


def written(tmp_path: Path, *trials: Trial, names: tuple[str, ...] = ("lr", "kind")) -> list[dict[str, str]]:
    """The rows of the table of `trials`, as a program reads them."""
    target = csv_file.write(RunPaths(tmp_path / "projects" / "first"), a_run(names), trials)
    with target.open(newline="", encoding="utf-8") as file:
        return list(reader.DictReader(file))


def test_columns_are_in_the_order_that_users_know(tmp_path: Path) -> None:
    rows = written(tmp_path, a_trial(1, {"lr": 1e-05, "kind": "a"}, 0.25, outputs={"accuracy": 0.5}))
    assert list(rows[0]) == [
        *("trial", "status", "lr", "kind", "RESULT", "accuracy"),
        *("exit_code", "seconds", "start", "end", "host", "log"),
    ]
    assert rows[0]["lr"] == "0.00001"
    assert rows[0]["RESULT"] == "0.25"
    assert rows[0]["log"].endswith("projects/first/trials/000001.out")


def test_what_infeasible_evaluations_said_is_a_column_where_there_are_any(tmp_path: Path) -> None:
    said = '=The program says that it is infeasible: "no elements".'
    infeasible = a_trial(
        2, {"lr": 1, "kind": "b"}, status=Status.INFEASIBLE, reason=said, outputs={"reason": 4.0}
    )
    failed = a_trial(3, {"lr": 1, "kind": "a"}, status=Status.FAILED, reason="It ended with exit code 1.")
    rows = written(tmp_path, a_trial(1, {"lr": 1, "kind": "a"}, 3), infeasible, failed)
    assert [row["reason"] for row in rows] == ["", f"'{said}", ""]
    assert [row["reason (output)"] for row in rows] == ["", "4.0", ""]
    assert "reason" not in written(tmp_path, failed)[0]
    named = a_trial(1, {"lr": 1, "reason": "r"}, status=Status.INFEASIBLE, reason="It is.")
    [row] = written(tmp_path, named, names=("lr", "reason"))
    assert (row["reason"], row["reason (infeasible)"]) == ("r", "It is.")


def test_no_parameter_can_be_called_like_a_column_of_ours() -> None:
    assert table.OWN_NAMES == RESERVED_NAMES


def test_failed_evaluations_are_rows_and_waiting_ones_are_not(tmp_path: Path) -> None:
    rows = written(
        tmp_path,
        a_trial(3, {"lr": 1, "kind": "a"}, status=Status.FAILED),
        a_trial(1, {"lr": 1, "kind": "b"}, 3),
        Trial(4, {"lr": 2, "kind": "a"}, Status.ASSIGNED),
        Trial(2, {"lr": 2, "kind": "b"}, Status.LOST),
    )
    assert [(row["trial"], row["status"]) for row in rows] == [("1", "ok"), ("2", "lost"), ("3", "failed")]


def test_an_output_called_like_another_column_stays_apart(tmp_path: Path) -> None:
    outputs = {"lr": 5.0, "status": 7.0, "lr (output)": 9.0}
    rows = written(tmp_path, a_trial(1, {"lr": 1, "kind": "a"}, 2, outputs=outputs))
    assert rows[0]["lr"] == "1"
    assert rows[0]["lr (output)"] == "5.0"
    assert rows[0]["status"] == "ok"
    assert rows[0]["status (output)"] == "7.0"
    assert rows[0]["lr (output) (output)"] == "9.0"


def test_text_that_a_spreadsheet_would_run_is_guarded_and_numbers_are_not(tmp_path: Path) -> None:
    values = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\tx", "-1", "-1e-05", "plain, with comma"]
    trials = [a_trial(index, {"lr": -1, "kind": value}, -2.5) for index, value in enumerate(values)]
    rows = written(tmp_path, *trials)
    assert [row["kind"] for row in rows] == [
        *("'=1+1", "'+cmd|' /C calc'!A0", "'-2+3", "'@SUM(A1)", "'\tx", "-1", "-1e-05", "plain, with comma"),
    ]
    assert {row["RESULT"] for row in rows} == {"-2.5"}


@pytest.mark.parametrize(
    ("number_format", "text"), [("auto", "1e-30"), ("plain", f"0.{'0' * 29}1"), ("exponent", "1e-30")]
)
def test_parameters_are_written_as_the_program_got_them(
    tmp_path: Path, number_format: str, text: str
) -> None:
    run = a_run(run__number_format=number_format)
    target = csv_file.write(
        RunPaths(tmp_path / "first"), run, [a_trial(1, {"lr": 1e-30, "kind": "a"}, 1e-30)]
    )
    (row,) = reader.DictReader(io.StringIO(target.read_text(encoding="utf-8")))
    assert (row["lr"], row["RESULT"]) == (text, "1e-30")


def test_a_result_that_is_not_finite_is_kept_as_it_was_printed(tmp_path: Path) -> None:
    trial = a_trial(1, {"lr": 1, "kind": "a"}, None, Status.NOT_FINITE, raw_loss="-inf")
    assert written(tmp_path, trial)[0]["RESULT"] == "-inf"


@given(st.floats(0, 4e9))
def test_moments_are_in_local_time_with_their_offset(seconds: float) -> None:
    assert table.moment(seconds) == datetime.fromtimestamp(seconds).astimezone().isoformat(
        timespec="milliseconds"
    )


# Clocks that are put back, one half an hour from the full one, and one that went by the sun, with odd seconds.
@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Kolkata", "America/New_York", "Africa/Monrovia"])
@pytest.mark.parametrize(
    "seconds",
    [0.0, -0.0004, -1.0005, 59.9995, 59.9999996, 1e-7, 1761440399.9999, 1761440400.25, 1793495700.5],
)
def test_moments_are_right_in_other_zones(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, zone: str, seconds: float
) -> None:
    def forget() -> None:
        time.tzset()
        table._zone.cache_clear()
        table._minute.cache_clear()

    request.addfinalizer(forget)
    with monkeypatch.context() as changed:
        changed.setenv("TZ", zone)
        forget()
        expected = datetime.fromtimestamp(seconds).astimezone().isoformat(timespec="milliseconds")
        assert table.moment(seconds) == expected


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_the_guard_can_be_undone_and_is_complete(text: str) -> None:
    cell = table.guarded(text)
    assert isinstance(cell, str)
    assert table.unguarded(cell) == text
    if cell[:1] in tuple("=+-@\t\r"):
        assert math.isfinite(float(cell)) or "e" in cell.lower()


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_numbers_are_exact(numbers: list[float]) -> None:
    file = io.StringIO(newline="")
    trials = [a_trial(index, {"lr": number, "kind": "a"}, number) for index, number in enumerate(numbers)]
    csv_file.write_to(file, RunPaths(Path("/runs/first")), a_run(("lr", "kind")), trials)
    rows = list(reader.DictReader(io.StringIO(file.getvalue(), newline="")))
    assert [float(row["lr"]) for row in rows] == numbers
    assert [float(row["RESULT"]) for row in rows] == numbers


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "folder" / "table.csv"
    with replacing(target) as file:
        file.write("whole")
    with pytest.raises(RuntimeError), replacing(target) as file:
        file.write("half")
        raise RuntimeError
    assert target.read_text() == "whole"
    assert list(target.parent.iterdir()) == [target]
