"""Reading the journals: all of one, what is added to it, who wrote it, and whether the run has ended."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import chain

from worker.store.journal import epochs
from worker.store.journal_records import JOURNAL, Driver, Ended, Read
from worker.store.paths import RunPaths
from worker.store.tail import Tail, read_lines


def read_journal(paths: RunPaths, epoch: int) -> Iterator[Read | None]:
    """All that the driver of `epoch` has written down, None for each torn line. Raises OSError where that is unreadable."""
    for lines in read_lines(paths.journal(epoch)):
        yield from JOURNAL.decode_all(lines, epoch)


def follow_journal(paths: RunPaths, epoch: int) -> Tail[Read]:
    """The same as it comes, from the first record on."""
    return Tail(paths.journal(epoch), partial(JOURNAL.decode, epoch=epoch))


def introduction_of(paths: RunPaths, epoch: int) -> Driver | None:
    """The record in which the driver of `epoch` says who it is; None where it has not said that (yet).

    It comes first; where the disk was full, torn tries of it may come before it. So only its own line is decoded.
    """
    lines = chain.from_iterable(read_lines(paths.journal(epoch)))
    records = (JOURNAL.decode(line, epoch) for line in lines)
    return next((record for record in records if isinstance(record, Driver)), None)


def ended_epoch(paths: RunPaths) -> int:
    """The newest epoch whose driver has ended the run, 0 where none has. Raises OSError if a journal is unreadable."""
    for epoch in reversed(epochs(paths)):
        if any(isinstance(record, Ended) for record in read_journal(paths, epoch)):
            return epoch
    return 0
