"""Showing the progress of a run: lines for files and pipes, one live block on a terminal."""

from __future__ import annotations

import os
import stat
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, TextIO

from worker.progress.snapshot import Snapshot
from worker.spec.text import visible


class Display(Protocol):
    """Where progress goes. Nothing of it raises when the reader has gone."""

    def update(self, snapshot: Snapshot, new_best: bool = False) -> None:
        """Show how the run stands, if it is time to."""

    def say(self, sentence: str) -> None:
        """Show a sentence that stays."""

    def close(self) -> None:
        """Show no more progress; what was shown last stays."""


class Lines:
    """A line every `interval` seconds, one for every new best, and one for every change of notice, trouble, warning or remark."""

    def __init__(self, interval: float, file: TextIO | None = None) -> None:
        self._interval = interval
        self._file: TextIO | None = file or sys.stdout
        self._shown_at = time.monotonic()
        self._notices = ("", "")
        self._warning = ""
        self._remarked = False

    def update(self, snapshot: Snapshot, new_best: bool = False) -> None:
        """Print what is due."""
        now, at = time.monotonic(), time.time()
        if new_best:
            self.say(snapshot.new_best())
        if snapshot.warning not in ("", self._warning):
            self.say(snapshot.warning)
        self._warning = snapshot.warning
        notices = (snapshot.notice, snapshot.trouble)
        if now - self._shown_at >= self._interval or notices != self._notices:
            if now - self._shown_at >= self._interval or any(set(notices) - set(self._notices)):
                self.say(snapshot.line(at))
                self._shown_at = now
                self._say_remark(snapshot)
            self._notices = notices

    def _say_remark(self, snapshot: Snapshot) -> None:
        """Print the remark when it comes up; the end of the run says it once more."""
        remark = snapshot.remark
        if remark and not self._remarked:
            self.say(remark)
        self._remarked = bool(remark)

    def say(self, sentence: str) -> None:
        """Print a sentence; lines in it stay lines."""
        if self._file is None:
            return
        lines = [visible(line) for line in sentence.split("\n")]
        try:
            print("\n".join(lines), file=self._file, flush=True)
        except (OSError, ValueError):
            self._file = None  # the terminal or the reader of the pipe has gone; the run goes on

    def close(self) -> None:
        """Nothing to do."""


def leave_terminal(log: Path) -> None:
    """The terminal has gone: what this process prints goes to `log` from now on, unless it goes to a file anyway."""
    try:
        fd = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
    except OSError:
        fd = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            os.dup2(fd, stream.fileno())
    os.close(fd)


def make_display(interval: float, hints: Sequence[str] = ()) -> Display:
    """The live block where the output is a terminal that can have one, lines elsewhere. hints: shown below the block."""
    drawing = sys.stdout.encoding.lower() == "utf-8" and os.environ.get("TERM", "dumb") != "dumb"
    if drawing and sys.stdout.isatty():
        from worker.progress.live_block import Live

        return Live(hints)
    return Lines(interval)
