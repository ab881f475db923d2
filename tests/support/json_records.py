"""Records as the JSON that stands in the files: tests write by hand what others write, and have it read as it is read."""

from __future__ import annotations

from functools import partial
from typing import Any

from worker.driver.losses import Losses
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


plain_assign = partial(Assign, command="")  # for boards whose assignments nobody carries out
LOSSES = Losses(most=3)
