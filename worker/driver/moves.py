"""What comes out of the assignments of a driver: what it is to write down, and to whom it is to say something."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from worker.driver.tasks import Task
from worker.spec.text import times, together, visible
from worker.store.inbox_messages import Assign, Order
from worker.store.journal_records import Record
from worker.store.outbox_messages import Finished
from worker.trial import BEFORE, Status


class MakeAssign(Protocol):
    """Makes an assignment with all that an agent needs beside the values."""

    def __call__(self, epoch: int, task: Task, at: float) -> Assign:
        """The message for the agent's inbox."""


@dataclass
class Moves:
    """What is to be done: records for the journal first, then messages for the inboxes of agents. notes: for the run's events."""

    records: list[Record]
    messages: list[tuple[str, Order]]
    notes: list[str]


def late_end(identity: str, told: Finished, counts: bool) -> str:
    """The note that an agent which had been given up has ended an evaluation."""
    came = f"evaluation {told.trial}: worker {identity}, which had been given up, has ended it after all"
    return f"{came}; that {'counts' if counts else 'does not count, as it had ended before'}"


def counts(number: int, status: Status) -> bool:
    """Whether what has ended so is one of the evaluations that a run is to make."""
    return status.done and number != BEFORE


def tried_again(told: Finished) -> str:
    """Why what an agent has told is not the end of an evaluation."""
    return f'It failed, and has printed "{visible(told.retry)}", one of the texts of retry_on. {told.outcome.reason}'


def tried_enough(told: Finished, attempts: int) -> Finished:
    """The same message where it is the end after all, with how often that came."""
    why = f'It has printed "{visible(told.retry)}", one of the texts of retry_on, and was tried {times(attempts)}.'
    return replace(told, outcome=replace(told.outcome, reason=together(told.outcome.reason, why)))
