"""Runs that go on with more evaluations, and in other ranges; what is known stays known."""

from __future__ import annotations

import csv
import json

import pytest
from forked_commands import Omniopt
from local_runs import Local, config

from worker.spec.changed_parameters import changed, read_changes
from worker.spec.raw_values import ConversionError
from worker.spec.run import ParameterDraft
from worker.store.run_config import read_run, started_run

KIND = ParameterDraft("kind", "categorical", {"values": ["a", "b", "c"]})
X = ParameterDraft("x", "real", {"min": 0, "max": 1})
OBJECTIVE = "echo RESULT: ($x) && true ($kind)"


def start(omniopt: Omniopt, local: Local, **values: object) -> None:
    path = config(local.workdir, X, KIND, **{"objective": OBJECTIVE, "max_evals": 6, **values})
    done = omniopt("start", path)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("algorithm", ["auto", "hyperopt.rand.suggest", "gridsearch", "tpe.suggest"])
def test_narrower_ranges_leave_what_is_known(omniopt: Omniopt, local: Local, algorithm: str) -> None:
    start(omniopt, local, algorithm=algorithm)
    before = {number: trial.loss for number, trial in local.trials.items()}
    outside = sum(not 0.5 <= float(trial.values["x"]) <= 0.9 for trial in local.trials.values())
    words = ("--max-evals", 12, "--parameter", "x: min=0.5, max=0.9")
    done = omniopt("extend", "pear", *words)
    assert done.returncode == 0, done.stdout
    assert before.items() <= {number: trial.loss for number, trial in local.trials.items()}.items()
    assert len(local.trials) == 12
    assert all(0.5 <= float(local.trials[number].values["x"]) <= 0.9 for number in range(7, 13))
    assert f"{outside} evaluations lie outside of the present ranges" in omniopt("status", "pear").stdout
    assert "outside of the present ranges" in omniopt("summary", "pear").stdout
    assert omniopt("report", "pear").returncode == 0
    assert len(list(csv.DictReader(local.paths.csv.read_text().splitlines()))) == 12
    assert omniopt("export", "pear", "--json").returncode == 0
    assert "outside of" not in omniopt("why", "pear", 12).stdout
    config_now, at_first = read_run(local.paths), started_run(local.paths)
    assert config_now.parameters[0].settings["min"] == 0.5
    assert at_first.parameters[0].settings["min"] == 0
    events = local.paths.events.read_text()
    assert "parameters.x is min 0.5, max 0.9 from now on, not min 0, max 1" in events
    assert "search.max_evals is 12 from now on, not 6" in events


def test_wider_ranges_are_searched_and_changes_add_up(omniopt: Omniopt, local: Local) -> None:
    start(omniopt, local, algorithm="gridsearch", max_evals=100)
    assert len(local.trials) == 30, "all of the grid"
    assert omniopt("extend", "pear", "--parameter", r"kind: values=a\,d").returncode == 0
    kinds = [trial.values["kind"] for trial in local.trials.values()]
    assert kinds.count("d") == 10
    assert kinds.count("a") == 10, "none twice"
    done = omniopt("extend", "pear", "--parameter", "x: max=2", "--workers", 1)
    assert done.returncode == 0, done.stdout
    run = read_run(local.paths)
    assert run.parameters[0].settings["max"] == 2
    assert run.parameters[1].settings["values"] == ("a", "d")
    assert run.workers == 1
    assert max(float(trial.values["x"]) for trial in local.trials.values()) == 2
    status = json.loads(omniopt("status", "pear", "--json").stdout)
    assert status["trials"]["ok"] == len(local.trials)


def test_own_settings_outside_of_the_new_ranges_are_no_hindrance(omniopt: Omniopt, local: Local) -> None:
    start(omniopt, local, start_with=[{"x": 0.1, "kind": "a"}])
    done = omniopt("extend", "pear", "--max-evals", 8, "--parameter", "x: min=0.5")
    assert done.returncode == 0, done.stdout
    assert len(local.trials) == 8


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Say what is to be more or other"),
        (("--parameter", "z: min=1"), 'There is no parameter "z"'),
        (("--parameter", "x min=1"), "names no parameter"),
        (("--parameter", "x: min"), "is no setting"),
        (("--parameter", "x: min=3"), "min"),
        (("--parameter", "x: mu=3"), "mu"),
    ],
)
def test_what_is_wrong_changes_nothing(
    omniopt: Omniopt, local: Local, words: tuple[str, ...], said: str
) -> None:
    start(omniopt, local)
    done = omniopt("extend", "pear", *words)
    assert done.returncode == 2
    assert said in done.stdout + done.stderr
    assert not local.paths.changes.exists()


def test_changes_name_parameters_and_settings() -> None:
    changes = read_changes(["x: min=0.5, max=0.9", r"kind: values=a\,b", "x:log=1"])
    assert changes == {"x": {"min": "0.5", "max": "0.9", "log": "1"}, "kind": {"values": "a,b"}}
    assert changed([X, KIND], {"x": {"max": "2"}}) == (
        ParameterDraft("x", "real", {"min": 0, "max": "2"}),
        KIND,
    )
    with pytest.raises(ConversionError):
        changed([X], {"y": {}})
