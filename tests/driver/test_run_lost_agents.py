"""What becomes of trials whose agents vanish, refuse, leave, or are heard of late."""

from __future__ import annotations

import pytest
from json_records import LOSSES, plain_assign
from trial_board import Board, vanish

from worker.driver.assignments import Assignments
from worker.driver.losses import Losses
from worker.store.journal_records import Lost, Requeued
from worker.trial import Status, Trial


@pytest.mark.parametrize(("starts", "most"), [(True, 3), (False, 6)])
def test_a_trial_is_given_up_after_three_lost_evaluations_or_twice_as_many_that_may_have_begun(
    starts: bool, most: int
) -> None:
    board = Board()
    vanish(board, most - 1, starts)
    assert board.assignments.waiting == [1]
    vanish(board, 1, starts)
    assert not board.assignments.open
    assert not board.assignments.waiting
    records = [one for one in board.assignments.take().records if isinstance(one, Requeued | Lost)]
    assert [one.kind for one in records] == ["requeued"] * (most - 1) + ["lost"]
    assert [one.strikes for one in records] == [6 * count // most for count in range(1, most + 1)]


@pytest.mark.parametrize(("most", "words"), [(1, "lost once"), (2, "lost twice"), (5, "lost 5 times")])
def test_how_many_lost_workers_are_too_many_is_the_users_choice(most: int, words: str) -> None:
    board = Board(Losses(most))
    vanish(board, most - 1, starts=True)
    assert board.assignments.waiting == ([1] if most > 1 else [])
    vanish(board, 1, starts=True)
    assert not board.assignments.open
    last = board.assignments.take().records[-1]
    assert isinstance(last, Lost)
    assert words in last.reason


def test_only_the_evaluation_that_ran_counts_against_its_trial() -> None:
    board = Board()
    first, second = board.agent("a", 2)
    board.say("a", "started", **first)
    board.gone("a")
    strikes = {number: task.strikes for number, task in board.assignments.open.items()}
    assert strikes == {first["trial"]: 2, second["trial"]: 0}
    assert board.assignments.waiting == [1, 2]


@pytest.mark.parametrize(("starts", "strikes"), [(True, 2), (False, 0)])
def test_what_an_agent_gives_back_counts_against_the_trial_only_if_it_had_begun(
    starts: bool, strikes: int
) -> None:
    board = Board()
    [key] = board.agent("a", 1)
    if starts:
        board.say("a", "started", **key)
    board.say("a", "refused", reason="A signal ends it.", **key)
    assert board.assignments.open[1].strikes == strikes
    assert board.assignments.waiting == [1]


@pytest.mark.parametrize("gives_back", [True, False])
def test_an_agent_that_somebody_has_ended_counts_against_no_trial_up_to_fifty_times(gives_back: bool) -> None:
    board = Board()
    for attempt in range(1, 51):
        assert not any(task.strikes for task in board.assignments.open.values())
        [key] = board.agent(f"a{attempt}", 1)
        assert key == {"trial": 1, "attempt": attempt}
        board.say(f"a{attempt}", "started", **key)
        if gives_back:
            board.say(f"a{attempt}", "refused", reason="Its job received SIGTERM.", willed=True, **key)
            board.say(f"a{attempt}", "bye", reason="It received SIGTERM.")
        board.assignments.gone(f"a{attempt}", "The job was cancelled (CANCELLED).", 1.0, willed=True)
    assert not board.assignments.open
    last = board.assignments.take().records[-1]
    assert isinstance(last, Lost)
    assert last.reason.startswith("Its worker was ended 50 times; the last time: ")


def test_a_late_result_of_a_trial_that_waits_again_takes_it_out_of_the_queue() -> None:
    board = Board()
    [key] = board.agent("a", 1)
    board.gone("a")
    board.finish("a", key)
    assert board.assignments.done == 1
    assert not board.assignments.waiting
    assert not board.assignments.open
    assert board.agent("b", 1) == [{"trial": 2, "attempt": 1}]


def test_a_late_result_of_a_trial_that_another_agent_has_now_ends_it_there() -> None:
    board = Board()
    [key] = board.agent("a", 1)
    board.gone("a")
    board.agent("b", 1)
    board.assignments.take()
    board.finish("a", key)
    moves = board.assignments.take()
    assert [(name, order.kind) for name, order in moves.messages] == [("b", "cancel")]
    assert board.assignments.members["b"].queue == []
    assert not board.assignments.open


@pytest.mark.parametrize(("status", "ok"), [("ok", 1), ("failed", 0)])
def test_of_a_trial_that_was_given_up_only_a_success_still_counts(status: str, ok: int) -> None:
    board = Board()
    vanish(board, 3, starts=True)
    board.assignments.take()
    for _ in range(2):  # the second time it is read once more
        board.finish("a", {"trial": 1, "attempt": 3}, status)
    assert board.assignments.done == ok
    assert [one.kind for one in board.assignments.take().records] == ["finished"] * ok


def test_an_attempt_that_this_driver_does_not_know_of_is_not_given_out_again() -> None:
    board = Board()
    board.propose()
    board.say("a", "started", trial=1, attempt=4)
    board.say("a", "started", trial=1, attempt=2)
    assert board.agent("b", 1) == [{"trial": 1, "attempt": 5}]


def test_trials_of_earlier_drivers_are_where_these_left_them() -> None:
    assignments = Assignments(2, plain_assign, LOSSES)
    trials = [
        Trial(4, {"x": 4.0}, Status.PROPOSED),
        Trial(3, {"x": 3.0}, Status.RUNNING, attempt=1, agent="a"),
        Trial(2, {"x": 2.0}, Status.PROPOSED, attempt=2),
        Trial(1, {"x": 1.0}, Status.OK, attempt=1, agent="a"),
    ]
    assignments.restore(trials, {2: 4})
    assert assignments.waiting == [2, 4]
    assert (assignments.done, assignments.held, assignments.busy) == (1, 1, 1)
    assert assignments.members["a"].queue == [3]
    assert {number: task.strikes for number, task in assignments.open.items()} == {2: 4, 3: 0, 4: 0}
    assert [number for number, task in assignments.open.items() if task.started] == [3]
