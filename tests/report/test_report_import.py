"""A csv of earlier evaluations as a warm start: what is taken, what is left out, and that the search goes on from it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from forked_commands import Omniopt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from report_runs import a_run, a_trial

from worker.errors import UsageError
from worker.report.exchange import csv_file as table
from worker.report.exchange import import_csv
from worker.report.exchange.import_csv import ImportedRow
from worker.spec.formats import toml
from worker.store import replay
from worker.store.paths import Home, RunPaths


@pytest.fixture
def config(workdir: Path) -> Path:
    """A config of a run with a real and a chosen parameter, and five evaluations."""
    run = a_run(run__objective="echo RESULT: ($x_0) ; : ($x_1)", search__max_evals=5, run__workers=1)
    path = workdir / "config.toml"
    path.write_text(toml.write(toml.draft_of(run)))
    return path


def test_an_imported_evaluation_is_the_best_and_counts_for_no_limit(
    config: Path, workdir: Path, omniopt: Omniopt
) -> None:
    import_csv = workdir / "earlier.csv"
    import_csv.write_text("kind,lr,RESULT\na,0.5,-7\nb,0.25,1e-05\n")
    done = omniopt("import", config, import_csv)
    assert done.returncode == 0, done.stderr
    assert "2 evaluations imported" in done.stdout
    done = omniopt("resume", "first")
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(omniopt("best", "first", "--json").stdout) == {
        "trial": 1,
        "loss": -7.0,
        "parameters": {"lr": 0.5, "kind": "a"},
    }
    rows = list(csv.DictReader(omniopt("csv", "first", "--stdout").stdout.splitlines()))
    assert [row["log"] == "" for row in rows] == [True] * 2 + [False] * 5
    assert rows[1]["RESULT"] == "1e-05"


def test_rows_that_do_not_fit_are_left_out_and_said(config: Path, workdir: Path, omniopt: Omniopt) -> None:
    import_csv = workdir / "earlier.csv"
    import_csv.write_text(
        "status;lr;kind;RESULT\nok;0.5;a;1\nfailed;0.5;b;2\nok;7;a;3\nok;0.5;zzz;4\nok;x;a;5\nok;0.1;a;\nok;0.1;a;nan\n"
    )
    done = omniopt("import", config, import_csv)
    assert done.returncode == 0
    assert "1 evaluation imported" in done.stdout
    assert [line.partition(" is left out. ")[0] for line in done.stderr.splitlines()] == [
        f"Row {row}" for row in range(3, 9)
    ]


def test_nothing_is_imported_twice(config: Path, workdir: Path, omniopt: Omniopt) -> None:
    import_csv = workdir / "earlier.csv"
    import_csv.write_text("lr,kind,RESULT\n0.5,a,1\n")
    omniopt("import", config, import_csv)
    again = omniopt("import", "first", import_csv)
    assert "0 evaluations imported" in again.stdout
    assert len(replay.load(Home.in_workdir(workdir).run("first")).trials) == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("lr,RESULT\n0.5,1\n", '"kind"'),
        ("lr,kind,result\n0.5,a,1\n", "--result"),
        ("lr,kind,RESULT\n", "No row"),
        ("", '"lr"'),
        ("lr,lr,kind,RESULT\n0.5,0.6,a,1\n", "several columns"),
        ("lr,kind,RESULT\n0.5,a,1,2\n", "4 cells, but the table has 3 columns"),
        ("lr;kind;RESULT\n0,5;a;1\n", "--decimal-comma"),
    ],
)
def test_a_table_that_cannot_be_used_makes_no_run(
    config: Path, workdir: Path, omniopt: Omniopt, content: str, message: str
) -> None:
    import_csv = workdir / "earlier.csv"
    import_csv.write_text(content)
    done = omniopt("import", config, import_csv)
    assert done.returncode == 2
    assert message in done.stderr
    assert not Home.in_workdir(workdir).run("first").root.exists()


def test_files_that_cannot_be_read_are_usage_errors(tmp_path: Path) -> None:
    binary = tmp_path / "x.csv"
    binary.write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path / "missing.csv", tmp_path, binary):
        with pytest.raises(UsageError):
            import_csv.read(path, a_run())


def rows_of(tmp_path: Path, content: str, **options: object) -> import_csv.ImportedRows:
    """What is read from a csv with this content."""
    path = tmp_path / "earlier.csv"
    path.write_text(content, encoding="utf-8")
    return import_csv.read(path, a_run(), **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("content", "options"),
    [
        ("\ufefflr,kind,RESULT\r\n0.5,a,-1\r\n", {}),
        ("sep=;\nlr;kind;RESULT\n0.5;a;-1\n", {}),
        ("lr\tkind\tRESULT\n0.5\ta\t-1\n\n", {}),
        (" lr , kind , RESULT \n 0.5 , a , -1 \n", {}),
        ("lr;kind;RESULT\n0,5;a;-1,0\n", {"comma": True}),
        (
            "number,value,datetime_start,params_kind,params_lr,state\n"
            "0,-1.0,2026-01-01,a,0.5,COMPLETE\n1,,2026-01-01,a,0.25,FAIL\n2,-3.0,2026-01-01,a,0.25,PRUNED\n",
            {"result": "value"},
        ),
        (
            "Name,State,kind,lr,val_loss\na,finished,a,0.5,-1\nb,crashed,a,0.25,\nc,running,a,0.1,3\n",
            {"result": "val_loss"},
        ),
        ("loss,done,trial_id,config/lr,config/kind\n-1,True,f1,0.5,a\n", {"result": "loss"}),
        (
            "p:lr,p:kind,objective,job_id,job_status,m:timestamp_submit\n0.5,a,-1,0,DONE,0.1\n0.25,a,F,1,DONE,0.2\n"
            "0.1,a,4,2,CANCELLED,0.2\n",
            {"result": "objective"},
        ),
    ],
    ids=["bom", "sep", "tab", "blanks", "comma", "optuna", "wandb", "ray", "deephyper"],
)
def test_tables_of_other_programs_are_read(tmp_path: Path, content: str, options: dict[str, object]) -> None:
    assert rows_of(tmp_path, content, **options).rows == [ImportedRow({"lr": 0.5, "kind": "a"}, -1.0)]


@pytest.mark.parametrize(
    "written", ["1_0", "0x1", "1,5", "[0.5]", "0.5 m", "\uff11", "1e999", "inf", "nan", ""]
)
def test_no_number_is_guessed(tmp_path: Path, written: str) -> None:
    table = rows_of(tmp_path, f'lr,kind,RESULT\n"{written}",a,1\n0.5,a,"{written}"\n')
    assert table.rows == []
    subjects = [why.partition(" is ")[0] for why in table.left_out.values()]
    assert subjects == ["The parameter lr", "The result"]


def test_a_row_with_a_decimal_comma_between_commas_is_not_taken_for_other_values(tmp_path: Path) -> None:
    assert list(rows_of(tmp_path, "RESULT,lr,kind\n1,0,5,a\n0.5,0.5\n1,0.5,a\n").left_out) == [2, 3]


def test_the_same_row_twice_is_one_evaluation_and_another_result_is_another(tmp_path: Path) -> None:
    table = rows_of(tmp_path, "lr,kind,RESULT\n0.5,a,1\n0.50,a,1.0\n0.5,a,2\n")
    assert [row.loss for row in table.rows] == [1.0, 2.0]
    assert table.left_out == {3: "It is the same as row 2."}


def test_the_fate_of_each_row_is_said_however_many_there_are(
    config: Path, workdir: Path, omniopt: Omniopt
) -> None:
    table = workdir / "earlier.csv"
    table.write_text("lr,kind,RESULT\n" + "7,a,1\n" * 20 + "0.5,a,1\n" + "7,a,1\n" * 3)
    lines = omniopt("import", config, table).stderr.splitlines()
    assert len(lines) == 11
    assert lines[0].startswith("Row 2 is left out. The parameter lr cannot have this value")
    assert lines[-1] == "Of the other rows, 13 are left out: 12-21, 23-25."


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.floats(0, 1), st.sampled_from("ab"), st.floats(allow_nan=False, allow_infinity=False)),
        min_size=1,
        unique=True,
    )
)
def test_what_csv_writes_import_reads(tmp_path: Path, evaluations: list[tuple[float, str, float]]) -> None:
    run = a_run(run__precision=17)
    trials = [
        a_trial(number, {"lr": lr, "kind": kind}, loss) for number, (lr, kind, loss) in enumerate(evaluations)
    ]
    path = table.write(RunPaths(tmp_path / "first"), run, trials, tmp_path / "first.csv")
    assert import_csv.read(path, run).rows == [
        ImportedRow({"lr": lr, "kind": kind}, loss) for lr, kind, loss in evaluations
    ]


def test_several_results_are_imported_beside_the_one_that_counts(tmp_path: Path) -> None:
    content = "lr,kind,RESULT,RESULT1,RESULT2\n0.5,a,5,3,-4\n0.25,a,1,,oops\n"
    assert rows_of(tmp_path, content).rows == [
        ImportedRow({"lr": 0.5, "kind": "a"}, 5.0, {"RESULT1": 3.0, "RESULT2": -4.0}),
        ImportedRow({"lr": 0.25, "kind": "a"}, 1.0),
    ]
