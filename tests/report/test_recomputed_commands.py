"""What commands print of every kind of run, and what they export, recomputed with pandas from the journal."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import zipfile
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import optuna
import pandas
import pytest
from forked_commands import Omniopt
from plain_facts import best, front, node_hours, usable, worker_hours
from run_kinds import KINDS, KindRun

from worker.report import run_text
from worker.report.data.flatness import flatness
from worker.report.data.importance import lesson, measure
from worker.report.data.paper import paper
from worker.report.data.plot_columns import make_plot_data
from worker.report.exchange import csv_dictionary, csv_file, export, mlflow_store, optuna_study, ro_crate
from worker.store.provenance import Provenance

SMALL = [kind for kind in KINDS if kind != "many"]


@pytest.fixture(params=KINDS)
def run(kind_runs: dict[str, KindRun], request: pytest.FixtureRequest) -> KindRun:
    """A run of each kind."""
    return kind_runs[request.param]


@pytest.fixture(params=SMALL)
def small(kind_runs: dict[str, KindRun], request: pytest.FixtureRequest) -> KindRun:
    """A run of each kind but the largest."""
    return kind_runs[request.param]


def failed(run: KindRun) -> int:
    """How many evaluations failed; no kind has running or cancelled ones."""
    return int((run.frame["status"] != "ok").sum())


def values_of(run: KindRun, number: int) -> dict[str, Any]:
    """The parameters that an evaluation had."""
    row = run.frame.set_index("trial").loc[number]
    return {name[2:]: row[name] for name in run.frame if name.startswith("p.") and not missing(row[name])}


def missing(value: object) -> bool:
    """Whether there is nothing: pandas fills the gaps of conditional parameters with nan."""
    return value is None or (isinstance(value, float) and math.isnan(value))


def test_all_runs_are_listed_with_counts_and_best(kind_runs: dict[str, KindRun], omniopt: Omniopt) -> None:
    workdir = kind_runs["one"].results.paths.home.root.parent
    told = {one["run"]: one for one in json.loads(omniopt("status", "--json", cwd=workdir).stdout)}
    lines = dict(line.split(maxsplit=1) for line in omniopt("status", cwd=workdir).stdout.splitlines())
    assert set(told) == set(lines) == set(kind_runs)
    for kind, run in kind_runs.items():
        counts = run.frame["status"].value_counts().to_dict()
        assert {status: count for status, count in told[kind]["trials"].items() if count} == counts
        found = best(run.frame)
        if found is None:
            assert told[kind]["best"] is None
            assert "RESULT" not in lines[kind]
        else:
            number, loss = found
            assert told[kind]["best"] == {"trial": number, "loss": loss, "parameters": values_of(run, number)}
            assert float(lines[kind].rpartition(" ")[2]) == pytest.approx(loss)
        assert f" {len(usable(run.frame))} of " in lines[kind]
        assert (f" {failed(run)} failed" in lines[kind]) == (failed(run) > 0)


def test_the_best_and_the_front_are_printed(kind_runs: dict[str, KindRun], omniopt: Omniopt) -> None:
    workdir = kind_runs["one"].results.paths.home.root.parent
    several = kind_runs["several"]
    rows = json.loads(omniopt("best", "several", "--front", "--json", cwd=workdir).stdout)
    assert {row["trial"] for row in rows} == front(several.frame, several.signs)
    assert all(row["parameters"] == values_of(several, row["trial"]) for row in rows)
    printed = omniopt("best", "several", "--front", cwd=workdir).stdout.splitlines()[1:]
    assert [int(line.split()[0]) for line in printed] == [row["trial"] for row in rows]
    nothing = omniopt("best", "empty", cwd=workdir)
    assert (nothing.returncode, nothing.stdout) == (1, "")


def test_the_summary_has_the_figures(run: KindRun) -> None:
    text = "\n".join(run_text.summary(run.results))
    counts = run.frame["status"].value_counts()
    parts = ", ".join(f"{counts[status]:,} {status}" for status in sorted(counts.index))
    assert f"Evaluations: {len(run.frame):,} ({parts})" in text
    hours = worker_hours(run.frame)
    used = (
        f"Used: {hours:.3f} worker hours, {node_hours(run.frame):.3f} node hours, {4 * hours:.3f} CPU hours"
    )
    assert used in text
    assert f"Workers: {run.frame['agent'].nunique()}; hosts: n1" in text
    found = best(run.frame)
    if found is None:
        assert "Best: no evaluation has a usable result yet" in text
    else:
        shown = re.search(
            rf"^Best {re.escape(run.main)} (\S+?),? .*at evaluation {found[0]}, with$", text, re.M
        )
        assert shown and float(shown[1]) == found[1]


def cells(text: str) -> tuple[list[str], list[dict[str, str]]]:
    """The header and the rows of a csv."""
    reader = csv.DictReader(io.StringIO(text))
    return list(reader.fieldnames or ()), list(reader)


def assert_cell(cell: str, known: object) -> None:
    """A cell holds a value: numbers exactly, texts guarded against spreadsheets, nothing for nothing."""
    if missing(known):
        assert cell == ""
    elif isinstance(known, str):
        assert cell in (known, f"'{known}")
    else:
        assert float(cell) == known


def assert_table(run: KindRun, text: str) -> None:
    """A csv holds what the journal says."""
    header, rows = cells(text)
    several = len(run.signs) > 1
    outputs = [name[2:] for name in run.frame if name.startswith("o.")]
    parameters = [name[2:] for name in run.frame if name.startswith("p.")]
    own = ["trial", "status", "RESULT", "exit_code", "seconds", "start", "end", "host", "log"]
    assert sorted(header) == sorted([*own, *parameters, *outputs, *(["on the front"] if several else [])])
    unbeaten = front(run.frame, run.signs) if several else set()
    for row, known in zip(rows, run.rows, strict=True):
        if known["raw_loss"]:
            assert row["RESULT"] == known["raw_loss"]
        else:
            assert_cell(row["RESULT"], known["loss"])
        for name in ("trial", "seconds", "exit_code"):
            assert float(row[name]) == known[name]
        assert (row["status"], row["host"]) == (known["status"], known["host"])
        for name in ("start", "end"):
            assert datetime.fromisoformat(row[name]).timestamp() == pytest.approx(known[name], abs=0.001)
        for name in parameters:
            assert_cell(row[name], known[f"p.{name}"])
        for name in outputs:
            assert_cell(row[name], known[f"o.{name}"])
        if several:
            assert row["on the front"] == str(int(known["trial"] in unbeaten))


def test_the_csv_and_its_dictionary_hold_every_evaluation(run: KindRun, tmp_path: Path) -> None:
    results = run.results
    target = csv_file.write(results.paths, results.run, results.trials, tmp_path / "x.csv")
    text = target.read_text()
    assert_table(run, text)
    header, rows = cells(text)
    said = json.loads(csv_dictionary.beside(target).read_text())["tableSchema"]
    assert [column["titles"] for column in said["columns"]] == header
    for column in said["columns"]:
        found = {row[column["titles"]] for row in rows} - set(column.get("null", [""]))
        if column["datatype"] in ("integer", "number"):
            kind = int if column["datatype"] == "integer" else float
            assert all(math.isfinite(kind(cell)) for cell in found), column["titles"]
        elif column["datatype"] == "dateTimeStamp":
            assert all(datetime.fromisoformat(cell).tzinfo for cell in found)
    with_commas = io.StringIO()
    csv_file.write_to(
        with_commas, results.paths, results.run, results.trials, csv_file.Dialect(";", decimal_comma=True)
    )
    frame = pandas.read_csv(io.StringIO(with_commas.getvalue()), sep=";", dtype=str, keep_default_na=False)
    kept = frame["RESULT"][run.frame["loss"].notna()].str.replace(",", ".")
    assert kept.astype(float).tolist() == run.frame["loss"].dropna().tolist()


def test_json_and_parquet_hold_every_evaluation(run: KindRun, tmp_path: Path) -> None:
    written = io.StringIO()
    export.write_json(run.results, written)
    told = json.loads(written.getvalue())["trials"]
    export.write_parquet(run.results, tmp_path / "x.parquet")
    table = pandas.read_parquet(tmp_path / "x.parquet")
    for one, cell, known in zip(told, table.to_dict("records"), run.rows, strict=True):
        assert (one["trial"], one["status"], one["seconds"]) == (
            known["trial"],
            known["status"],
            known["seconds"],
        )
        assert one["RESULT"] == (known["raw_loss"] or (None if missing(known["loss"]) else known["loss"]))
        assert cell["RESULT"] == known["loss"] or not math.isfinite(cell["RESULT"])
        assert one["parameters"] == {
            name[2:]: value for name, value in known.items() if name.startswith("p.") and not missing(value)
        }
        assert one["outputs"] == {
            name[2:]: value for name, value in known.items() if name.startswith("o.") and not missing(value)
        }
        assert cell["start"].timestamp() == pytest.approx(known["start"], abs=0.001)


def test_optuna_finds_the_same_best_and_the_same_front(small: KindRun, tmp_path: Path) -> None:
    assert optuna_study.export(small.results, str(tmp_path / "x.log"), "x") == len(small.frame)
    backend = optuna.storages.journal.JournalFileBackend(str(tmp_path / "x.log"))
    study = optuna.load_study(study_name="x", storage=optuna.storages.JournalStorage(backend))
    names = ["MINIMIZE" if sign > 0 else "MAXIMIZE" for sign in small.signs.values()]
    assert [direction.name for direction in study.directions] == names
    for trial, known in zip(study.trials, small.rows, strict=True):
        assert trial.user_attrs["trial"] == known["trial"]
        assert (trial.state.name == "COMPLETE") == (known["status"] == "ok")
        assert trial.params == values_of(small, known["trial"])
        if trial.values:
            assert trial.values[0] == known["loss"]
        if len(known["curve"]) > 1:
            assert list(trial.intermediate_values.values()) == [value for _, value in known["curve"]]
    if len(small.signs) > 1:
        assert {trial.user_attrs["trial"] for trial in study.best_trials} == front(small.frame, small.signs)
    elif found := best(small.frame):
        assert study.best_trial.user_attrs["trial"] == found[0]
        assert study.best_value == found[1]


def mlflow_runs(folder: Path) -> Iterator[Path]:
    """The runs of the only experiment."""
    (experiment,) = folder.iterdir()
    return (one for one in experiment.iterdir() if one.is_dir())


def test_mlflow_has_every_result_and_parameter(small: KindRun, tmp_path: Path) -> None:
    assert mlflow_store.write(small.results, tmp_path / "mlruns", lambda *_: None) == len(small.frame)
    known = {str(row["trial"]): row for row in small.rows}
    for one in mlflow_runs(tmp_path / "mlruns"):
        row = known.pop((one / "tags" / "omniopt.trial").read_text())
        assert (one / "tags" / "omniopt.status").read_text() == row["status"]
        metric = one / "metrics" / small.main
        assert metric.exists() == (not missing(row["loss"]))
        if metric.exists():
            assert float(metric.read_text().splitlines()[-1].split()[1]) == row["loss"]
        values = {name: value for name, value in values_of(small, row["trial"]).items() if len(name) < 60}
        for name, value in values.items():
            text = (one / "params" / name).read_text()
            assert text == value if isinstance(value, str) else float(text) == value
    assert not known


def test_a_crate_has_the_table(small: KindRun, tmp_path: Path) -> None:
    target = tmp_path / "x.zip"
    made_at = datetime(2026, 11, 23, tzinfo=timezone.utc)
    ro_crate.write(small.results, target, "<html>", ro_crate.Statement(), made_at)
    with zipfile.ZipFile(target) as archive:
        (name,) = (one for one in archive.namelist() if one.endswith(".csv"))
        assert_table(small, archive.read(name).decode())


def test_the_paper_tells_counts_and_best_values(run: KindRun) -> None:
    made = paper(run.results, Provenance((), (), ()))
    said = " ".join(made.sentences)
    count = len(run.frame)
    assert re.search(rf"\b{count:,} points? (was|were) evaluated", said)
    bad = failed(run)
    assert ("All evaluations gave a result." in said) == (bad == 0)
    assert bad == 0 or f"{bad:,} evaluations gave no result that counts" in said
    found = best(run.frame)
    assert len(made.tables) == (1 if found is None else 2)
    if found is not None:
        rows = [(row[0], row[1]) for row in made.tables[1].rows]
        values = values_of(run, found[0])
        shown, results = dict(rows[: len(values)]), dict(rows[len(values) :])
        for name, value in values.items():
            assert shown[name] == value if isinstance(value, str) else float(shown[name]) == value
        row = run.frame.set_index("trial").loc[found[0]]
        known = {name: row[f"o.{name}"] for name in run.signs} if len(run.signs) > 1 else {run.main: found[1]}
        assert {name: float(text) for name, text in results.items()} == known


def test_effects_are_told_of_the_values_that_there_are(kind_runs: dict[str, KindRun]) -> None:
    run = kind_runs["conditional"]
    effects = measure(lesson(make_plot_data(run.results.run, run.results.points))).effects
    shown = {curve.name: curve.xs for curve in effects.curves}
    for one in effects.maps:
        shown |= {f"{one.x} and {one.y}": one.xs, f"{one.y} and {one.x}": one.ys}
    assert {curve.name for curve in effects.curves} == {"lr", "layers", "optimizer", "momentum"}
    for name, xs in shown.items():
        values = run.frame[f"p.{name.partition(' ')[0]}"].dropna()
        if pandas.api.types.is_numeric_dtype(values):
            assert values.min() <= min(xs) <= max(xs) <= values.max(), name


@pytest.mark.parametrize("within", [0.0, 5.0, 100.0])
def test_what_is_nearly_as_good_is_the_same_set(run: KindRun, within: float) -> None:
    counted = usable(run.frame)
    told = flatness(run.results.run, run.results.points, within)
    assert (told is None) == (len(counted) < 10 or counted["loss"].nunique() == 1)
    if told is None:
        return
    least = counted["loss"].min()
    limit = least + within / 100 * (counted["loss"].median() - least)
    near = counted[counted["loss"] <= limit]
    assert told.near == len(near)
    assert told.limit == pytest.approx(limit)
    for flat in told.flats:
        values = near[f"p.{flat.name}"].dropna()
        if flat.ordered:
            assert (flat.values[0], flat.values[-1]) == (values.min(), values.max())
        else:
            assert set(flat.values) == set(values)
