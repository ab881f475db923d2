"""Agents that were given up and live: what they bring counts once, and they are told to end what another one has."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from idle_launcher import IdleLauncher
from json_records import LOSSES, Json, journalled, plain_assign
from trial_board import Board

from worker.driver.agents import Agents
from worker.driver.assignments import Assignments
from worker.driver.mailboxes import Mailboxes
from worker.driver.moves import Moves
from worker.launch.launcher import AgentReport, AgentState
from worker.store.appender import Appender
from worker.store.inbox_messages import INBOX, Received
from worker.store.journal_records import JOURNAL
from worker.store.paths import RunPaths
from worker.store.records import encode
from worker.store.replay import Replayer
from worker.store.tail import read_records
from worker.trial import Status


class LateBoard(Board):
    """A board whose agents may live on after they were given up, and the journal of what comes of it."""

    def __init__(self) -> None:
        super().__init__()
        self.replayer = Replayer()

    def gone(self, agent: str) -> None:
        self.assignments.gone(agent, "Slurm no longer has the job.", 2.0, late=True)

    def take(self) -> Moves:
        moves = self.assignments.take()
        for record in moves.records:
            self.replayer.feed(journalled(dict(JOURNAL.as_json(record))))
        return moves

    def status(self, number: int) -> tuple[Status, str]:
        """How a trial stands in the journal, and by whose doing."""
        self.take()
        trial = self.replayer.state.trials[number]
        return trial.status, trial.agent


def begun(board: Board, name: str) -> Json:
    [key] = board.agent(name, 1)
    board.say(name, "started", **key)
    return key


def orders(moves: Moves) -> list[tuple[str, str]]:
    return [(name, order.kind) for name, order in moves.messages]


def test_who_is_given_up_is_to_leave_and_to_stop_once_another_has_its_trial() -> None:
    board = LateBoard()
    begun(board, "a")
    board.take()
    board.gone("a")
    assert orders(board.take()) == [("a", "quit")]
    begun(board, "b")
    assert orders(board.take()) == [("a", "cancel"), ("b", "assign")]


def test_its_result_counts_before_the_trial_is_given_out_again() -> None:
    board = LateBoard()
    key = begun(board, "a")
    board.gone("a")
    board.finish("a", key)
    notes = board.assignments._notes
    assert board.status(1) == (Status.OK, "a")
    assert notes == ["evaluation 1: worker a, which had been given up, has ended it after all; that counts"]
    assert board.status(1) == (Status.OK, "a")
    assert (board.assignments.done, board.assignments.waiting) == (1, [])
    assert "a" not in board.assignments.members, "it is no worker again"


def test_its_result_counts_while_another_evaluates_the_trial_which_is_told_to_stop() -> None:
    board = LateBoard()
    key = begun(board, "a")
    board.gone("a")
    second = begun(board, "b")
    board.take()
    board.finish("a", key)
    assert orders(board.take()) == [("b", "cancel")]
    board.finish("b", second, "cancelled")
    assert board.status(1) == (Status.OK, "a")
    assert board.assignments.done == 1


@pytest.mark.parametrize("status", ["ok", "failed"])
def test_what_comes_after_the_other_one_has_ended_is_noted_and_dropped(status: str) -> None:
    board = LateBoard()
    key = begun(board, "a")
    board.gone("a")
    board.finish("b", begun(board, "b"))
    board.take()
    board.finish("a", key, status)
    moves = board.take()
    assert moves.records == []
    assert [note.rpartition("; ")[2] for note in moves.notes] == [
        "that does not count, as it had ended before"
    ]
    assert board.status(1) == (Status.OK, "b")
    assert board.assignments.done == 1


def test_that_it_has_stopped_as_it_was_told_ends_nothing() -> None:
    board = LateBoard()
    key = begun(board, "a")
    board.gone("a")
    second = begun(board, "b")
    board.finish("a", key, "cancelled")
    assert board.status(1) == (Status.RUNNING, "b")
    board.finish("b", second)
    assert board.status(1) == (Status.OK, "b")


def test_when_a_run_is_cancelled_those_that_were_given_up_stop_as_well() -> None:
    board = LateBoard()
    begun(board, "a")
    board.gone("a")
    board.take()
    board.assignments.end_late()
    assert orders(board.take()) == [("a", "cancel")]


def test_the_next_driver_stops_an_agent_that_goes_on_with_what_another_one_has() -> None:
    board = LateBoard()
    key = begun(board, "a")
    board.assignments.gone("a", "It is gone.", 2.0)
    second = begun(board, "b")
    board.take()
    later = Board()
    later.assignments.restore(board.replayer.state.trials.values(), {})
    later.say("a", "hello", agent="a", host="h")
    later.say("a", "started", **key)
    assert orders(later.assignments.take()) == [("a", "cancel")]
    later.finish("a", key, "cancelled")
    later.finish("b", second)
    assert later.assignments.done == 1


class Forgetful(IdleLauncher):
    """A launcher that does not know its agents any more."""

    def poll(self) -> Mapping[str, AgentReport]:
        return {"a": AgentReport("a", AgentState.GONE, reason="Slurm no longer has the job.")}


def told(paths: RunPaths, epoch: int) -> list[str]:
    found: list[Received | None] = list(
        read_records(paths.agent("a").inbox(epoch), lambda line: INBOX.decode(line, epoch))
    )
    return [getattr(order, "kind", "") for order in found]


@pytest.mark.parametrize("elsewhere", [True, False])
def test_only_who_may_live_on_another_machine_is_listened_to_after_it_was_given_up(
    tmp_path: Path, elsewhere: bool
) -> None:
    paths = RunPaths(tmp_path)
    assignments = Assignments(1, plain_assign, LOSSES)
    mail = Mailboxes(paths, 1, slowest=1.0, sync=elsewhere)
    agents = Agents(paths, Forgetful(), assignments, mail)

    def hear(identity: str, message: object) -> None:
        assignments.hear(identity, message, 0.0)  # type: ignore[arg-type]
        agents.heard(identity, message, 0.0)  # type: ignore[arg-type]

    assignments.propose(1, {"x": 1.0}, 0.0)
    assignments.add("a")
    mail.open("a", 0.0)
    paths.agent("a").root.mkdir(parents=True)
    outbox = Appender(paths.agent("a").outbox)
    outbox.append(encode({"kind": "hello", "agent": "a", "epoch": 1, "host": "n1", "at": 1.0}))
    for identity, message in mail.poll(1.0):
        hear(identity, message)
    [member] = assignments.takers(0)
    assignments.give(member, 1.0)
    agents.look(2.0, 2.0, hear)
    mail.send(assignments.take().messages, 2.0)
    assert told(paths, 1) == (["assign", "quit"] if elsewhere else [])
    outbox.append(
        encode(
            {"kind": "finished", "trial": 1, "attempt": 1, "values": {"x": 1.0}, "status": "ok", "loss": 2.0}
        )
    )
    for identity, message in mail.poll(1000.0):
        hear(identity, message)
    assert assignments.done == elsewhere
    outbox.append(encode({"kind": "bye", "reason": "A driver released it.", "at": 3.0}))
    for identity, message in mail.poll(2000.0):
        hear(identity, message)
    assert not mail.late("a")
