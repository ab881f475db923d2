"""Runs that evaluate each point several times, as a user sees them."""

from __future__ import annotations

import csv
import json
from collections import Counter
from functools import partial
from pathlib import Path

import pytest
from forked_commands import Omniopt
from local_runs import Local, config, ended, until

NOISY = """echo begin $OMNIOPT_TRIAL >> log; sleep {seconds}; awk -v x=($x) 'BEGIN {{ printf "RESULT: %.12f\\n", x + 0.01 * ENVIRON["OMNIOPT_REPEAT"] }}'"""


def noisy(seconds: float = 0) -> str:
    return NOISY.format(seconds=seconds)


def repeats_of(local: Local) -> Counter[tuple[int, int]]:
    """How often each repeat of each point was proposed."""
    return Counter((trial.first, trial.repeat) for trial in local.trials.values())


def at_least(local: Local, results: int) -> bool:
    return local.count("ok") >= results


def rows_of(local: Local) -> list[dict[str, str]]:
    with local.paths.csv.open() as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("algorithm", ["auto", "hyperopt.rand.suggest", "gridsearch", "sobol", "tpe.suggest"])
def test_each_point_is_evaluated_several_times(omniopt: Omniopt, local: Local, algorithm: str) -> None:
    path = config(local.workdir, objective=noisy(), algorithm=algorithm, repeats=3, max_evals=4, workers=3)
    done = omniopt("start", path)
    assert done.returncode == 0, done.stdout
    assert "All 4 points are done." in done.stdout
    trials = local.trials
    assert len(trials) == 12
    assert set(repeats_of(local).values()) == {1}
    assert {trial.repeat for trial in trials.values()} == {1, 2, 3}
    values = {trial.first: trial.values for trial in trials.values()}
    assert all(trial.values == values[trial.first] for trial in trials.values())
    assert len({tuple(one.values()) for one in values.values()}) == 4
    for row in rows_of(local):
        x = float(row["x"])
        assert float(row["RESULT"]) == pytest.approx(x + 0.01 * int(row["repeat"]), abs=1e-9)
        assert float(row["RESULT mean"]) == pytest.approx(x + 0.02, abs=1e-9)
        assert float(row["RESULT sd"]) == pytest.approx(0.01, abs=1e-9)
    best = json.loads(omniopt("best", "pear", "--json").stdout)
    assert best["loss"] == pytest.approx(min(float(row["RESULT mean"]) for row in rows_of(local)))
    status = json.loads(omniopt("status", "pear", "--json").stdout)
    assert (status["best"]["loss"], status["best"]["trial"]) == (best["loss"], best["trial"])
    again = next(trial for trial in trials.values() if trial.repeat == 3)
    said = omniopt("why", "pear", again.number).stdout
    assert f"It is number 3 of the point of evaluation {again.first}, made because of repeats." in said
    assert "4 of 4 points done, with 12 evaluations" in omniopt("status", "pear").stdout
    assert omniopt("report", "pear").returncode == 0


def test_a_driver_that_is_killed_loses_no_repeat_and_makes_none_twice(omniopt: Omniopt, local: Local) -> None:
    path = config(local.workdir, objective=noisy(0.2), repeats=3, max_evals=6, workers=3)
    process = local.spawn("start", path)
    for least in (2, 5, 9):
        until(partial(at_least, local, least))
        process.kill()
        process.wait()
        process = local.spawn("resume", "pear")
    code, output = ended(process)
    assert code == 0, output
    assert len(local.trials) == 18
    assert set(repeats_of(local).values()) == {1}
    assert local.count("ok") == 18
    begun = Counter((local.workdir / "log").read_text().split("\n"))
    del begun[""]
    assert set(begun.values()) == {1}


def test_a_repeat_that_fails_leaves_the_mean_of_the_others(omniopt: Omniopt, local: Local) -> None:
    objective = f'[ "$OMNIOPT_REPEAT" = 2 ] && exit 1; {noisy()}'
    done = omniopt("start", config(local.workdir, objective=objective, repeats=3, max_evals=2))
    assert done.returncode == 0, done.stdout
    assert local.count("failed") == 2
    assert [float(row["RESULT mean"]) - float(row["x"]) for row in rows_of(local)] == pytest.approx(
        [0.02] * 6
    )
    second = next(trial.number for trial in local.trials.values() if trial.repeat == 2)
    done = omniopt("retry", "pear", second)
    assert done.returncode == 0, done.stdout
    assert local.trials[second].attempt == 2


def test_what_fails_at_once_is_not_repeated(omniopt: Omniopt, local: Local) -> None:
    objective = f'[ "$OMNIOPT_TRIAL" = 1 ] && echo INFEASIBLE: no && exit 0; {noisy()}'
    done = omniopt("start", config(local.workdir, objective=objective, repeats=2, max_evals=3))
    assert done.returncode == 0, done.stdout
    assert repeats_of(local)[1, 2] == 0
    assert len(local.trials) == 5


def test_the_check_says_how_many_evaluations_there_are(omniopt: Omniopt, workdir: Path) -> None:
    said = omniopt("check", config(workdir, objective=noisy(), repeats=3, max_evals=50)).stdout
    assert "Each of 50 points is evaluated 3 times, so there are up to 150 evaluations." in said


def test_a_run_without_repeats_has_no_columns_for_them(omniopt: Omniopt, local: Local) -> None:
    assert omniopt("start", config(local.workdir, max_evals=2)).returncode == 0
    assert list(rows_of(local)[0]) == [
        "trial",
        "status",
        "x",
        "RESULT",
        "exit_code",
        "seconds",
        "start",
        "end",
        "host",
        "log",
    ]
    proposals = [record for record in local.records() if record["kind"] == "proposed"]
    assert all(record.keys() == {"kind", "trial", "values", "at"} for record in proposals)


def test_what_a_person_asks_for_again_is_evaluated_although_the_target_is_reached(
    omniopt: Omniopt, local: Local
) -> None:
    objective = '[ "$OMNIOPT_TRIAL$OMNIOPT_ATTEMPT" = 11 ] && exit 1; echo RESULT: ($x)'
    path = config(local.workdir, objective=objective, target=5, max_evals=20, workers=1)
    assert omniopt("start", path).returncode == 0
    assert local.count("failed") == 1
    before = len(local.trials)
    done = omniopt("retry", "pear", "--failed")
    assert done.returncode == 0, done.stdout
    assert local.count("failed") == 0
    assert "The target of 5 is reached." in done.stdout
    assert len(local.trials) == before, "nothing else was begun"


@pytest.mark.parametrize("repeats", [1, 2])
def test_the_best_points_are_evaluated_again_at_the_end(omniopt: Omniopt, local: Local, repeats: int) -> None:
    path = config(
        local.workdir, objective=noisy(), repeats=repeats, confirm="best=2, times=3", max_evals=4, workers=3
    )
    done = omniopt("start", path)
    assert done.returncode == 0, done.stdout
    assert len(local.trials) == 4 * repeats + 6
    assert set(repeats_of(local).values()) == {1}
    again = Counter(trial.first for trial in local.trials.values() if trial.repeat > repeats)
    found = sorted(float(trial.values["x"]) for trial in local.trials.values() if trial.repeat == 1)
    assert {local.trials[number].values["x"] for number in again} == set(found[:2])
    assert "Confirmed: evaluation" in done.stdout
    assert "It is better than evaluation" in done.stdout
    status = json.loads(omniopt("status", "pear", "--json").stdout)
    assert status["confirmed"]["p"] == 0.0
    assert [point["evaluations"] for point in status["confirmed"]["points"]] == [3, 3]
    best = json.loads(omniopt("best", "pear", "--json").stdout)
    assert best["loss"] == status["best"]["loss"] == status["confirmed"]["points"][0]["mean"]
    assert best["loss"] == pytest.approx(found[0] + 0.01 * (repeats + 2))
    assert omniopt("report", "pear").returncode == 0
    assert "The best points, evaluated again" in (local.paths.root / "report.html").read_text()
    assert omniopt("resume", "pear").returncode == 0
    assert len(local.trials) == 4 * repeats + 6, "nothing is left to do"


def test_a_driver_that_is_killed_confirms_no_point_twice(omniopt: Omniopt, local: Local) -> None:
    path = config(local.workdir, objective=noisy(0.2), confirm="best=3, times=4", max_evals=4, workers=3)
    process = local.spawn("start", path)
    for least in (6, 10):
        until(partial(at_least, local, least))
        process.kill()
        process.wait()
        process = local.spawn("resume", "pear")
    code, output = ended(process)
    assert code == 0, output
    assert len(local.trials) == 16
    assert set(repeats_of(local).values()) == {1}
    begun = Counter((local.workdir / "log").read_text().split("\n"))
    del begun[""]
    assert set(begun.values()) == {1}


def test_a_run_that_has_reached_its_target_is_confirmed(omniopt: Omniopt, local: Local) -> None:
    path = config(local.workdir, objective=noisy(), confirm="best=1, times=2", target=5, workers=1)
    done = omniopt("start", path)
    assert "The target of 5 is reached." in done.stdout
    assert [trial.repeat for trial in local.trials.values() if trial.repeat > 1] == [2, 3]
    assert len(local.trials) <= 4, "no more points than the worker had in hand"
    assert "Confirmed: evaluation" in done.stdout


def test_points_can_be_confirmed_later(omniopt: Omniopt, local: Local) -> None:
    assert omniopt("start", config(local.workdir, objective=noisy(), max_evals=3)).returncode == 0
    assert len(local.trials) == 3
    done = omniopt("resume", "pear", "--confirm", "best=2, times=2")
    assert done.returncode == 0, done.stdout
    assert len(local.trials) == 7
    assert "Confirmed: evaluation" in omniopt("best", "pear").stdout


def test_a_best_mean_is_told_once_also_by_the_next_driver(omniopt: Omniopt, local: Local) -> None:
    path = config(
        local.workdir,
        objective=noisy().replace("x + 0.01", "x - 0.01"),
        repeats=2,
        start_with=[{"x": 0.5}, {"x": 0.1}, {"x": 0.6}],
        max_evals=2,
        workers=1,
        on_new_best="echo $OMNIOPT_TRIAL >> told",
    )
    assert omniopt("start", path).returncode == 0
    assert omniopt("resume", "pear", "--max-evals", 3).returncode == 0
    told = (local.workdir / "told").read_text().split()
    assert told == [str(json.loads(omniopt("best", "pear", "--json").stdout)["trial"])]
