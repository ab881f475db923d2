"""Workers end as soon as they have begun, again and again: the driver asks for others less and less often, and says why."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from crew import Crew

from worker.driver.breaker import Breaker
from worker.driver.restore import restore
from worker.launch.launcher import AgentState
from worker.store.journal import open_epoch
from worker.store.journal_records import JOURNAL, Agent, Driver, Finished, Proposed, Record
from worker.store.paths import RunPaths
from worker.trial import Outcome, Status

TEN_MINUTES = 600.0


@pytest.fixture
def crew(tmp_path: Path) -> Crew:
    return Crew(tmp_path)


def crash(crew: Crew, wanted: int, seconds: float, evaluates: bool = False) -> int:
    """Every worker that is asked for begins and is gone a second later; how many were asked for in that time.

    evaluates: whether each of them ends an evaluation before.
    """
    until, before = crew.now + seconds, sum(crew.launcher.asked)
    while crew.now < until:
        crew.turn(wanted)
        for name in [name for name, state in crew.launcher.states.items() if state is AgentState.PENDING]:
            crew.begins(name, ends_at=crew.now + 10_000)
            if evaluates:
                crew.evaluates(name)
        crew.turn(wanted)
        for name, state in crew.launcher.states.items():
            if state is AgentState.RUNNING:
                crew.launcher.states[name] = AgentState.GONE
    return sum(crew.launcher.asked) - before


def test_where_workers_end_at_once_ten_minutes_take_few_of_them_and_it_is_said_why(crew: Crew) -> None:
    assert 12 < crash(crew, 3, TEN_MINUTES) <= 3 * 12
    assert "no evaluation ends, so new ones are started less and less often" in crew.agents.trouble
    assert "It is gone." in crew.agents.trouble
    while not crew.assignments.members:
        crew.turn(3)
    assert crew.agents.hopeless is None, "the newest have not had their turn"
    crew.launcher.states.update(dict.fromkeys(crew.launcher.states, AgentState.GONE))
    crew.turn(3)
    problem = crew.agents.hopeless
    assert problem is not None
    assert "workers ended soon after they had begun" in problem.message


def test_where_evaluations_end_workers_are_asked_for_as_ever(crew: Crew) -> None:
    assert crash(crew, 3, TEN_MINUTES, evaluates=True) > 3 * 100
    assert (crew.agents.trouble, crew.agents.hopeless) == ("", None)


def test_an_evaluation_that_ends_brings_everything_back_to_normal(crew: Crew) -> None:
    crash(crew, 3, TEN_MINUTES)
    crew.assignments.propose(99, {"x": 1.0}, 0.0)
    crew.end(99)
    assert crash(crew, 3, 10.0) >= 6
    assert crew.agents.hopeless is None


@pytest.mark.parametrize(
    ("lived", "time", "willed", "slows"),
    [
        (1.0, math.inf, False, True),
        (1.0, math.inf, True, False),
        (400.0, math.inf, False, False),
        (40.0, 60.0, False, False),
    ],
)
def test_workers_that_somebody_has_ended_or_that_lived_long_do_not_count(
    lived: float, time: float, willed: bool, slows: bool
) -> None:
    breaker, now = Breaker(), 0.0
    for _ in range(50):
        now += 1.0
        if breaker.look(0, 1, now):
            breaker.asked(1, now)
            breaker.gone("It is gone.", lived, time, willed)
    assert (breaker.trouble != "") is slows
    assert breaker.look(0, 1, now + 1.0) is not slows


@pytest.mark.parametrize(
    ("progress", "seconds", "in_vain"), [(False, 10.0, 6), (True, 10.0, 0), (False, 1000.0, 0)]
)
def test_drivers_that_go_with_their_workers_do_not_begin_to_count_anew(
    tmp_path: Path, progress: bool, seconds: float, in_vain: int
) -> None:
    """Each driver rides in the job of one of the workers that end at once."""
    paths = RunPaths(tmp_path)
    for first in (0, 3):
        epoch, journal = open_epoch(paths)
        records: list[Record] = [Driver(epoch=epoch, seed=1, at=100.0)]
        records += [Agent(epoch=epoch, agent=f"a{first + number}", at=9e9) for number in range(3)]
        records.append(Proposed(epoch=epoch, trial=epoch, values={"x": 1.0}, at=100.0 + seconds))
        if progress:
            records.append(
                Finished(epoch=epoch, trial=epoch, attempt=1, status=Status.OK, outcome=Outcome(loss=1.0))
            )
        journal.append(*map(JOURNAL.encode, records))
        journal.close()
    assert len(restore(paths, 99).in_vain) == in_vain
    slow = Breaker(before=50)
    assert not slow.look(0, 1, 1.0)
    assert slow.look(0, 1, 1000.0)
