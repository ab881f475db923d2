"""Why a run ends, what wins where several reasons hold, and when a result that was taken back undoes an end."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from worker.driver.end_conditions import EndConditions, cancels, why_cancelled
from worker.driver.limits import Limits
from worker.driver.plan import Phase
from worker.driver.tasks import Task
from worker.progress.tally import TRIED_BEFORE_GIVING_UP, Over, Tally
from worker.spec.problem import Problem
from worker.store.replay import Replayed
from worker.trial import Status, Trial

NEVER = Problem("slurm.partition", "It is closed.", "Take another one.")


def ends(*statuses: Status) -> tuple[Limits, Tally]:
    """Limits of 3 results, 4 failures and 100 seconds, and trials that have ended so, from number 1 on."""
    limits, tally = Limits(3, 4, 100.0), Tally()
    for number, status in enumerate(statuses, 1):
        trial = Trial(number, {"x": number}, status, loss=1.0 if status is Status.OK else None)
        tally.note(trial)
        limits.note(trial)
    return limits, tally


OK, FAILED = Status.OK, Status.FAILED


@pytest.mark.parametrize(
    ("statuses", "over"),
    [
        ([OK, FAILED, FAILED, FAILED, FAILED], Over.FAILURES),
        ([OK, OK, OK, FAILED, FAILED, FAILED, FAILED], Over.BUDGET),
        ([FAILED] * TRIED_BEFORE_GIVING_UP, Over.ALL_FAILED),
        ([Status.CANCELLED] * TRIED_BEFORE_GIVING_UP, Over.RUNTIME),
    ],
)
def test_of_several_reasons_for_an_end_the_one_that_says_most_is_told(
    statuses: list[Status], over: Over
) -> None:
    limits, tally = ends(*statuses)
    assert limits.over(tally, 100.0) is over


class Board:
    """The parts that the end of a run depends on, each as little as it can be."""

    def __init__(self, *statuses: Status) -> None:
        limits, tally = ends(*statuses)
        assignments: Any = SimpleNamespace(open={}, held=0, members={}, stuck=False)
        agents: Any = SimpleNamespace(hopeless=None)
        dispatcher: Any = SimpleNamespace(
            too_late=lambda seconds: seconds >= 90.0,
            spent=lambda at: at >= 90.0,
            pays=2.0,
            in_hand=False,
            unconfirmed=False,
        )
        self.dispatcher = dispatcher
        self.assignments, self.agents = assignments, agents
        self.proposer: Any = SimpleNamespace(
            exhausted=False, exhausted_sentence="No values are left.", still_to_gain=lambda: ""
        )
        self.conditions = EndConditions(limits, Replayed(), tally, assignments, agents, dispatcher)

    def over(self, seconds: float = 0.0, at: float = 0.0, phase: Phase = Phase.WORKING) -> Over | None:
        return self.conditions.over(phase, self.proposer, seconds, at)


def test_a_run_with_all_its_results_waits_for_what_is_evaluated_again() -> None:
    board = Board(OK, OK, OK)
    board.assignments.open[1] = Task(1, {}, voided=1)
    assert board.over() is None
    board.assignments.open.clear()
    assert board.over() is Over.BUDGET


def test_a_run_without_values_left_waits_for_those_in_hand() -> None:
    board = Board(OK)
    assert board.over() is None
    board.proposer.exhausted = True
    board.assignments.open[2], board.dispatcher.in_hand = Task(2, {}), True
    assert board.over() is None
    board.assignments.open.clear()
    board.dispatcher.in_hand = False
    assert board.over() is Over.SPACE


def test_where_nothing_would_end_in_time_a_run_ends_with_what_workers_hold() -> None:
    board = Board(OK)
    board.assignments.held = 1
    assert board.over(95.0) is None
    board.assignments.held = 0
    assert board.over(89.0) is None
    assert board.over(95.0) is Over.RUNTIME


@pytest.mark.parametrize(
    ("hopeless", "ready", "over"),
    [
        (None, [], None),
        (NEVER, [], Over.NO_AGENTS),
        (NEVER, [False, False], Over.NO_AGENTS),
        (NEVER, [False, True], None),
    ],
)
def test_a_run_ends_without_hope_only_where_no_worker_has_begun(
    hopeless: Problem | None, ready: list[bool], over: Over | None
) -> None:
    board = Board()
    board.agents.hopeless = hopeless
    board.assignments.members.update({f"a{n}": SimpleNamespace(ready=one) for n, one in enumerate(ready)})
    assert board.over() is over


@pytest.mark.parametrize(
    ("statuses", "over", "in_hand", "undone"),
    [
        ([OK, OK], Over.BUDGET, True, True),
        ([OK, OK, OK], Over.BUDGET, True, False),
        ([OK, FAILED, FAILED, FAILED], Over.FAILURES, True, True),
        ([OK, FAILED, FAILED, FAILED, FAILED], Over.FAILURES, True, False),
        ([OK], Over.SPACE, True, True),
        ([OK], Over.SPACE, False, False),
        ([OK], Over.RUNTIME, True, False),
        ([OK], Over.CANCELLED, True, False),
        ([OK], None, True, False),
    ],
)
def test_a_result_that_is_taken_back_may_undo_the_end_of_a_run(
    statuses: list[Status], over: Over | None, in_hand: bool, undone: bool
) -> None:
    board = Board(*statuses)
    if in_hand:
        board.assignments.open[9], board.dispatcher.in_hand = Task(9, {}), True
    assert board.conditions.taken_back(over) is undone


def test_what_is_said_of_an_end_fits_it() -> None:
    board = Board(OK, FAILED, FAILED, FAILED, FAILED)
    board.agents.hopeless = NEVER
    said = {over: board.conditions.detail(over, board.proposer, Path("/runs/pear")) for over in Over}
    assert said.pop(Over.NO_AGENTS) == str(NEVER)
    assert said.pop(Over.SPACE) == "No values are left."
    assert said.pop(Over.FAILURES).startswith("4 evaluations ended without a result")
    assert said.pop(Over.MOVED) == "The folder /runs/pear was moved or removed during the run."
    assert set(said.values()) == {""}


def test_evaluations_that_are_ended_are_told_the_reason_of_the_run() -> None:
    assert {over for over in Over if cancels(over)} == {Over.RUNTIME, Over.HOURS, Over.ALL_FAILED}
    assert "runtime" in why_cancelled(Over.RUNTIME)
    assert "budget" in why_cancelled(Over.HOURS)
    assert "all failed" in why_cancelled(Over.ALL_FAILED)
    assert "by the user" in why_cancelled(Over.CANCELLED)
