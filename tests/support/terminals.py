"""Commands on a terminal of their own, for tests: what they show, and answers that are typed once they are asked for."""

from __future__ import annotations

import os
import pty
import re
import select
import time
from collections.abc import Sequence
from pathlib import Path

PATIENCE = 120.0  # seconds
QUESTION = re.compile(r"\[[a-zA-Z/]+\] $")


def on_terminal(
    folder: Path,
    words: Sequence[str],
    *answers: str,
    ahead: str = "",
    asks: re.Pattern[str] = QUESTION,
    **environment: str,
) -> tuple[int, str]:
    """Run a command in `folder`; its exit code and what it showed.

    ahead: typed before the command can ask anything. answers: typed one after the other, each when what is shown
    matches `asks` at its end.
    """
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.environ.update({"TERM": "xterm", **environment})
        os.execvp(words[0], list(words))
    os.write(terminal, ahead.encode())
    waiting, seen, whole = list(answers), "", b""
    ends_at = time.monotonic() + PATIENCE
    try:
        while part := _read(terminal, ends_at):
            whole += part
            seen = (seen + part.decode(errors="replace"))[-4000:]
            if waiting and asks.search(seen):
                os.write(terminal, f"{waiting.pop(0)}\n".encode())
                seen = ""
    finally:
        os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), whole.decode(errors="replace")


def _read(terminal: int, ends_at: float) -> bytes:
    ready = select.select([terminal], [], [], max(0.0, ends_at - time.monotonic()))[0]
    if not ready:
        return b""  # closing the terminal ends the command
    try:
        return os.read(terminal, 65536)
    except OSError:  # the command has ended
        return b""
