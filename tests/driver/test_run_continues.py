"""Trials whose programs go on from where they were ended: how often they are given out, and for how long."""

from __future__ import annotations

from pathlib import Path

import pytest
from idle_launcher import IdleLauncher
from json_records import Json, plain_assign, said
from local_runs import X
from other_launcher import OtherLauncher
from trial_board import Board, vanish

from worker.driver.assignments import Assignments
from worker.driver.dispatch import Dispatcher, make_assign
from worker.driver.limits import Limits
from worker.driver.losses import FRUITFUL, MOST_ATTEMPTS, Losses
from worker.driver.plan import Plan
from worker.driver.proposer import Proposer
from worker.driver.restore import restore
from worker.driver.tasks import Task
from worker.spec.check import check
from worker.spec.run import Draft, ParameterDraft, Run
from worker.store.inbox_messages import Assign
from worker.store.journal import open_epoch
from worker.store.journal_records import JOURNAL, Lost, Retried
from worker.store.paths import RunPaths

CONTINUES = Losses(3, continues=True)


def a_run(parameter: ParameterDraft, **values: object) -> Run:
    settings = {"name": "pear", "objective": "./p ($x)", **values}
    checked = check(Draft({f"run.{key}": value for key, value in settings.items()}, (parameter,)))
    assert checked.run is not None, checked.problems
    return checked.run


def plan_of(run: Run) -> Plan:
    scheduler = OtherLauncher(lambda *_: IdleLauncher(), remote=True)
    return Plan(run, RunPaths(Path("/nowhere")), scheduler, Path("/"), 1)


def handed_back(board: Board, name: str, seconds: float, spent: float = 0.0, willed: bool = True) -> Json:
    """An agent has the first trial for so many seconds until its time is up; the key of that attempt."""
    [key] = board.agent(name, 1)
    board.say(name, "started", **key)
    board.say(name, "refused", reason="Its walltime is up.", willed=willed, spent=spent + seconds, **key)
    board.say(name, "bye", reason="Its walltime is up.")
    return key


def given_out(board: Board) -> list[Assign]:
    return [order for _, order in board.assignments.take().messages if isinstance(order, Assign)]


def test_it_is_given_out_as_often_as_it_takes_and_its_seconds_add_up() -> None:
    board = Board(CONTINUES)
    for attempt in range(1, 2 * MOST_ATTEMPTS):
        key = handed_back(board, f"a{attempt}", 100.0, spent=100.0 * (attempt - 1))
        assert key == {"trial": 1, "attempt": attempt}
    orders = given_out(board)
    assert [order.spent for order in orders] == [100.0 * before for before in range(2 * MOST_ATTEMPTS - 1)]
    assert board.assignments.waiting == [1]


@pytest.mark.parametrize("between", [0.0, FRUITFUL])
def test_attempts_that_bring_it_no_further_count_two_by_two_as_lost_workers(between: float) -> None:
    board, spent = Board(CONTINUES), 0.0
    for attempt in range(1, 7):
        assert board.assignments.waiting in ([], [1])
        seconds = between if attempt == 5 else 1.0
        handed_back(board, f"a{attempt}", seconds, spent)
        spent += seconds
    assert board.assignments.waiting == ([1] if between else [])
    last = board.assignments.take().records[-1]
    if not between:
        assert isinstance(last, Lost)
        assert "attempts to continue it ended within 10 seconds" in last.reason


def test_real_losses_count_for_it_as_for_others_until_it_gets_further() -> None:
    board = Board(CONTINUES)
    vanish(board, 2, starts=True)
    handed_back(board, "b", 100.0)
    vanish(board, 2, starts=True)
    assert board.assignments.waiting == [1]
    vanish(board, 1, starts=True)
    assert not board.assignments.open


def test_the_next_driver_knows_what_it_has_taken(tmp_path: Path) -> None:
    board = Board(CONTINUES)
    handed_back(board, "a", 100.0)
    handed_back(board, "b", 50.0, spent=100.0)
    records = board.assignments.take().records
    paths = RunPaths(tmp_path)
    for more in ([], [Retried(epoch=2, trial=1, attempt=2)]):
        _, journal = open_epoch(paths)
        journal.append(*map(JOURNAL.encode, more or records))
        journal.close()
        restored = restore(paths, 99)
        # Who asks for it again gives it all of its time again.
        assert restored.spent == ({} if more else {1: 150.0})
    assignments = Assignments(3, plain_assign, CONTINUES)
    assignments.restore(restored.replayer.state.trials.values(), {}, spent={1: 150.0})
    assert assignments.open[1].spent == 150.0


@pytest.mark.parametrize(("left", "fits"), [(FRUITFUL + 60 + 25, True), (FRUITFUL + 60 + 15, False)])
def test_it_begins_where_there_is_time_to_get_further_and_to_be_warned(left: float, fits: bool) -> None:
    run = a_run(X, continues=True, warning="0:01:00")
    assignments = Assignments(1, plain_assign, CONTINUES)
    dispatcher = Dispatcher(plan_of(run), 1, assignments, Limits(10, 10, 1000.0))
    proposer = Proposer(run, 1, [], 1)

    def say(kind: str, **record: object) -> None:
        message = said({"kind": kind, "epoch": 1, "at": 0.0, **record})
        dispatcher.learn("a", message, 0.0)
        assignments.hear("a", message, 0.0)

    say("hello", agent="a", host="h", time_left=1000.0)
    dispatcher.dispatch(proposer, 1, 0.0)
    key = {"trial": 1, "attempt": 1, "values": dict(assignments.open[1].values)}
    say("finished", status="ok", loss=1.0, seconds=900.0, start=0.0, end=900.0, **key)
    dispatcher.dispatch(proposer, 1, 1000.0 - left)
    assert bool(assignments.members["a"].queue) == fits
    assert assignments.members["a"].leaving != fits


def test_what_it_is_told_says_how_it_is_warned() -> None:
    order = make_assign(
        plan_of(a_run(X, continues=True, warning="0:01:00", warning_signal="USR2")),
        1,
        Task(1, {"x": 1.0}, attempt=2, spent=30.0),
        0.0,
    )
    assert (order.continues, order.spent, order.warning, order.warning_signal) == (True, 30.0, 60, "USR2")
    assert make_assign(plan_of(a_run(X)), 1, Task(1, {"x": 1.0}, attempt=1), 0.0).warning_signal == ""
