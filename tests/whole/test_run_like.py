"""Runs that begin with what earlier runs and tables have found."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from forked_commands import Omniopt
from local_runs import Local, X, config
from report_runs import a_run, a_trial

from worker.report.exchange import earlier_run
from worker.spec.parameters import Value
from worker.spec.run import ParameterDraft
from worker.store import replay
from worker.trial import Status

Y = ParameterDraft("y", "real", {"min": 0, "max": 1})
OBJECTIVE = "echo RESULT: ($x) && true ($y)"


def test_an_earlier_run_is_known_from_the_first_evaluation_on(omniopt: Omniopt, local: Local) -> None:
    assert omniopt("start", config(local.workdir, name="before", max_evals=6)).returncode == 0
    narrow = ParameterDraft("x", "real", {"min": 0, "max": 0.5})
    path = config(local.workdir, narrow, like=["before"], algorithm="auto", max_evals=2, workers=1)
    done = omniopt("start", path)
    assert done.returncode == 0, done.stdout
    earlier = {
        trial.values["x"]: trial.loss for trial in replay.load(local.paths.home.run("before")).trials.values()
    }
    imported = {trial.values["x"]: trial.loss for trial in local.trials.values() if trial.imported}
    assert imported == {x: loss for x, loss in earlier.items() if float(x) <= 0.5}
    assert 0 < len(imported) < 6, "some are outside"
    assert f"pear: {len(imported)} evaluation" in done.stdout
    assert "left out: The parameter x cannot have this value" in done.stdout
    assert sum(not trial.imported for trial in local.trials.values()) == 2
    assert "taken over from before, and" in omniopt("summary", "pear").stdout
    assert omniopt("report", "pear").returncode == 0
    assert "taken over from before" in (local.paths.root / "report.html").read_text()


def test_a_parameter_that_was_not_there_is_as_in_the_own_setting(omniopt: Omniopt, local: Local) -> None:
    assert omniopt("start", config(local.workdir, name="before", max_evals=3)).returncode == 0
    plain = {"objective": OBJECTIVE, "like": ["before"], "max_evals": 2}
    done = omniopt("start", config(local.workdir, X, Y, name="unsaid", **plain))
    assert (
        "3 evaluations left out: The parameter y was not there; to say what it was, put it into start_with."
        in done.stdout
    )
    done = omniopt("start", config(local.workdir, X, Y, start_with=[{"x": 0.5, "y": 0.25}], **plain))
    assert done.returncode == 0, done.stdout
    assert [trial.values["y"] for trial in local.trials.values() if trial.imported] == [0.25] * 3


def test_a_csv_is_as_good_as_a_run(omniopt: Omniopt, local: Local) -> None:
    (local.workdir / "old.csv").write_text("x,RESULT\n0.1,1\n0.2,2\n7,3\n")
    path = config(
        local.workdir, X, Y, objective=OBJECTIVE, like=["old.csv"], start_with=[{"x": 0.5, "y": 0.25}], max_evals=1
    )  # fmt: skip
    done = omniopt("start", path)
    assert done.returncode == 0, done.stdout
    imported = [dict(trial.values) for trial in local.trials.values() if trial.imported]
    assert imported == [{"x": 0.1, "y": 0.25}, {"x": 0.2, "y": 0.25}]


@pytest.mark.parametrize("word", ["nowhere", "nowhere.csv"])
def test_what_does_not_exist_keeps_a_run_from_starting(omniopt: Omniopt, local: Local, word: str) -> None:
    done = omniopt("start", config(local.workdir, like=[word]))
    assert done.returncode == 2
    assert "nowhere" in done.stdout + done.stderr
    assert not Path(local.paths.root).exists()


def test_points_that_were_evaluated_several_times_come_as_their_means() -> None:
    values: Mapping[str, Value] = {"lr": 0.5, "kind": "a"}
    trials = [
        a_trial(1, values, 1.0),
        a_trial(2, values, 3.0, point=1, repeat=2),
        a_trial(3, {"lr": 0.75, "kind": "b"}, None, Status.FAILED),
    ]
    table = earlier_run.rows(a_run(search__repeats=2), trials, a_run())
    assert [(row.values, row.loss) for row in table.rows] == [(values, 2.0)]
    assert table.left_out == {3: 'Its status is "failed".'}
