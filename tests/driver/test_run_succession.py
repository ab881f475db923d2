"""Who is told to follow a driver that rides in a worker's job, and which of its workers it never ends."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from idle_launcher import IdleLauncher
from json_records import LOSSES, plain_assign, said

from worker.driver.agents import Agents
from worker.driver.assignments import Assignments
from worker.driver.mailboxes import Mailboxes
from worker.driver.succession import Succession
from worker.store.inbox_messages import Lead, Ping
from worker.store.paths import RunPaths


def crew(*agents: tuple[str, str, float]) -> Assignments:
    """Agents with their names, their nodes and the ends of their time; all have answered to the driver."""
    assignments = Assignments(1, plain_assign, LOSSES)
    for name, host, ends_at in agents:
        join(assignments, name, host, ends_at)
    return assignments


def join(assignments: Assignments, name: str, host: str, ends_at: float) -> None:
    """An agent answers to the driver."""
    hello = {"kind": "hello", "agent": name, "epoch": 1, "host": host, "pid": 1, "pid_start": "x"}
    assignments.hear(name, said({**hello, "time_left": ends_at, "at": 1.0}), 1.0)


class Stopper(IdleLauncher):
    """Keeps in mind whose job it was to end."""

    def __init__(self) -> None:
        self.stopped: list[str] = []

    def stop(self, identities: Sequence[str]) -> None:
        self.stopped += identities


THREE = (("own", "n1", 900.0), ("near", "n1", 900.0), ("far", "n2", 300.0))


def line(assignments: Assignments, now: float, succession: Succession | None = None) -> dict[str, int | None]:
    """The pings at `now`: each agent's place in the line."""
    pings = (succession or Succession("own")).pings(assignments, now)
    return {identity: ping.line for identity, ping in pings if isinstance(ping, Ping)}


def test_the_line_begins_on_other_nodes_and_with_those_that_stay_longest() -> None:
    assignments = crew(*THREE, ("longer", "n3", 400.0))
    assert line(assignments, 100.0) == {"longer": 0, "far": 1, "near": 2, "own": None}


def test_only_some_are_in_the_line_and_get_their_pings_more_often() -> None:
    assignments = crew(("own", "n1", 900.0), *((f"a{number}", "n2", 900.0) for number in range(9)))
    succession = Succession("own")
    first = line(assignments, 100.0, succession)
    in_line = {identity for identity, place in first.items() if place is not None}
    assert (len(first), in_line) == (10, {"a0", "a1", "a2", "a3"})
    assert line(assignments, 104.0, succession) == {}
    assert line(assignments, 105.0, succession) == {"a0": 0, "a1": 1, "a2": 2, "a3": 3}
    assert len(line(assignments, 115.0, succession)) == 10


def test_those_that_answer_later_are_in_the_line_at_once() -> None:
    assignments, succession = crew(THREE[0]), Succession("own")
    assert line(assignments, 100.0, succession) == {"own": None}
    for name, host, ends_at in THREE[1:]:
        join(assignments, name, host, ends_at)
    assert line(assignments, 100.5, succession) == {"far": 0, "near": 1}
    assert line(assignments, 101.0, succession) == {}


def test_a_driver_that_rides_with_nobody_has_no_line() -> None:
    assignments, succession = crew(*THREE), Succession()
    assert line(assignments, 100.0, succession) == {"own": None, "near": None, "far": None}
    assert list(succession.last_words(assignments)) == []


def test_who_leaves_is_not_in_the_line_and_the_others_are_told_when_the_driver_leaves() -> None:
    assignments = crew(*THREE)
    assignments.quit(assignments.members["far"])
    [(identity, order)] = Succession("own").last_words(assignments)
    assert identity == "near"
    assert isinstance(order, Lead)
    assert order.line == 0


def test_the_worker_in_whose_job_the_driver_is_stays_as_long_as_any(tmp_path: Path) -> None:
    paths = RunPaths(tmp_path / "run")
    assignments, launcher = crew(*THREE), Stopper()
    mail = Mailboxes(paths, 1, 0.1, sync=False)
    agents = Agents(paths, launcher, assignments, mail, succession=Succession("own"))
    agents.fill(1, 10.0, 10.0)
    assert {name for name, member in assignments.members.items() if member.leaving} == {"near", "far"}
    agents.kill(11.0, lambda identity, message: None)
    assert "own" not in launcher.stopped
    assert {"near", "far"} <= set(launcher.stopped)
    mail.close()
