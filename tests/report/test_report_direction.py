"""A run that maximises: results stay as they were printed, and the largest is the best everywhere."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
import zlib
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import optuna
import pytest
from forked_commands import Omniopt
from local_runs import config
from report_runs import a_run, a_trial, write_run

from worker.progress.final_summary import report as last_words
from worker.progress.snapshot import Snapshot
from worker.progress.tally import Tally
from worker.report import run_text
from worker.report.data import chart_series, curves, improvements
from worker.report.data.plot_columns import make_plot_data, payload
from worker.report.data.results import Results, read
from worker.report.data.run_curves import Budget
from worker.report.data.standings import Comparison
from worker.report.data.summary import best, best_first
from worker.report.exchange import optuna_study
from worker.report.pages import compare, report
from worker.report.pictures import panels, scatter
from worker.spec.run import Run
from worker.store.origin import origin
from worker.trial import Status, Trial

SHARES = [0.5, 0.1, 0.8, 0.9, 0.7, 0.9, 0.2]
BEST = 4  # the first of the two with 0.9


def maximising() -> Run:
    return a_run(search__direction="max")


def trials() -> list[Trial]:
    found = [
        a_trial(number, {"lr": number / 99, "kind": "a"}, share, curve=((0.1, 0.0), (0.2, share)))
        for number, share in enumerate(SHARES, 1)
    ]
    return [*found, a_trial(8, {"lr": 0.5, "kind": "b"}, 0.99, Status.FAILED)]


@pytest.fixture
def results(workdir: Path) -> Results:
    return read(write_run(workdir, maximising(), trials()))


def test_the_largest_that_counts_is_the_best_and_of_equal_ones_the_first() -> None:
    found = best(trials(), maximising())
    assert found is not None
    assert (found.number, found.loss) == (BEST, 0.9)
    assert [trial.loss for trial in best_first(trials(), maximising())] == sorted(SHARES, reverse=True)
    tally = Tally(trials(), maximising().rank)
    assert tally.best is not None
    assert tally.best.number == BEST


def test_a_best_that_is_taken_back_leaves_the_second() -> None:
    found = trials()
    tally = Tally(found, maximising().rank)
    for number in (BEST, 6):
        tally.note(a_trial(number, {"lr": 0, "kind": "a"}, None, Status.FAILED))
    assert tally.best is not None
    assert tally.best.loss == 0.8


def test_the_curve_of_the_best_rises_and_what_is_much_worse_lies_on_the_lower_edge() -> None:
    points = improvements.finished(trials())
    assert [point.loss for point in improvements.improvements(points, maximising())] == [0.5, 0.8, 0.9]
    chart = chart_series.best_so_far(points, maximising())
    assert chart["rises"] is True
    assert chart["clip"] == 0.2
    assert [trial.trial.number for trial in curves.choose(trials(), maximising())][:2] == [BEST, 6]


def test_what_people_read_says_which_way_is_good(results: Results, workdir: Path, omniopt: Omniopt) -> None:
    run, found = results.run, results.trials
    tally = Tally(found, run.rank)
    by_number = {trial.number: trial for trial in found}
    snapshot = Snapshot(run, tally, by_number)
    said = "est (largest) RESULT 0.9"
    assert said in snapshot.line(0)
    assert said in snapshot.new_best()
    words = "\n".join(last_words(run, results.paths, by_number, tally, origin(results.paths)))
    assert f"Best (largest) RESULT: 0.9 (evaluation {BEST}), with" in words
    assert said in "\n".join(run_text.summary(results))
    assert f"best 0.9 (evaluation {BEST}), worst 0.1 (evaluation 2)" in "\n".join(
        run_text.logs(results, found)
    )
    page = report.page(results, report.Options(with_importance=False), datetime.now(timezone.utc))
    assert f"the largest of 8 evaluations, reached by evaluation {BEST}" in page
    assert said in omniopt("status", str(results.paths.root)).stdout
    status = json.loads(omniopt("status", str(results.paths.root), "--json").stdout)
    assert (status["direction"], status["best"]["loss"]) == ("max", 0.9)
    assert json.loads(omniopt("best", str(results.paths.root), "--json").stdout)["trial"] == BEST
    rows = list(csv.DictReader(io.StringIO(omniopt("csv", str(results.paths.root), "--stdout").stdout)))
    assert [float(row["RESULT"]) for row in rows][: len(SHARES)] == SHARES


def test_optuna_is_told_the_direction_and_the_numbers_as_they_are(results: Results, workdir: Path) -> None:
    storage = f"sqlite:///{workdir}/x.db"
    optuna_study.export(results, storage, "r")
    study = optuna.load_study(study_name="r", storage=storage)
    assert study.direction.name == "MAXIMIZE"
    assert study.best_value == 0.9
    assert [trial.value for trial in study.trials][: len(SHARES)] == SHARES


def test_plots_draw_the_best_on_top_and_in_the_colour_of_the_best() -> None:
    plot_data = make_plot_data(maximising(), trials())
    assert payload(plot_data)["largest"] is True
    assert plot_data.column("result").label == "RESULT (the largest is best)"
    picture = scatter.draw(panels.PlotSelection(plot_data), best(trials(), maximising()))
    (panel,) = picture.panels
    assert panel.dots is not None
    assert [plot_data.column("result").values[row] for row in panel.dot_rows] == sorted(SHARES)
    picture.figure.canvas.draw()
    colours = panel.dots.get_facecolors()  # type: ignore[attr-defined]
    usual = scatter.draw(
        panels.PlotSelection(make_plot_data(a_run(), turned(trials()))), best(turned(trials()), a_run())
    )
    usual.figure.canvas.draw()
    (other,) = usual.panels
    assert other.dots is not None
    assert colours == pytest.approx(other.dots.get_facecolors())  # type: ignore[attr-defined]


def turned(found: Sequence[Trial]) -> list[Trial]:
    """The same with negated results, as they were printed before there was a direction."""
    return [
        a_trial(trial.number, trial.values, None if trial.loss is None else -trial.loss, trial.status)
        for trial in found
    ]


def test_runs_that_are_compared_keep_the_best_of_theirs(tmp_path: Path) -> None:
    runs = [
        read(write_run(tmp_path / name, a_run(run__name=name, search__direction="max"), trials()))
        for name in ("one", "other")
    ]
    (band, _) = Comparison(
        [*runs[:1], read(write_run(tmp_path / "x", a_run(run__name="x"), trials()))]
    ).bands(Budget.EVALUATIONS)
    assert (band.median[0], band.median[-1]) == (0.5, 0.9)
    chart = compare.payload_of(Comparison(runs).bands(Budget.EVALUATIONS), largest=True)
    assert chart["rises"] is True
    assert data_of(compare.page("both", Comparison(runs)))["largest"] is True


def data_of(page: str) -> Any:
    """What the scripts of a page read."""
    found = re.search(r'id="data"[^>]*>([^<]+)<', page)
    assert found
    return json.loads(zlib.decompress(base64.b64decode(found[1])))


@pytest.mark.parametrize("algorithm", ["auto", "tpe.suggest"])
def test_a_run_that_maximises_proposes_what_one_of_negated_results_does(
    workdir: Path, omniopt: Omniopt, algorithm: str
) -> None:
    values = {}
    for name, direction, sign in (("up", "max", ""), ("down", "min", "-")):
        objective = f"awk -v x=($x) 'BEGIN {{ print \"RESULT: {sign}\" 1 - (x - 0.3) ^ 2 }}'"
        path = config(
            workdir,
            name=name,
            objective=objective,
            algorithm=algorithm,
            direction=direction,
            workers=1,
            max_evals=24,
        )
        done = omniopt("start", path, "--local", "--yes")
        assert done.returncode == 0, done.stdout + done.stderr
        rows = csv.DictReader(io.StringIO(omniopt("csv", name, "--stdout").stdout))
        values[name] = [(row["x"], abs(float(row["RESULT"]))) for row in rows]
        if name == "up":
            assert "Best (largest) RESULT" in done.stdout
    assert values["up"] == values["down"]
    up, down = (expected(omniopt("why", name, 24).stdout) for name in ("up", "down"))
    assert (up is None) == (algorithm != "auto")
    assert up is None or down is None or up == (-down[0], -down[2], -down[1])


def expected(explanation: str) -> tuple[float, float, float] | None:
    """The mean and the two ends that `omniopt why` states."""
    found = re.search(r"Expected RESULT: (\S+), between (\S+) and (\S+) ", explanation)
    return (float(found[1]), float(found[2]), float(found[3])) if found else None
