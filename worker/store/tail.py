"""Reading the records of a file that somebody else is still writing, possibly on another machine."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Generic, TypeVar

# Opening a path shows the newest content on NFS, an open file may not. So it is opened again after some seconds:
# as soon as that just after news, when more is likely, then less and less often.
_REOPEN_SOONEST, _REOPEN = 0.1, 1.0
_DOUBT = 5.0  # seconds that a line with NUL bytes gets: NFS may show a line's pages out of order for a moment
_CHUNK = 1 << 20
_AT_ONCE = 1 << 16  # bytes
T = TypeVar("T")


class Tail(Generic[T]):
    """The records of one file, each returned once.

    `torn` counts the lines that were skipped as damaged. `trouble` is what kept the last read from seeing the file.
    """

    def __init__(self, path: Path, decode: Callable[[bytes], T | None], create: bool = False) -> None:
        """decode: what stands in a line, None where that is damaged. create: make the file where there is none, and the folder that it is in.

        A network file system remembers for up to a minute that there is no such file, so one that another machine
        is about to make would be seen late; it asks the server, however, where a file is to be created.
        """
        self.path = path
        self._decode = decode
        self._create = create
        self.torn = 0
        self.trouble: OSError | None = None
        self._fd: int | None = None
        self._offset = 0
        self._news = self._opened = time.monotonic()
        self._doubt_since: float | None = None

    def read(self) -> list[T]:
        """The complete records that have arrived since the last call; [] where there is no file (yet).

        An error of the file system means nothing new: the file is opened again at the next call.
        """
        now = time.monotonic()
        if now - self._opened >= min(_REOPEN, max(_REOPEN_SOONEST, (now - self._news) / 2)):
            self._opened = now
            self.close()
        records: list[T] = []
        self.trouble = None
        try:
            self._read(records, now)
        except OSError as error:  # what was read before counts
            self.trouble = error
            self.close()
        if records:
            self._news = self._opened = now
        return records

    def close(self) -> None:
        """Close the file; the next read opens it again and goes on where it was."""
        if self._fd is not None:
            fd, self._fd = self._fd, None
            with suppress(OSError):
                os.close(fd)

    def _read(self, records: list[T], now: float) -> None:
        if self._fd is None:
            self._fd = self._open()
            if os.fstat(self._fd).st_size < self._offset:
                # The file lost its end (a crash of the machine, a restored copy): records may come twice, none is missed.
                self._offset = 0
        size = _CHUNK
        while block := os.pread(self._fd, size, self._offset):
            end = block.rfind(b"\n") + 1
            if end and not self._take(block[:end], records, now):
                break
            if len(block) < size:
                break
            size = _CHUNK if end else size * 2  # a record longer than what was read

    def _open(self) -> int:
        flags = os.O_RDONLY | os.O_CLOEXEC
        try:
            fd = os.open(self.path, flags)
        except FileNotFoundError:
            if not self._create:
                raise
            self.path.parent.mkdir(exist_ok=True)
            fd = os.open(self.path, flags | os.O_CREAT, 0o666)
        self._create = False  # whoever moves or removes it later does not want another one
        return fd

    def _take(self, block: bytes, records: list[T], now: float) -> bool:
        """Decode the lines of `block` into `records`; False where a line may still turn out whole."""
        for line in block[:-1].split(b"\n"):
            record = self._decode(line)
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


def read_records(path: Path, decode: Callable[[bytes], T | None]) -> Iterator[T | None]:
    """All records of `path` as it is now, None for each torn line; nothing where there is no file.

    Raises OSError where the file exists and cannot be read.
    """
    for lines in read_lines(path):
        yield from map(decode, lines)


def read_lines(path: Path) -> Iterator[list[bytes]]:
    """The lines of these records with their newlines, some hundreds at a time."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    with file:
        while lines := file.readlines(_AT_ONCE):
            yield [line for line in lines if line != b"\n"]
