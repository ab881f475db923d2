"""The journal's files: one per start of a driver (epoch), created exclusively and never opened for writing again."""

from __future__ import annotations

import re

from worker.store.appender import Appender
from worker.store.paths import RunPaths
from worker.store.tail import read_records

_NAME = re.compile(r"(\d{6,})\.jsonl")


def open_epoch(paths: RunPaths) -> tuple[int, Appender]:
    """Begin the next epoch: its number and the only writer of its journal.

    Whoever creates the next file has won; other drivers notice by `superseded` and leave. Raises StorageFullError.
    """
    paths.journals.mkdir(parents=True, exist_ok=True)
    epoch = newest(paths) + 1
    while True:
        try:
            return epoch, Appender(paths.journal(epoch), create_exclusive=True)
        except FileExistsError:
            epoch += 1


def superseded(paths: RunPaths, epoch: int) -> bool:
    """Whether a later driver than that of `epoch` has begun."""
    return paths.journal(epoch + 1).exists()


def newest(paths: RunPaths) -> int:
    """The newest epoch, 0 before the first."""
    return max(epochs(paths), default=0)


def climb(paths: RunPaths, epoch: int) -> int:
    """The newest epoch, for one who knows that `epoch` has begun.

    Looks at known paths only, since a network file system lists new files late.
    """
    while superseded(paths, epoch):
        epoch += 1
    return epoch


def epochs(paths: RunPaths) -> list[int]:
    """All epochs, oldest first; [] where the run has no journal."""
    if not paths.journals.is_dir():
        return []
    found = [_NAME.fullmatch(entry.name) for entry in paths.journals.iterdir()]
    numbers = sorted(int(match[1]) for match in found if match)
    if numbers:
        newest_known = climb(paths, numbers[-1])
        numbers.extend(range(numbers[-1] + 1, newest_known + 1))
    return numbers


def ended_epoch(paths: RunPaths) -> int:
    """The newest epoch whose driver has ended the run, 0 where none has. Raises OSError if a journal is unreadable."""
    for epoch in reversed(epochs(paths)):
        if any(
            record is not None and record.get("kind") == "ended"
            for record in read_records(paths.journal(epoch))
        ):
            return epoch
    return 0
