"""Trials written into a database of Optuna at once are those that its own `add_trials` writes, and say what a run says."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import optuna
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.trial import FrozenTrial, TrialState
from report_runs import a_trial, write_run

from worker.report.data import results as source
from worker.report.exchange import optuna_rows, optuna_study
from worker.spec.check import check
from worker.spec.parameters import Value
from worker.spec.run import Draft, ParameterDraft, Run
from worker.trial import Status

SPACE = {
    "lr": FloatDistribution(1e-5, 1, log=True),
    "n": IntDistribution(0, 12, step=4),
    "kind": CategoricalDistribution(("a", "b", "ü,\n")),
}
NUMBERS = st.floats(allow_nan=False)
TIMES = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)).filter(
    lambda time: time == datetime.fromtimestamp(time.timestamp())  # an hour that clocks skip is none
)


@st.composite
def frozen_trials(draw: st.DrawFn) -> FrozenTrial:
    """A trial as Optuna has it, of two objectives."""
    names = draw(st.sets(st.sampled_from(sorted(SPACE))))
    values = {"lr": st.floats(1e-5, 1), "n": st.sampled_from([0, 4, 12]), "kind": st.sampled_from("ab")}
    state = draw(st.sampled_from([TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL]))
    trial = optuna.trial.create_trial(
        state=state,
        values=draw(st.tuples(NUMBERS, NUMBERS)) if state is TrialState.COMPLETE else None,
        params={name: draw(values[name]) for name in names},
        distributions={name: SPACE[name] for name in names},
        user_attrs=draw(st.dictionaries(st.text(st.characters(codec="ascii"), max_size=9), st.text())),
        intermediate_values=draw(st.dictionaries(st.integers(0, 99), st.floats(), max_size=4)),
    )
    trial.datetime_start, trial.datetime_complete = draw(TIMES), draw(TIMES)
    return trial


@pytest.fixture(scope="module")
def storage() -> Iterator[optuna.storages.RDBStorage]:
    """A database in memory, which takes far less time than one on a disk."""
    made = optuna.storages.RDBStorage("sqlite:///:memory:")
    yield made
    made.engine.dispose()


@settings(max_examples=25, deadline=None)
@given(st.lists(frozen_trials(), max_size=4))
def test_trials_written_at_once_are_those_that_optuna_writes(
    storage: optuna.storages.RDBStorage, trials: list[FrozenTrial]
) -> None:
    slowly, at_once = (
        optuna.create_study(storage=storage, directions=["minimize", "maximize"]) for _ in range(2)
    )
    slowly.add_trials(trials)
    told: list[int] = []
    optuna_rows.add(at_once, storage, trials, told.append)
    assert told == ([len(trials)] if trials else [])
    assert list(map(said, at_once.trials)) == list(map(said, slowly.trials))


def said(trial: FrozenTrial) -> str:
    """All that a trial says but its place in the table; nan is no reason to differ."""
    attributes = {**vars(trial), "_trial_id": 0}
    return repr(
        {
            key: dict(sorted(value.items())) if isinstance(value, dict) else value
            for key, value in attributes.items()
        }
    )


def a_conditional_run() -> Run:
    parameters = (
        ParameterDraft("kind", "categorical", {"values": ["sgd", "adam"]}),
        ParameterDraft("momentum", "real", {"min": 0, "max": 1, "step": 0.25, "when": "kind == 'sgd'"}),
    )
    fields: dict[str, object] = {
        "run.name": "first",
        "run.objective": "./objective --kind=($kind) [?--momentum=($momentum)?]",
        "search.results": {"loss": "min", "accuracy": "max"},
        "search.reference": {"loss": 2, "accuracy": 0.5},
    }
    checked = check(Draft(fields, parameters))
    assert checked.run is not None, checked.problems
    return checked.run


def test_a_study_holds_every_result_with_its_name_and_the_space_as_declared(workdir: Path) -> None:
    sgd: dict[str, Value] = {"kind": "sgd", "momentum": 0.75}
    trials = [
        a_trial(1, sgd, 0.5, outputs={"loss": 0.5, "accuracy": 0.9}),
        a_trial(2, {"kind": "adam"}, 0.25, outputs={"loss": 0.25, "accuracy": 0.8}),
        a_trial(3, {"kind": "adam"}, 0.25, Status.STOPPED_EARLY, outputs={"loss": 0.25}),
    ]
    results = source.read(write_run(workdir, a_conditional_run(), trials))
    storage = f"sqlite:///{workdir}/x.db"
    assert optuna_study.export(results, storage, "first") == 3
    study = optuna.load_study(study_name="first", storage=storage)
    assert study.metric_names == ["loss", "accuracy"]
    assert [direction.name for direction in study.directions] == ["MINIMIZE", "MAXIMIZE"]
    assert [trial.values for trial in study.trials] == [[0.5, 0.9], [0.25, 0.8], None]
    assert [trial.params for trial in study.trials] == [dict(trial.values) for trial in trials]
    assert study.trials[0].distributions["momentum"] == FloatDistribution(0, 1, step=0.25)
    declared = study.user_attrs["omniopt:parameters"]
    assert declared[1] == {
        "name": "momentum",
        "type": "real",
        "min": 0,
        "max": 1,
        "step": 0.25,
        "when": "kind == 'sgd'",
    }
    assert study.user_attrs["omniopt:reference"] == {"loss": 2, "accuracy": 0.5}


def test_values_between_the_steps_of_a_changed_range_are_kept(workdir: Path) -> None:
    parameters = (
        ParameterDraft("a", "real", {"min": 0, "max": 2, "step": 0.5}),
        ParameterDraft("n", "integer", {"min": 0, "max": 9, "step": 3}),
    )
    draft = Draft({"run.name": "first", "run.objective": "./objective ($a) ($n)"}, parameters)
    run = check(draft).run
    assert run is not None
    values: dict[str, Value] = {"a": 0.75, "n": 4}
    results = source.read(write_run(workdir, run, [a_trial(1, values, 1.0)]))
    storage = f"sqlite:///{workdir}/x.db"
    optuna_study.export(results, storage, "first")
    study = optuna.load_study(study_name="first", storage=storage)
    assert study.trials[0].params == values
    assert study.trials[0].distributions == {"a": FloatDistribution(0, 2), "n": IntDistribution(0, 9)}
    assert math.isclose(study.best_value, 1.0)
