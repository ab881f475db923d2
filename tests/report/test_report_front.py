"""A run with several named results: each is shown as printed, and the front is in every table, report and export."""

from __future__ import annotations

import csv
import json
import re
from datetime import datetime, timezone
from pathlib import Path

import optuna
import pytest
from forked_commands import Omniopt
from local_runs import config
from report_runs import a_run, a_trial, write_run

from worker.progress.final_summary import report as last_words
from worker.progress.tally import Tally
from worker.report import run_text
from worker.report.data import front_charts, front_lines, pareto
from worker.report.data.plot_columns import make_plot_data
from worker.report.data.results import Results, read
from worker.report.exchange import csv_file, import_csv, optuna_study
from worker.report.pages import report
from worker.search.outline import outline
from worker.spec.run import Run
from worker.store.origin import origin
from worker.trial import Status, Trial

NAMED = {"loss": "min", "accuracy": "max"}
# The second and the third are beaten by the first, the fifth lacks one, the sixth failed.
PAIRS = [(0.5, 0.9), (0.6, 0.9), (0.5, 0.8), (0.25, 0.5), (0.1, None), (0.0, 1.0), (1.0, 0.95)]
FRONT = [4, 1, 7]  # the best in the first result first


def a_front_run(**fields: object) -> Run:
    return a_run(search__results=NAMED, search__algorithm="auto", **fields)


def trials() -> list[Trial]:
    found = []
    for number, (loss, accuracy) in enumerate(PAIRS, 1):
        outputs = {"loss": loss} if accuracy is None else {"accuracy": accuracy, "loss": loss, "epoch": 3.0}
        status = Status.NO_RESULT if accuracy is None else Status.FAILED if number == 6 else Status.OK
        found.append(a_trial(number, {"lr": number / 99, "kind": "a"}, loss, status, outputs))
    return found


@pytest.fixture
def results(workdir: Path) -> Results:
    return read(write_run(workdir, a_front_run(), trials()))


def test_the_front_has_what_no_other_evaluation_beats() -> None:
    assert [trial.number for trial in pareto.front_of(a_front_run(), trials())] == FRONT
    assert pareto.front_of(a_run(search__results={"loss": "min"}), trials()) == []
    assert pareto.objectives(a_run(search__results={"loss": "min"}), trials()) == ()


def test_the_table_has_the_named_results_first_and_says_what_is_on_the_front(results: Results) -> None:
    written = csv_file.write(results.paths, results.run, results.trials)
    with written.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0])[4:9] == ["RESULT", "loss", "accuracy", "epoch", "on the front"]
    assert [int(row["trial"]) for row in rows if row["on the front"] == "1"] == sorted(FRONT)
    assert [row["accuracy"] for row in rows[:2]] == ["0.9", "0.9"]


def test_a_named_result_that_is_called_like_a_column_is_marked_and_comes_back(workdir: Path) -> None:
    run = a_run(search__results={"loss": "min", "seconds": "min"})
    made = [
        a_trial(
            number,
            {"lr": number / 9, "kind": "a"},
            1.0 * number,
            outputs={"loss": 1.0 * number, "seconds": 7.5},
        )
        for number in (1, 2)
    ]
    written = csv_file.write(write_run(workdir, run, made), run, made)
    table = import_csv.read(written, run)
    assert [dict(row.outputs) for row in table.rows] == [
        {"loss": 1, "seconds": 7.5},
        {"loss": 2, "seconds": 7.5},
    ]


def test_a_table_with_these_names_is_imported_also_where_one_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "earlier.csv"
    path.write_text("lr,kind,accuracy,loss\n0.1,a,0.5,2\n0.2,b,,3\n0.3,b,0.5,\n")
    table = import_csv.read(path, a_front_run())
    assert [(row.loss, dict(row.outputs)) for row in table.rows] == [
        (2, {"loss": 2, "accuracy": 0.5}),
        (3, {"loss": 3}),
    ]
    assert list(table.left_out) == [4]


def test_what_people_read_has_all_results_and_the_way_to_the_front(results: Results) -> None:
    run, paths = results.run, results.paths
    tally = Tally(trials(), run.rank)
    said = "\n".join(last_words(run, paths, results.state.trials, tally, origin(paths)))
    for text in (said, "\n".join(run_text.summary(results))):
        assert re.search(r"^Best loss:? 0\.25, accuracy 0\.5 ", text, re.MULTILINE)
        assert re.search(r"^Pareto front: 3 evaluations; .* best .* --front$", text, re.MULTILINE)
    assert "Gaussian processes of 2 results" in outline(run, [*trials(), *trials()])
    assert "(loss alone)" in outline(a_run(search__results=NAMED), trials())
    assert front_lines.sentence(a_run(), trials(), paths) == ""


def test_best_lists_the_front(omniopt: Omniopt, workdir: Path) -> None:
    write_run(workdir, a_front_run(), trials())
    done = omniopt("best", "first", "--front", "--workdir", workdir)
    assert "loss (min)" in done.stdout
    assert "accuracy (max)" in done.stdout
    assert [int(text.split()[0]) for text in done.stdout.splitlines()[1:]] == FRONT
    found = json.loads(omniopt("best", "first", "--front", "--json", "--workdir", workdir).stdout)
    assert [one["trial"] for one in found] == FRONT
    assert found[0]["results"] == {"loss": 0.25, "accuracy": 0.5}
    write_run(workdir, a_run(run__name="plain"), [a_trial(1, {"lr": 0, "kind": "a"}, 1.0)])
    refused = omniopt("best", "plain", "--front", "--workdir", workdir)
    assert refused.returncode == 2
    assert "about one result, RESULT" in refused.stderr


def test_the_report_draws_the_front_and_how_its_hypervolume_grew(results: Results) -> None:
    page = report.page(results, report.Options(), datetime(2026, 11, 1, tzinfo=timezone.utc))
    assert (
        "3 evaluations are not beaten by any other one in all of loss (the smallest is best), accuracy (the largest is best)"
        in page
    )
    assert "loss 0.25, accuracy 0.5" in page
    assert "a little worse than the worst of the front" in page
    assert page.index("pareto-part") < page.index("parallel-part")
    pairs = front_charts.pairs(results.points, results.run.goals)
    assert [pair["names"] for pair in pairs] == [["loss (min)", "accuracy (max)"]]
    assert pairs[0]["front"] == [[0.25, 0.5], [0.5, 0.9], [1.0, 0.95]]


def test_the_hypervolume_is_that_below_the_reference_point() -> None:
    run = a_front_run(search__reference={"loss": 1.0, "accuracy": 0.0})
    found = front_charts.growth(run, trials())
    assert found is not None
    assert found.given
    assert found.reference == (1.0, 0.0)
    # 0.5 x 0.9 by the first; by the fourth, another 0.25 x 0.5; the last one is no better than the point.
    assert [(count, round(volume, 9)) for count, _, volume in found.steps] == [
        (1, 0.45),
        (4, 0.575),
        (7, 0.575),
    ]
    inferred = front_charts.growth(a_front_run(), trials())
    assert inferred is not None
    assert inferred.reference == (1.075, 0.455)
    assert front_charts.growth(a_run(), trials()) is None


def test_plots_have_the_main_result_once() -> None:
    columns = {column.name: column.label for column in make_plot_data(a_front_run(), trials()).columns}
    assert columns["RESULT"] == "loss (the smallest is best)"
    assert "loss" not in columns
    assert columns["accuracy"] == "accuracy"


def test_optuna_gets_every_result_with_its_direction(results: Results, tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'study.db'}"
    assert optuna_study.export(results, address, "first") == len(PAIRS)
    study = optuna.load_study(study_name="first", storage=address)
    assert [direction.name for direction in study.directions] == ["MINIMIZE", "MAXIMIZE"]
    assert sorted(trial.user_attrs["trial"] for trial in study.best_trials) == sorted(FRONT)


def test_a_run_finds_a_front_of_what_its_program_prints(workdir: Path, omniopt: Omniopt) -> None:
    program = "echo loss: ($x); echo gain: ($x)"
    path = config(workdir, objective=program, results={"loss": "min", "gain": "max"}, max_evals=4)
    done = omniopt("start", path, "--local", "--workdir", workdir)
    assert "Pareto front: " in done.stdout
    front = json.loads(omniopt("best", "pear", "--front", "--json", "--workdir", workdir).stdout)
    assert front
    assert set(front[0]["results"]) == {"loss", "gain"}
