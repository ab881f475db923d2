"""Whom the driver asks for, waits for and lets go, where workers end soon or their jobs may be started again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from crew import AN_HOUR, Crew

from worker.launch.launcher import AgentState
from worker.store.inbox_messages import Quit


@pytest.fixture
def crew(tmp_path: Path) -> Iterator[Crew]:
    crew = Crew(tmp_path)
    yield crew
    crew.mail.close()


def test_a_worker_that_may_come_back_is_neither_replaced_nor_in_anyones_way(crew: Crew) -> None:
    for name in ("a", "b"):
        crew.begins(name)
    crew.launcher.states |= {"a": AgentState.GONE, "ar1": AgentState.UNKNOWN}
    crew.turn(wanted=2)
    assert set(crew.assignments.members) == {"b", "ar1"}
    assert crew.launcher.asked == []
    crew.turn(wanted=1)
    assert (crew.launcher.stopped, crew.assignments.members["b"].leaving) == ([], False), (
        "nothing is sure yet"
    )
    crew.launcher.states["ar1"] = AgentState.PENDING
    crew.turn(wanted=1)
    assert crew.launcher.stopped == ["ar1"]


def test_one_that_does_not_is_replaced(crew: Crew) -> None:
    for name in ("a", "b"):
        crew.begins(name)
    crew.launcher.states |= {"a": AgentState.GONE, "ar1": AgentState.UNKNOWN}
    crew.turn(wanted=2)
    crew.launcher.states["ar1"] = AgentState.GONE
    crew.turn(wanted=2)
    crew.turn(wanted=2)
    assert crew.launcher.asked == [1]


@pytest.mark.parametrize("cancelled", [False, True])
def test_one_that_comes_back_when_the_run_is_ending_is_ended(crew: Crew, cancelled: bool) -> None:
    crew.begins("a")
    crew.turn(wanted=1)
    crew.agents.cancel("why") if cancelled else crew.agents.dismiss()
    crew.launcher.states |= {"a": AgentState.GONE, "ar1": AgentState.PENDING}
    for _ in range(3):
        crew.agents.look(crew.now, crew.now, crew.hear)
        crew.agents.dismiss_late()
        crew.now += 1.0
    assert crew.launcher.stopped == ["ar1"]


def test_successors_of_workers_that_leave_one_after_the_other_are_asked_for_together(crew: Crew) -> None:
    for number in range(4):
        crew.begins(f"a{number}", ends_at=AN_HOUR + number)
    crew.turn(wanted=4, seconds=AN_HOUR - 61)
    while not crew.launcher.asked:
        crew.turn(wanted=4)
    assert crew.launcher.asked == [4]
    assert AN_HOUR - 52 < crew.now < AN_HOUR - 48


def test_one_that_is_missing_is_not_waited_with_for_those_that_leave_soon(crew: Crew) -> None:
    for number in range(3):
        crew.begins(f"a{number}", ends_at=AN_HOUR)
    crew.turn(wanted=3, seconds=AN_HOUR - 58)
    assert crew.launcher.asked == []
    crew.launcher.states["a0"] = AgentState.GONE
    crew.turn(wanted=3)
    assert crew.launcher.asked == [3]


def orders(crew: Crew) -> list[tuple[str, bool]]:
    """Who is told to leave, and whether to come back."""
    return [
        (name, order.again) for name, order in crew.assignments.take().messages if isinstance(order, Quit)
    ]


def test_where_no_successors_can_be_asked_for_those_that_leave_soon_come_back(crew: Crew) -> None:
    for name, ends_at in (("a", AN_HOUR), ("b", AN_HOUR), ("c", 2 * AN_HOUR)):
        crew.begins(name, ends_at=ends_at)
    crew.launcher.takes_no_more = True
    crew.turn(wanted=3, seconds=AN_HOUR - 70)
    assert orders(crew) == []
    crew.turn(wanted=3, seconds=25)
    assert orders(crew) == [("a", True), ("b", True)]
    asked = len(crew.launcher.asked)
    crew.turn(wanted=3)
    assert len(crew.launcher.asked) == asked, "they are not missing"
    crew.launcher.states |= {"a": AgentState.GONE, "ar1": AgentState.PENDING}
    crew.turn(wanted=3)
    assert len(crew.launcher.asked) == asked
    assert set(crew.assignments.members) == {"ar1", "b", "c"}
    crew.agents.dismiss()
    assert sorted(orders(crew)) == [("ar1", False), ("b", False), ("c", False)], (
        "when the run ends, nobody comes back"
    )
