"""A driver in this process, for what a config cannot ask for: runtimes of seconds, agents that never come."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from idle_launcher import IdleLauncher
from local_runs import PATIENCE, Local, X
from other_launcher import OtherLauncher

from worker.driver import end_conditions, proposer
from worker.driver.driver import Driver
from worker.driver.plan import Plan
from worker.driver.stop_signals import Signals
from worker.driver.tenure import Tenure
from worker.errors import EXIT_DONE, EXIT_NO_SUCCESS, EXIT_SYSTEM
from worker.launch.scheduler import Scheduler
from worker.launch.this_machine import ThisMachine
from worker.progress.final_summary import Ending
from worker.progress.tally import Over
from worker.progress.terminal import Lines
from worker.spec.check import check
from worker.spec.parameters import Value
from worker.spec.problem import Problem
from worker.spec.run import Draft, Run
from worker.store.outbox_messages import OUTBOX, Bye
from worker.store.paths import Home
from worker.store.run_folder import create
from worker.store.tail import read_records
from worker.trial import Status


@pytest.fixture
def local(workdir: Path) -> Iterator[Local]:
    """The run in the workdir; its processes end with the test."""
    one = Local(workdir)
    yield one
    one.kill_everything()


def a_run(objective: str, **values: object) -> Run:
    draft = Draft({"run.name": "pear", "run.objective": objective, "run.workers": 2}, (X,))
    run = check(draft).run
    assert run is not None
    return replace(run, **{"algorithm": "hyperopt.rand.suggest", **values})  # type: ignore[arg-type]


def drive(run: Run, local: Local, scheduler: Scheduler | None = None) -> Ending:
    paths = create(Home.in_workdir(local.workdir), run)
    with Signals() as signals:
        driver = Driver(Plan(run, paths, scheduler or ThisMachine(), local.workdir, 42), signals)
        return driver.drive(Lines(3600))


def test_the_runtime_ends_what_runs(local: Local) -> None:
    end = drive(a_run("sleep 300; : ($x)", runtime=2), local)
    assert end.over is Over.RUNTIME
    assert end.exit_code == EXIT_NO_SUCCESS
    assert "The runtime of 0:00:02 is over" in end.sentence
    assert [trial.status for trial in local.trials.values()] == [Status.CANCELLED] * 2
    assert {trial.reason for trial in local.trials.values()} == {"The runtime of the run was over."}


def test_nothing_begins_that_would_not_end_within_the_runtime(local: Local) -> None:
    # The first two have half of the runtime to spare, and two more would need more than all of it.
    end = drive(a_run("sleep 4; echo RESULT: ($x)", runtime=7.9), local)
    assert end.over is Over.RUNTIME
    assert end.exit_code == EXIT_DONE
    assert [trial.status for trial in local.trials.values()] == [Status.OK] * 2


def test_debugging_writes_down_every_message(local: Local) -> None:
    drive(a_run("echo RESULT: ($x)", max_evals=2, debug=True), local)
    events = local.paths.events.read_text()
    # Whichever worker is there first gets the first trial.
    assert re.search(r"to e1-\d: {'kind': 'assign', 'trial': 1", events)
    assert re.search(r"from e1-\d: {'kind': 'hello'", events)


@pytest.mark.parametrize("wanted", [True, False])
def test_what_evaluations_print_is_shown_where_that_is_wanted(
    local: Local, capsys: pytest.CaptureFixture[str], wanted: bool
) -> None:
    drive(a_run("echo here; echo RESULT: ($x)", max_evals=1, live_output=wanted), local)
    assert ("[1] here" in capsys.readouterr().out) is wanted


class Told:
    """A search that proposes one value after the other, and keeps what it is told."""

    exhausted_sentence = ""

    def __init__(self) -> None:
        self.losses: dict[int, float | None] = {}
        self.outputs: dict[int, Mapping[str, float]] = {}

    def add(self, number: int, values: Mapping[str, Value]) -> None:
        pass

    def prepare(self) -> None:
        pass

    def runs_again(self, number: int) -> None:
        pass

    def ask(self, number: int) -> dict[str, Value]:
        return {"x": number / 8}

    def tell(self, number: int, loss: float | None, outputs: Mapping[str, float]) -> None:
        self.losses[number], self.outputs[number] = loss, outputs


def test_the_search_is_told_of_every_result(local: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    search = Told()
    monkeypatch.setattr(proposer, "make_searcher", lambda *_: search)
    drive(a_run("[ ($x) = 0.25 ] || echo RESULT1: -($x); echo cost: ($x)", max_evals=3), local)
    assert search.outputs[3] == {"RESULT1": -0.375, "cost": 0.375}
    assert {number: search.losses.get(number) for number in (1, 2, 3)} == {1: 0.125, 2: None, 3: 0.375}
    assert set(search.losses) == set(local.trials)


def test_workers_that_have_nothing_more_to_do_leave_by_themselves(
    local: Local, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(end_conditions, "_LEAVE_PATIENCE", PATIENCE)
    drive(a_run("echo RESULT: ($x)", max_evals=2, workers=1), local)
    messages = list(read_records(local.paths.agent("e1-1").outbox, OUTBOX.decode))
    assert isinstance(messages[-1], Bye)


def test_a_driver_whose_folder_was_moved_a_moment_ago_does_not_say_that_the_run_is_over(
    local: Local, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Tenure, "in_place", False)
    end = drive(a_run("echo RESULT: ($x)", max_evals=1), local)
    assert end.over is Over.MOVED
    assert "was moved or removed during the run" in end.sentence
    kinds = [record["kind"] for record in local.records()]
    assert kinds[-1] == "leaving"
    assert "ended" not in kinds


class Hopeless(IdleLauncher):
    """A launcher that cannot start anything."""

    trouble = "The cluster is closed."
    hopeless = Problem("slurm.partition", "The cluster is closed.", "Take another one.")


def test_a_run_whose_agents_can_never_start_ends_with_the_reason(local: Local) -> None:
    end = drive(a_run("echo RESULT: ($x)"), local, OtherLauncher(lambda *_: Hopeless()))
    assert end.exit_code == EXIT_SYSTEM
    assert end.sentence.startswith("slurm.partition: The cluster is closed. Take another one.")
