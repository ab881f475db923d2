"""The agents of a driver, with a scheduler and a clock of the test's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from idle_launcher import IdleLauncher
from json_records import LOSSES, plain_assign, said

from worker.driver.agents import Agents
from worker.driver.assignments import Assignments
from worker.driver.mailboxes import Mailboxes
from worker.launch.launcher import AgentReport, AgentState
from worker.store.outbox_messages import Heard
from worker.store.paths import RunPaths

AN_HOUR = 3600.0


class Told(IdleLauncher):
    """Starts what it is asked for, reports as the test says, and keeps in mind whose job it was to end."""

    def __init__(self) -> None:
        self.states: dict[str, AgentState] = {}
        self.asked: list[int] = []
        self.stopped: list[str] = []

    def start(self, count: int) -> Sequence[str]:
        self.asked.append(count)
        if self.takes_no_more:
            return []
        names = [f"new{len(self.states) + number}" for number in range(count)]
        self.states.update(dict.fromkeys(names, AgentState.PENDING))
        return names

    def poll(self) -> Mapping[str, AgentReport]:
        return {name: AgentReport(name, state) for name, state in self.states.items()}

    def stop(self, identities: Sequence[str]) -> None:
        self.stopped += identities


class Crew:
    """The agents of a driver with a clock: `now` seconds since its beginning."""

    def __init__(self, folder: Path) -> None:
        RunPaths(folder).agents.mkdir()
        self.launcher = Told()
        self.assignments = Assignments(1, plain_assign, LOSSES)
        self.mail = Mailboxes(RunPaths(folder), 1, slowest=1.0, sync=False)
        self.agents = Agents(RunPaths(folder), self.launcher, self.assignments, self.mail)
        self.now = 0.0
        self.proposed = 0

    def begins(self, name: str, ends_at: float = AN_HOUR, clock: float = 0.0) -> None:
        """An agent answers. ends_at: when its time is up, by the driver's clock. clock: what its own is ahead."""
        self.launcher.states[name] = AgentState.RUNNING
        message = said(
            {
                "kind": "hello",
                "agent": name,
                "epoch": 1,
                "host": "n",
                "at": self.now + clock,
                "ends_at": ends_at + clock,
                "time_left": ends_at - self.now,
            }
        )
        self.assignments.add(name)
        self.hear(name, message)

    def evaluates(self, name: str) -> None:
        """An agent is given a trial, and ends it."""
        self.proposed += 1
        self.assignments.propose(self.proposed, {"x": 1.0}, self.now)
        [member] = [one for one in self.assignments.takers(0) if one.identity == name]
        self.assignments.give(member, self.now)
        self.end(self.proposed, name)

    def end(self, number: int, name: str = "somebody") -> None:
        """A trial has ended."""
        key = {"trial": number, "attempt": 1, "values": {"x": 1.0}}
        message = said({"kind": "finished", "epoch": 1, "status": "ok", "loss": 1.0, **key})
        self.assignments.hear(name, message, self.now)

    def hear(self, name: str, message: Heard) -> None:
        self.assignments.hear(name, message, self.now)
        self.agents.heard(name, message, self.now)

    def turn(self, wanted: int, seconds: float = 1.0) -> None:
        """Time passes, and the driver sees to its workers."""
        self.now += seconds
        self.agents.look(self.now, self.now, self.hear)
        self.agents.fill(wanted, self.now, self.now)
