"""What a driver makes of what running evaluations print: who is to be ended, what is written down, and what a later driver does."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from json_records import Json, said
from report_runs import a_run, a_trial
from trial_board import Board

from worker.driver.early_stopping import EarlyStopping
from worker.spec.run import Run
from worker.store.journal_records import JOURNAL, StopEarly
from worker.store.replay import Replayed
from worker.trial import Status, Trial

GOOD = tuple((float(second), 1.0 / second) for second in range(1, 11))


def watched(**fields: object) -> Run:
    return a_run(search__early_stopping="median", **fields)


class Stage:
    """A board, and early stopping that hears what the board hears."""

    def __init__(self, run: Run, decided: Mapping[int, StopEarly] | None = None) -> None:
        self.board = Board()
        self.early = EarlyStopping(run, self.board.assignments, Replayed(), decided or {})
        for number in range(101, 105):
            self.early.note(a_trial(number, {}, 0.1, curve=GOOD))

    def begin(self, agent: str) -> Json:
        [key] = self.board.agent(agent, 1)
        self.board.say(agent, "started", **key)
        return key

    def tell(self, agent: str, key: Json, *values: float, step: int | None = None) -> None:
        *earlier, value = values
        record = {"kind": "value", "value": value, "earlier": earlier, "step": step or len(values), **key}
        self.early.hear(agent, said({**record, "least": min(values), "most": max(values)}), 5.0)


def test_a_hopeless_one_is_written_down_and_its_agent_told_once() -> None:
    stage = Stage(watched())
    key = stage.begin("a")
    stage.tell("a", key, 9.0, 8.0)
    assert stage.early.take() == ([], [])
    stage.tell("a", key, 7.0, step=3)
    stage.tell("a", key, 6.0, step=4)
    [record], [(agent, order)] = stage.early.take()
    assert (record.trial, record.attempt, record.agent, record.at) == (1, 1, "a", 5.0)
    assert (agent, order.trial, order.attempt, order.means) == ("a", 1, 1, False)
    assert record.reason == order.reason
    assert "At line 3, its best RESULT so far was 7.0" in order.reason
    assert stage.early.take() == ([], [])


@pytest.mark.parametrize(
    ("agent", "change"), [("b", {}), ("a", {"attempt": 2}), ("a", {"trial": 9}), ("a", {"step": 0})]
)
def test_what_is_not_of_the_attempt_in_hand_says_nothing(agent: str, change: Json) -> None:
    stage = Stage(watched())
    key = stage.begin("a")
    record = {"kind": "value", "value": 9.0, "earlier": [9.0, 9.0], "step": 3, **key, **change}
    stage.early.hear(agent, said(record), 5.0)
    assert stage.early.take() == ([], [])


def test_one_that_has_ended_in_the_same_moment_is_left_alone() -> None:
    stage = Stage(watched())
    key = stage.begin("a")
    stage.tell("a", key, 9.0, 8.0, 7.0)
    stage.board.finish("a", key)
    assert stage.early.take() == ([], [])


def test_a_later_driver_tells_the_agent_again_and_writes_nothing_down() -> None:
    decision = StopEarly(epoch=1, trial=1, attempt=1, agent="a", reason="It is hopeless.", at=1.0)
    board = Board()
    key = board.agent("a", 1)[0]
    for attempt, orders in ((1, 1), (2, 0)):
        earlier = {1: StopEarly(epoch=1, trial=1, attempt=attempt, agent="a", reason=decision.reason, at=1.0)}
        early = EarlyStopping(watched(), board.assignments, Replayed(), earlier)
        records, told = early.take()
        assert (records, len(told)) == ([], orders)
    early = EarlyStopping(watched(), board.assignments, Replayed(), {1: decision})
    for number in range(101, 105):
        early.note(a_trial(number, {}, 0.1, curve=GOOD))
    value = {"kind": "value", "value": 9.0, "earlier": [9.0, 9.0], "step": 3, **key}
    early.hear("a", said(value), 2.0)  # it is in the outbox still
    assert early.take()[0] == []
    off = EarlyStopping(a_run(), board.assignments, Replayed(), {1: decision})
    assert off.take() == ([], [])


def test_what_a_person_asks_for_again_comes_to_its_end() -> None:
    stage = Stage(watched())
    stage.board.proposed = 1
    stage.board.assignments.reopen(Trial(1, {"x": 1.0}, Status.STOPPED_EARLY, attempt=1), 0.0)
    key = stage.begin("a")
    assert key["attempt"] == 2
    stage.tell("a", key, 9.0, 8.0, 7.0)
    assert stage.early.take() == ([], [])


@pytest.mark.parametrize("continues", [False, True])
def test_lines_of_a_program_that_continues_are_not_counted_from_the_start(continues: bool) -> None:
    stage = Stage(watched(run__continues=continues))
    stage.begin("b")
    stage.board.gone("b")
    key = stage.begin("a")
    assert key["attempt"] == 2
    stage.tell("a", key, 9.0, 8.0, 7.0)
    assert bool(stage.early.take()[0]) is not continues


@pytest.mark.parametrize("status", [Status.FAILED, Status.INFEASIBLE, Status.PROPOSED])
def test_those_without_a_result_or_with_one_that_was_taken_back_are_no_measure(status: Status) -> None:
    stage = Stage(watched())
    for number in range(101, 105):
        stage.early.note(a_trial(number, {}, None, status, curve=GOOD))
    key = stage.begin("a")
    stage.tell("a", key, 9.0, 8.0, 7.0)
    assert stage.early.take() == ([], [])


def test_the_decision_comes_back_from_the_journal_as_it_was() -> None:
    decision = StopEarly(epoch=3, trial=7, attempt=2, agent="a", reason="It is hopeless.", at=1.5)
    assert JOURNAL.decode(JOURNAL.encode(decision), 3) == decision
