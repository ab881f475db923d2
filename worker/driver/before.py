"""The command that is run once before the first evaluation: like a trial it is given to one agent at a time, under a number of its own."""

from __future__ import annotations

from worker.driver.assignments import Assignments
from worker.driver.plan import Plan
from worker.trial import BEFORE, Status, Trial


def take_up(plan: Plan, before: Trial | None, assignments: Assignments, at: float) -> None:
    """A driver begins: let the command run, unless it has succeeded or is in hand. before: what the journals say of it."""
    if not plan.run.before or plan.request or BEFORE in assignments.open:
        return
    if before is None:
        assignments.propose(BEFORE, {}, at)
    elif before.status is not Status.OK:
        assignments.reopen(before, at)
