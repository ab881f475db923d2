"""A run as a study of Optuna: opened by Optuna's own reader and by optuna-dashboard."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Mapping
from pathlib import Path

import optuna
import pytest
from forked_commands import Omniopt
from report_runs import a_run, a_trial, some_trials, write_run
from run_kinds import KindRun

from worker.errors import UsageError
from worker.report.data import results as source
from worker.report.exchange import optuna_study
from worker.search.space import Space
from worker.spec.check import check
from worker.spec.parameters import Value
from worker.spec.run import Draft, ParameterDraft
from worker.store.claim import Claim, Standing
from worker.store.outbox_messages import OUTBOX, NewValue
from worker.store.paths import RunPaths
from worker.trial import Status


@pytest.fixture
def paths(workdir: Path) -> RunPaths:
    """A run called first."""
    return write_run(workdir, a_run(run__objective="./missing ($x_0) ($x_1)"), some_trials())


def test_an_export_to_optuna_opens_in_its_own_reader_and_dashboard(paths: RunPaths, omniopt: Omniopt) -> None:
    done = omniopt("export", "first", "--optuna", "sqlite:///x.db")
    assert done.returncode == 0, done.stderr
    storage = f"sqlite:///{paths.root.parents[2]}/x.db"
    study = optuna.load_study(study_name="first", storage=storage)
    assert len(study.trials) == 30
    assert study.best_value == -0.5
    assert study.best_params == {"lr": 0.3, "kind": "a"}
    assert study.trials[4].state == optuna.trial.TrialState.FAIL
    assert study.trials[0].intermediate_values == {0: 1.0, 1: 0.5}
    assert dashboard_trials(storage) == 30
    again = omniopt("export", "first", "--optuna", "sqlite:///x.db")
    assert again.returncode == 2
    assert "--study" in again.stderr


def test_all_types_of_parameters_are_distributions_of_optuna(workdir: Path, omniopt: Omniopt) -> None:
    drafts = tuple(
        ParameterDraft(f"p{number}", kind, settings) for number, (kind, settings, _) in enumerate(ALL_TYPES)
    )
    objective = "./it " + " ".join(f"($x_{number})" for number in range(len(drafts)))
    run = check(Draft({"run.name": "types", "run.objective": objective}, drafts)).run
    assert run is not None
    space, draw = Space(run.parameters, run.precision), random.Random(1)
    trials = [a_trial(number, space.named(space.draw(draw)), number) for number in range(1, 60)]
    write_run(workdir, run, trials)
    assert omniopt("export", "types", "--optuna", "sqlite:///x.db").returncode == 0
    study = optuna.load_study(study_name="types", storage=f"sqlite:///{workdir}/x.db")
    assert [trial.params for trial in study.trials] == [dict(trial.values) for trial in trials]
    distributions = study.trials[0].distributions
    for number, (kind, _, expected) in enumerate(ALL_TYPES):
        for key, value in expected.items():
            close = value if isinstance(value, tuple) else pytest.approx(value)
            assert getattr(distributions[f"p{number}"], key) == close, kind


ALL_TYPES: list[tuple[str, dict[str, object], dict[str, object]]] = [
    ("hp.randint", {"max": 7}, {"low": 0, "high": 6, "step": 1, "log": False}),
    ("hp.choice", {"values": ["a", "2"]}, {"choices": ("a", "2")}),
    ("hp.pchoice", {"values": "a=20,b=80"}, {"choices": ("a", "b")}),
    ("hp.choiceint", {"min": -2, "max": 3}, {"low": -2, "high": 3, "step": 1}),
    ("hp.choicestep", {"min": 1, "max": 12, "step": 5}, {"low": 1, "high": 11, "step": 5}),
    ("hp.uniform", {"min": -1, "max": 1}, {"low": -1, "high": 1, "log": False}),
    ("hp.uniformint", {"min": 2, "max": 9}, {"low": 2, "high": 9}),
    ("hp.quniform", {"min": 0, "max": 1, "q": 0.1}, {"low": 0, "high": 1, "step": 0.1, "log": False}),
    ("hp.quniform", {"min": 1, "max": 10, "q": 3}, {"low": 3, "high": 9, "step": 3}),
    ("real", {"min": 0.5, "max": 2.2, "step": 0.5}, {"low": 0.5, "high": 2.0, "step": 0.5}),
    ("real", {"min": 1, "max": 9, "step": 2, "log": True}, {"low": 1, "high": 9, "log": True}),
    ("integer", {"min": 1, "max": 100, "log": True}, {"low": 1, "high": 100, "log": True}),
    ("hp.loguniform", {"min": -9, "max": 0}, {"low": math.exp(-9), "high": 1, "log": True}),
    ("hp.qloguniform", {"min": 0, "max": 5, "q": 1}, {"low": 1, "high": math.exp(5), "log": True}),
    ("hp.normal", {"mu": 0, "sigma": 1}, {"log": False}),
    ("hp.qnormal", {"mu": 0, "sigma": 1, "q": 0.5}, {"log": False, "step": 0.5}),
    ("hp.lognormal", {"mu": 0, "sigma": 1}, {"log": True}),
    ("hp.qlognormal", {"mu": 3, "sigma": 0.1, "q": 1}, {"log": True}),
]


def test_runs_of_every_kind_are_read_back_as_they_are(
    kind_runs: Mapping[str, KindRun], tmp_path: Path
) -> None:
    storage = f"sqlite:///{tmp_path}/x.db"
    for kind, run in kind_runs.items():
        if kind == "many":  # which says no more, and takes long
            continue
        rows = run.rows
        assert optuna_study.export(run.results, storage, kind) == len(rows)
        study = optuna.load_study(study_name=kind, storage=storage)
        wanted = {1: "MINIMIZE", -1: "MAXIMIZE"}
        assert [direction.name for direction in study.directions] == [
            wanted[sign] for sign in run.signs.values()
        ]
        assert study.metric_names == [*run.signs]
        declared = {one["name"]: one for one in study.user_attrs["omniopt:parameters"]}
        assert list(declared) == [parameter.name for parameter in run.results.run.parameters]
        for trial, row in zip(study.trials, rows, strict=True):
            values = {
                name[2:]: value for name, value in row.items() if name.startswith("p.") and value == value
            }
            assert trial.params == values, kind
            good = row["status"] == "ok"
            assert (trial.state.name == "COMPLETE") is good
            results = [row[f"o.{name}"] for name in run.signs] if len(run.signs) > 1 else [row["loss"]]
            assert trial.values == (results if good else None)
            assert list(trial.intermediate_values.values()) == [value for _, value in row["curve"]]
            for name in ("x", "y", "momentum", "lr"):
                if name in trial.params:
                    said = json.loads(optuna.distributions.distribution_to_json(trial.distributions[name]))
                    ends = (said["attributes"]["low"], said["attributes"]["high"])
                    assert ends == (declared[name]["min"], declared[name]["max"])
    conditional = optuna.load_study(study_name="conditional", storage=storage)
    assert {len(trial.params) for trial in conditional.trials} == {3, 4}
    (when,) = (one for one in conditional.user_attrs["omniopt:parameters"] if one["name"] == "momentum")
    assert when["when"] == "optimizer == 'sgd'"


def test_a_journal_file_of_optuna_holds_what_runs_and_what_failed(workdir: Path) -> None:
    values: dict[str, Value] = {"lr": 0.5, "kind": "a"}
    trials = [
        a_trial(1, values, 2.0),
        a_trial(2, values, 3.0, Status.STOPPED_EARLY),
        a_trial(3, values, 1.0, Status.FAILED),
        a_trial(4, values, None, Status.RUNNING, seconds=None, end=None),
    ]
    results = source.read(write_run(workdir, a_run(), trials, ended=False))
    outbox = results.paths.agent(trials[3].agent).outbox
    outbox.parent.mkdir(parents=True)
    outbox.write_bytes(
        OUTBOX.encode(NewValue(trial=4, attempt=1, value=5.0, step=2, earlier=(6.0,)))
        + OUTBOX.encode(NewValue(trial=4, attempt=1, value=4.0, step=5))
    )
    vars(results)["claim"] = Claim(Standing.ALIVE)
    study_file = workdir / "study.log"
    assert optuna_study.export(results, str(study_file), "first") == 4
    vars(results)["claim"] = Claim(Standing.OVER)
    assert optuna_study.export(results, str(study_file), "later") == 3
    backend = optuna.storages.journal.JournalFileBackend(str(study_file))
    study = optuna.load_study(study_name="first", storage=optuna.storages.JournalStorage(backend))
    assert [trial.state.name for trial in study.trials] == ["COMPLETE", "PRUNED", "FAIL", "RUNNING"]
    assert [trial.value for trial in study.trials] == [2.0, 3.0, None, None]
    assert study.trials[3].intermediate_values == {0: 6.0, 1: 5.0, 4: 4.0}
    with pytest.raises(UsageError, match="There is already a study first"):
        optuna_study.export(results, str(study_file), "first")


def test_a_study_that_cannot_be_finished_is_not_left_half(workdir: Path) -> None:
    results = source.read(write_run(workdir, a_run(), some_trials()))
    storage = f"sqlite:///{workdir}/x.db"

    def interrupted(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        optuna_study.export(results, storage, "first", interrupted)
    assert optuna.get_all_study_names(storage) == []
    assert optuna_study.export(results, storage, "first") == 30


@pytest.mark.parametrize(
    "storage", ["sqlite:////no/such/folder/x.db", "nothing://x", "/no/such/folder/x.log"]
)
def test_a_storage_that_does_not_open_is_a_usage_error(
    paths: RunPaths, omniopt: Omniopt, storage: str
) -> None:
    done = omniopt("export", "first", "--optuna", storage)
    assert done.returncode == 2, done.stderr
    assert f"{storage} cannot be opened" in done.stderr


def dashboard_trials(storage: str) -> int:
    """How many trials optuna-dashboard shows of the only study in a storage."""
    from optuna_dashboard import wsgi

    engine = optuna.storages.RDBStorage(storage)
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/api/studies/1",
        "QUERY_STRING": "after=0",
        "SERVER_NAME": "x",
    }
    environ |= {"SERVER_PORT": "80", "wsgi.url_scheme": "http", "SERVER_PROTOCOL": "HTTP/1.1"}
    statuses: list[str] = []
    body = b"".join(wsgi(engine)(environ, lambda status, headers, *_: statuses.append(status)))
    engine.engine.dispose()
    assert statuses == ["200 OK"]
    return len(json.loads(body)["trials"])
