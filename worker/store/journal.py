"""The journal's files: one per start of a driver (epoch), created exclusively and never opened for writing again.

A network file system may show a new file a minute late to a machine that has looked for it before it was there, and
so may the list of a folder be; opening a file that is known to exist shows its newest content. So beside each
journal there is a file that is made before it, empty, and in which the next driver says that it has begun.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass

from worker.store.appender import Appender, StorageFullError
from worker.store.messages import Codec, Message
from worker.store.paths import RunPaths
from worker.store.tail import Tail, read_records

_NAME = re.compile(r"(\d{6,})\.jsonl")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Next(Message):
    """the driver of this epoch has begun"""

    kind = "next"
    epoch: int


NEXT: Codec[Next] = Codec([Next])


def prepare(paths: RunPaths) -> None:
    """Make the folder of the journals, and the file in which the first driver will say that it has begun.

    Raises OSError where that is not possible.
    """
    paths.journals.mkdir(parents=True, exist_ok=True)
    paths.next_driver(0).touch()


def open_epoch(paths: RunPaths, after: int | None = None) -> tuple[int, Appender]:
    """Begin the next epoch: its number and the only writer of its journal.

    Whoever creates the next file has won; other drivers notice by `Epochs` and leave. after: the epoch before it, where
    no other one will do. Raises OSError or StorageFullError; FileExistsError where that has been followed already.
    """
    paths.journals.mkdir(parents=True, exist_ok=True)
    epoch = (newest(paths) if after is None else after) + 1
    while True:
        Appender(paths.next_driver(epoch)).close()
        try:
            journal = Appender(paths.journal(epoch), create_exclusive=True)
        except FileExistsError:
            if after is not None:
                raise
            epoch += 1
            continue
        announce(paths, epoch)
        return epoch, journal


def announce(paths: RunPaths, epoch: int) -> None:
    """Say that the driver of `epoch` has begun, where those who know of an earlier one look for it.

    To be repeated now and then: the disk may have been full. What an earlier driver could not say is made up for.
    """
    with suppress(OSError, StorageFullError):
        if _announced(paths, epoch - 1):
            return
        first = epoch - 1
        while first > 0 and paths.next_driver(first - 1).exists() and not _announced(paths, first - 1):
            first -= 1
        for earlier in range(first, epoch):
            with Appender(paths.next_driver(earlier)) as file:
                file.append(NEXT.encode(Next(epoch=epoch)))


def _announced(paths: RunPaths, epoch: int) -> bool:
    return any(isinstance(record, Next) for record in read_records(paths.next_driver(epoch), NEXT.decode))


class Epochs:
    """The newest epoch, kept up to date without looking for files that may not be there or listing a folder."""

    def __init__(self, paths: RunPaths, epoch: int) -> None:
        """epoch: one that has begun, or 0."""
        self._paths = paths
        self._tail = Tail(paths.next_driver(epoch), NEXT.decode)
        self.newest = epoch

    def look(self) -> int:
        """The newest epoch now."""
        while later := [record.epoch for record in self._tail.read() if isinstance(record, Next)]:
            self._tail.close()
            self.newest = max(later)
            self._tail = Tail(self._paths.next_driver(self.newest), NEXT.decode)
        return self.newest

    def close(self) -> None:
        """Close the file."""
        self._tail.close()


def newest(paths: RunPaths) -> int:
    """The newest epoch, 0 before the first."""
    return max(epochs(paths), default=0)


def epochs(paths: RunPaths) -> list[int]:
    """All epochs, oldest first; [] where the run has no journal."""
    try:
        matches = [_NAME.fullmatch(entry.name) for entry in paths.journals.iterdir()]
    except (FileNotFoundError, NotADirectoryError):
        matches = []
    numbers = sorted(int(match[1]) for match in matches if match)
    listed = max(numbers, default=0)
    newest_known = Epochs(paths, listed)
    numbers.extend(range(listed + 1, newest_known.look() + 1))
    newest_known.close()
    return numbers
