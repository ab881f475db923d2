"""Records as the JSON that stands in the files: tests write by hand what others write, and have it read as it is read."""

from __future__ import annotations

from typing import Any

from worker.driver.losses import Losses
from worker.driver.tasks import Task
from worker.store.inbox_messages import Assign
from worker.store.journal_records import JOURNAL, Read
from worker.store.outbox_messages import OUTBOX, Heard
from worker.store.records import encode

Json = dict[str, Any]


def said(record: Json) -> Heard:
    """What a driver hears of an agent that has written this."""
    found = OUTBOX.decode(encode(record))
    assert found is not None
    return found


def journalled(record: Json, epoch: int = 1) -> Read:
    """What is read where this stands in the journal of a driver."""
    found = JOURNAL.decode(encode(record), epoch)
    assert found is not None
    return found


def plain_assign(epoch: int, task: Task, at: float) -> Assign:
    """The assignment of a board that nobody carries out."""
    return Assign(
        epoch=epoch,
        trial=task.number,
        attempt=task.attempt,
        values=task.values,
        at=at,
        command="",
        spent=task.spent,
        repeat=task.repeat,
    )


LOSSES = Losses(most=3)
