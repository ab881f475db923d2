"""Reading the records of a file that somebody else is still writing, possibly on another machine."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from worker.store.records import Record, decode

_REOPEN = 1.0  # seconds; opening a path shows the newest content on NFS, an open file may not
_DOUBT = 5.0  # seconds that a line with NUL bytes gets: NFS may show a line's pages out of order for a moment
_CHUNK = 1 << 20


class Tail:
    """The records of one file, each returned once. `torn` counts the lines that were skipped as damaged."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.torn = 0
        self._fd: int | None = None
        self._offset = 0
        self._news = time.monotonic()
        self._doubt_since: float | None = None

    def read(self) -> list[Record]:
        """The complete records that have arrived since the last call; [] where there is no file (yet).

        An error of the file system means nothing new: the file is opened again at the next call.
        """
        now = time.monotonic()
        try:
            records = self._read(now)
        except OSError:
            self.close()
            return []
        if records:
            self._news = now
        elif now - self._news >= _REOPEN:
            self._news = now
            self.close()
        return records

    def close(self) -> None:
        """Close the file; the next read opens it again and goes on where it was."""
        if self._fd is not None:
            fd, self._fd = self._fd, None
            with suppress(OSError):
                os.close(fd)

    def _read(self, now: float) -> list[Record]:
        if self._fd is None:
            self._fd = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
            if os.fstat(self._fd).st_size < self._offset:
                # The file lost its end (a crash of the machine, a restored copy): records may come twice, none is missed.
                self._offset = 0
        records: list[Record] = []
        size = _CHUNK
        while block := os.pread(self._fd, size, self._offset):
            end = block.rfind(b"\n") + 1
            if end and not self._take(block[:end], records, now):
                break
            if len(block) < size:
                break
            size = _CHUNK if end else size * 2  # a record longer than what was read
        return records

    def _take(self, block: bytes, records: list[Record], now: float) -> bool:
        """Decode the lines of `block` into `records`; False where a line may still turn out whole."""
        for line in block[:-1].split(b"\n"):
            record = decode(line)
            if record is not None:
                records.append(record)
            elif b"\0" in line and not self._doubted_long_enough(now):
                return False
            elif line.strip():
                self.torn += 1
            self._offset += len(line) + 1
            self._doubt_since = None
        return True

    def _doubted_long_enough(self, now: float) -> bool:
        if self._doubt_since is None:
            self._doubt_since = now
        return now - self._doubt_since >= _DOUBT


def read_records(path: Path) -> Iterator[Record | None]:
    """All records of `path` as it is now, None for each torn line; nothing where there is no file.

    Raises OSError where the file exists and cannot be read.
    """
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    with file:
        for line in file:
            if line != b"\n":
                yield decode(line)
