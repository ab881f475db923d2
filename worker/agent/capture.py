"""Keeping what an evaluation prints: the first and the last part of it, however much it is."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from worker.agent.result_lines import StreamReader

HEAD = 1 << 20  # bytes kept of the beginning, written as they come
TAIL = 8 << 20  # bytes kept of the end, written when the evaluation ends
_CHUNK = 1 << 16
_RECENT = 4096  # bytes looked at for advice
_PIPE = 1 << 22  # more than a pipe holds; what keeps on coming is from a stranger who was handed the pipe


class CappedFile:
    """A file of at most HEAD and TAIL bytes, with a line between them that says how much was left out.

    A disk that is full costs the output, not the evaluation; `trouble` says so afterwards.
    """

    def __init__(self, path: Path) -> None:
        """The file appears with the first byte, in place of what it held before."""
        self._path = path
        self._fd: int | None = None
        self._size = 0
        self._last: deque[bytearray] = deque()
        self._last_size = 0
        self._left_out = 0
        self.trouble = ""

    def write(self, data: bytes) -> None:
        """Keep `data`, or what the limits allow of it."""
        room = max(HEAD - self._size, 0)
        self._size += len(data)
        if room:
            self._store(data[:room])
            data = data[room:]
        if data:
            if (
                self._last and len(self._last[-1]) < _CHUNK
            ):  # or a million single letters would be a million objects
                self._last[-1] += data
            else:
                self._last.append(bytearray(data))
            self._last_size += len(data)
            while self._last_size - len(self._last[0]) >= TAIL:
                dropped = len(self._last.popleft())
                self._last_size -= dropped
                self._left_out += dropped

    def close(self) -> None:
        """Write the last part; nothing may be written afterwards."""
        end = b"".join(self._last)
        self._last.clear()
        self._left_out += max(len(end) - TAIL, 0)
        if self._left_out:
            self._store(b"\n[omniopt: %d bytes are left out here]\n" % self._left_out)
        self._store(end[-TAIL:])
        if self._fd is not None:
            with suppress(OSError):
                os.close(self._fd)
            self._fd = None

    def _store(self, data: bytes) -> None:
        if not data or self.trouble:
            return
        unwritten = memoryview(data)
        try:
            if self._fd is None:
                self._fd = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o666)
            while unwritten:
                unwritten = unwritten[os.write(self._fd, unwritten) :]
        except OSError as error:
            self.trouble = f"Its output could not be saved to {self._path}: {error.strerror or error}."


class Stream:
    """One pipe of an evaluation: kept in a file, and read for results."""

    def __init__(self, fd: int, path: Path, named: Sequence[str] = (), texts: Sequence[str] = ()) -> None:
        """Owns `fd`, the reading end, from now on. named: the results that the run names. texts: what is looked for."""
        os.set_blocking(fd, False)
        self.fd = fd
        self.open = True
        self.file = CappedFile(path)
        self.reader = StreamReader(named)
        self.tail = b""  # the last bytes, for advice
        self.found = ""  # the first of the texts that came
        self._texts = [(text, text.encode()) for text in texts]

    def pull(self, seconds: float) -> bool:
        """Take in one portion of what has arrived, if any; False where nothing is left for now."""
        if not self.open:
            return False
        try:
            data = os.read(self.fd, _CHUNK)
        except BlockingIOError:
            return False
        if not data:
            self._shut()
            return False
        self.file.write(data)
        self.reader.feed(data, seconds)
        if self._texts and not self.found:
            both = self.tail + data  # a text may come in two portions
            self.found = next((text for text, letters in self._texts if letters in both), "")
        self.tail = (self.tail + data[-_RECENT:])[-_RECENT:]
        return True

    def finish(self, seconds: float) -> None:
        """Nobody writes any more: take in the rest and close everything."""
        for _ in range(_PIPE // _CHUNK):
            if not self.pull(seconds):
                break
        self._shut()
        self.reader.finish(seconds)
        self.file.close()

    def _shut(self) -> None:
        if self.open:
            self.open = False
            os.close(self.fd)
