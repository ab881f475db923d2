"""Assignments without agents or files: a test says what agents would, and sees what a driver makes of it."""

from __future__ import annotations

from json_records import LOSSES, Json, plain_assign, said

from worker.driver.assignments import Assignments
from worker.driver.losses import Losses


class Board:
    """Assignments to agents of the test's own, and what they have written down."""

    def __init__(self, losses: Losses = LOSSES) -> None:
        self.assignments = Assignments(1, plain_assign, losses)
        self.proposed = 0

    def say(self, name: str, kind: str, **more: object) -> None:
        self.assignments.hear(name, said({"kind": kind, "epoch": 1, "at": 1.0, **more}), 1.0)

    def propose(self) -> None:
        self.proposed += 1
        self.assignments.propose(self.proposed, {"x": float(self.proposed)}, 0.0)

    def agent(self, name: str, trials: int, host: str = "h") -> list[Json]:
        """An agent comes and is given so many trials; their keys."""
        self.say(name, "hello", agent=name, host=host)
        for held in range(trials):
            if not self.assignments.waiting:
                self.propose()
            [member] = [one for one in self.assignments.takers(held) if one.identity == name]
            self.assignments.give(member, 0.0)
        queue = self.assignments.members[name].queue
        return [{"trial": number, "attempt": self.assignments.open[number].attempt} for number in queue]

    def finish(self, agent: str, key: Json, status: str = "ok", **more: object) -> None:
        values = {"x": float(key["trial"])}
        self.say(agent, "finished", status=status, loss=1.0, values=values, **key, **more)

    def gone(self, agent: str) -> None:
        self.assignments.gone(agent, "It is gone.", 2.0)


def vanish(board: Board, times: int, starts: bool) -> None:
    """An agent vanishes so many times with the first waiting trial, and comes back."""
    for _ in range(times):
        [key] = board.agent("a", 1)
        if starts:
            board.say("a", "started", **key)
        board.gone("a")
