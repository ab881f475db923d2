"""Says on standard error how far a command is that takes some time, in place on a terminal and now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_FIRST, _EVERY = 2.0, 10.0  # seconds until the first word, and between two of them where each is a line
_TERMINAL = 0.2


@contextmanager
def said_progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """A function to be told how many of `what` are done, and of how many; what it has said in place goes at the end."""
    terminal = sys.stderr.isatty()
    due = time.monotonic() + _FIRST
    width = 0

    def told(done: int, total: int) -> None:
        nonlocal due, width
        now = time.monotonic()
        if now < due:
            return
        due = now + (_TERMINAL if terminal else _EVERY)
        line = f"{done:,} of {total:,} {what} ..."
        if terminal:
            width = max(width, len(line))
            print(f"\r{line:<{width}}", end="", file=sys.stderr, flush=True)
        else:
            print(line, file=sys.stderr, flush=True)

    try:
        yield told
    finally:
        if width:
            print(f"\r{'':<{width}}\r", end="", file=sys.stderr, flush=True)
