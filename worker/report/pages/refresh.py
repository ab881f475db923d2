"""Keeps the report of a run fresh while it is driven, in a process of its own and of the lowest priority."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from typing import Any

from worker.launch import registry
from worker.store.paths import RunPaths

_EVERY = 60.0  # seconds
_LAST = 120.0  # seconds that a scheduler's job goes on at most to write the last report
_SHARE = 10  # writing takes at most this part of the time, however large the run is
_SILENT: dict[str, Any] = {
    "stdin": subprocess.DEVNULL,
    "stdout": subprocess.DEVNULL,
    "stderr": subprocess.DEVNULL,
    "start_new_session": True,
}


class FreshReport:
    """Writes report.html every minute. The report of a run that is shorter is written when somebody asks for it."""

    def __init__(self, paths: RunPaths, now: float) -> None:
        """`now` and all further times are of the monotonic clock."""
        self._paths = paths
        self._due = now + _EVERY
        self._began = now
        self._writer: subprocess.Popen[bytes] | None = None

    def update(self, now: float) -> None:
        """Begin to write it if it is time to; returns at once."""
        if self._writer is not None:
            if self._writer.poll() is None:
                return
            self._writer = None
            self._due = self._began + max(_EVERY, _SHARE * (now - self._began))
        if now >= self._due:
            self._began, self._due = now, now + _EVERY
            self._writer = _start(["nice", "-n", "19", *self._command("--no-importance")])

    def close(self) -> None:
        """The run has ended: write it a last time, with everything; on a machine of our own that goes on by itself."""
        if self._writer is not None:
            self._writer.kill()
            self._writer.wait()
        if self._paths.report.exists():
            # Begun by a shell that leaves at once, so that nobody has to wait; but with a scheduler's job ends all of it.
            script = 'nice -n 19 "$@"' if registry.current_job(os.environ) else 'nice -n 19 "$@" &'
            if (shell := _start(["sh", "-c", script, "sh", *self._command()])) is not None:
                with suppress(subprocess.TimeoutExpired):
                    shell.wait(_LAST)

    def _command(self, *options: str) -> list[str]:
        return [sys.executable, "-I", "-m", "worker", "report", str(self._paths.root), *options]


def _start(command: list[str]) -> subprocess.Popen[bytes] | None:
    """The process; None where the system has none left now: the report then stays older."""
    try:
        return subprocess.Popen(command, **_SILENT)
    except OSError:
        return None
