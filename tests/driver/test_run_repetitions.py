"""Evaluations that fail with a text that asks for it are given to another host, so often, and count once."""

from __future__ import annotations

from json_records import Json
from trial_board import Board

from worker.driver.losses import Losses
from worker.store.journal_records import Finished, Requeued

AGAIN: Json = {"retry": "CUDA error", "exit_code": 1, "reason": "It ended with exit code 1."}


def given(board: Board, name: str) -> int:
    """How often the first trial has been given out, once an agent is asked whether it may have it."""
    [member] = [one for one in board.assignments.takers(0) if one.identity == name]
    number = board.assignments.first_for(member)
    if number is None:
        return 0
    board.assignments.give(member, 3.0)
    return board.assignments.open[number].attempt


def test_another_host_gets_it_and_the_same_one_waits_for_others() -> None:
    board = Board()
    [key] = board.agent("a", 1, host="one")
    board.say("b", "hello", agent="b", host="two")
    board.finish("a", key, "failed", **AGAIN)
    assert board.assignments.waiting == [1]
    assert given(board, "a") == 0
    assert given(board, "b") == 2
    [requeued] = [record for record in board.assignments.take().records if isinstance(record, Requeued)]
    assert requeued.avoids == "one"
    assert "CUDA error" in requeued.reason
    assert "It ended with exit code 1." in requeued.reason


def test_where_there_is_no_other_host_the_same_one_tries_again() -> None:
    board = Board()
    [key] = board.agent("a", 1, host="one")
    board.finish("a", key, "failed", **AGAIN)
    assert given(board, "a") == 2


def test_after_so_many_times_it_has_failed_and_says_how_often() -> None:
    board = Board(Losses(3))
    [key] = board.agent("a", 1)
    for attempt in (1, 2, 3):
        assert not any(isinstance(record, Finished) for record in board.assignments.take().records)
        board.finish("a", {**key, "attempt": attempt}, "failed", **AGAIN)
        if attempt < 3:
            assert given(board, "a") == attempt + 1
    [finished] = [record for record in board.assignments.take().records if isinstance(record, Finished)]
    assert finished.outcome.reason == (
        'It ended with exit code 1. It has printed "CUDA error", one of the texts of retry_on, and was tried three times.'
    )
    assert not board.assignments.open


def test_what_a_later_attempt_has_in_hand_is_not_ended_by_an_earlier_one() -> None:
    board = Board()
    [key] = board.agent("a", 1)
    board.finish("a", key, "failed", **AGAIN)
    given(board, "a")
    board.finish("a", key, "failed", **AGAIN)  # read once more
    assert board.assignments.open[1].attempt == 2
    assert board.assignments.open[1].holder == "a"
    board.finish("a", {**key, "attempt": 2})
    assert board.assignments.done == 1
