"""Keeps the report of a run fresh while it is driven, in a process of its own, where somebody has made one."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

from worker.store.paths import RunPaths

_EVERY = 60.0  # seconds
_SILENT: dict[str, Any] = {
    "stdin": subprocess.DEVNULL,
    "stdout": subprocess.DEVNULL,
    "stderr": subprocess.DEVNULL,
    "start_new_session": True,
}


class FreshReport:
    """Rewrites report.html every minute if it is there; nobody who does not look pays for it."""

    def __init__(self, paths: RunPaths, now: float) -> None:
        """`now` and all further times are of the monotonic clock."""
        self._paths = paths
        self._due = now + _EVERY
        self._writer: subprocess.Popen[bytes] | None = None

    def update(self, now: float) -> None:
        """Begin to write it if it is time to; returns at once."""
        if self._writer is not None and self._writer.poll() is not None:
            self._writer = None
        if now < self._due or self._writer is not None:
            return
        self._due = now + _EVERY
        if self._paths.report.exists():
            command = ["nice", "-n", "19", *self._command("--no-importance")]
            self._writer = subprocess.Popen(command, **_SILENT)

    def close(self) -> None:
        """The run has ended: write it a last time, with everything; that goes on by itself."""
        if self._writer is not None:
            self._writer.kill()
            self._writer.wait()
        if self._paths.report.exists():
            # Begun by a shell that leaves at once: nobody has to wait for it.
            command = ["sh", "-c", 'nice -n 19 "$@" &', "sh", *self._command()]
            subprocess.run(command, **_SILENT, check=False)

    def _command(self, *options: str) -> list[str]:
        return [sys.executable, "-I", "-m", "worker", "report", str(self._paths.root), *options]
