"""To whom trials are given: never to more agents at once than are wanted, whoever else is there already."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from idle_launcher import IdleLauncher
from json_records import LOSSES, plain_assign, said
from local_runs import X
from other_launcher import OtherLauncher

from worker.driver.assignments import Assignments
from worker.driver.dispatch import Dispatcher
from worker.driver.limits import Limits
from worker.driver.plan import Plan
from worker.driver.proposer import Proposer
from worker.search.searcher import SpaceSearcher
from worker.spec.check import check
from worker.spec.run import Draft
from worker.store.paths import RunPaths
from worker.trial import Status, Trial


class Desk:
    """A driver's dispatcher over made-up agents."""

    def __init__(self, agents: int) -> None:
        draft = Draft({"run.name": "pear", "run.objective": "./p ($x)", "search.max_evals": 1000}, (X,))
        run = check(draft).run
        assert run is not None
        scheduler = OtherLauncher(lambda *_: IdleLauncher(), remote=True)
        plan = Plan(run, RunPaths(Path("/nowhere")), scheduler, Path("/"), 1)
        self.assignments = Assignments(1, plain_assign, LOSSES)
        self.dispatcher = Dispatcher(plan, 1, self.assignments, Limits(1000, 1000, 1000.0))
        self.run = run
        self.proposer = Proposer(run, 1, [], 1)
        self.at = 0.0
        for index in range(agents):
            self.say(f"a{index}", kind="hello", agent=f"a{index}", host="h")

    def say(self, name: str, **record: object) -> None:
        message = said({"epoch": 1, "at": self.at, **record})
        self.dispatcher.learn(name, message, self.at)
        self.assignments.hear(name, message, self.at)

    def hand_out(self, workers: int) -> None:
        for _ in range(5):  # a turn may be over before everybody has something
            self.dispatcher.dispatch(self.proposer, workers, self.at)

    def start(self, agent: str) -> None:
        """The agent begins what it holds first."""
        task = self.assignments.open[self.assignments.members[agent].queue[0]]
        self.say(agent, kind="started", pid=1, trial=task.number, attempt=task.attempt)

    def finish(self, agent: str, seconds: float = 1.0) -> None:
        """The agent has begun what it holds first, and ends it."""
        self.start(agent)
        task = self.assignments.open[self.assignments.members[agent].queue[0]]
        self.at += seconds
        self.say(
            agent,
            kind="finished",
            trial=task.number,
            attempt=task.attempt,
            status="ok",
            loss=1.0,
            values=dict(task.values),
            seconds=seconds,
            end=self.at,
        )

    @property
    def busy(self) -> list[str]:
        return [name for name, member in self.assignments.members.items() if member.queue]


@given(st.integers(0, 8), st.integers(1, 8), st.lists(st.integers(0, 7), max_size=12))
def test_no_more_agents_work_at_once_than_are_wanted(agents: int, workers: int, ends: list[int]) -> None:
    desk = Desk(agents)
    desk.hand_out(workers)
    assert len(desk.busy) == min(agents, workers)
    for index in ends:
        if desk.busy:
            desk.finish(desk.busy[index % len(desk.busy)])
        desk.hand_out(workers)
        assert len(desk.busy) == min(agents, workers)


def test_those_that_work_are_given_the_next_one_while_successors_wait() -> None:
    desk = Desk(4)
    desk.hand_out(2)
    first = desk.busy
    for agent in first:
        desk.finish(agent)
    desk.hand_out(2)
    for agent in desk.busy:
        desk.start(agent)
    desk.hand_out(2)
    # What an agent has next does not begin before what it runs has ended.
    assert [len(desk.assignments.members[name].queue) for name in desk.busy] == [2, 2]


def test_the_next_one_is_proposed_when_what_runs_is_about_to_end() -> None:
    desk = Desk(2)
    desk.hand_out(2)
    for agent in ("a0", "a1"):
        desk.finish(agent, seconds=20.0)
    desk.hand_out(2)
    for agent in ("a0", "a1"):
        desk.start(agent)
    members = desk.assignments.members
    desk.at += 10.0
    desk.hand_out(2)
    assert [len(members[name].queue) for name in ("a0", "a1")] == [1, 1]
    desk.at += 9.5
    desk.hand_out(2)
    assert [len(members[name].queue) for name in ("a0", "a1")] == [2, 2]


def test_a_successor_begins_when_its_predecessor_has_left() -> None:
    desk = Desk(3)
    desk.hand_out(2)
    (leaver, other), (waits,) = desk.busy, {"a0", "a1", "a2"} - set(desk.busy)
    desk.say(leaver, kind="bye", reason="Its walltime is up.")
    desk.hand_out(2)
    assert set(desk.busy) == {other, waits}


def test_fewer_that_are_wanted_from_now_on_get_nothing_new_until_enough_have_ended() -> None:
    desk = Desk(3)
    desk.hand_out(3)
    desk.finish("a0")
    desk.hand_out(1)
    assert desk.busy == ["a1", "a2"]


def test_the_search_learns_from_earlier_trials_while_nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    monkeypatch.setattr(SpaceSearcher, "catch_up", lambda _: done.append("learns"))
    desk = Desk(0)
    earlier = [Trial(number=1, values={"x": 0.5}, status=Status.OK, loss=1.0)]
    desk.proposer = Proposer(desk.run, 1, earlier, 2)
    desk.hand_out(2)
    assert done == ["learns"]
    desk.say("a0", kind="hello", agent="a0", host="h")
    desk.proposer = Proposer(desk.run, 1, earlier, 2)
    desk.dispatcher.dispatch(desk.proposer, 2, 0.0)
    assert done == ["learns"]
    desk.hand_out(2)
    assert done == ["learns", "learns"]


def test_it_is_too_late_for_what_would_take_longer_than_is_left_of_the_runtime() -> None:
    desk = Desk(2)
    assert not desk.dispatcher.too_late(999.0)  # nobody knows how long one takes
    desk.hand_out(2)
    desk.finish("a0", seconds=20.0)
    assert not desk.dispatcher.too_late(979.0)
    assert desk.dispatcher.too_late(981.0)


def test_an_agent_of_another_host_stays_for_what_failed_on_the_first() -> None:
    desk = Desk(0)
    for index, host in enumerate(["one", "one", "two"]):
        desk.say(f"a{index}", kind="hello", agent=f"a{index}", host=host)
    desk.hand_out(1)
    [holder] = [member for member in desk.assignments.members.values() if member.queue]
    assert desk.dispatcher.agents(4, exhausted=True) == 1
    desk.start(holder.identity)
    task = desk.assignments.open[1]
    again = {"status": "failed", "retry": "CUDA error", "values": dict(task.values)}
    desk.say(holder.identity, kind="finished", trial=1, attempt=1, **again)
    assert holder.host == "one"
    assert desk.dispatcher.agents(4, exhausted=True) == 3  # the two on that host are of no use to it
    desk.hand_out(4)
    assert desk.assignments.open[1].holder == "a2"
