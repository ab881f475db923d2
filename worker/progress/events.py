"""The run's events.log: every change of state as a line for people."""

from __future__ import annotations

import os
import time
from collections import deque
from contextlib import suppress
from datetime import datetime

from worker.spec.text import counted, visible
from worker.store.paths import RunPaths
from worker.store.records import Record

_RETRY = 5.0  # seconds between two tries where the disk is full
_MOST_LINES = 10_000  # that wait to be written; of more, the oldest are left out


class Events:
    """Writes events.log. What cannot be written now is written later, if it is not too much: the journal has it all."""

    def __init__(self, paths: RunPaths) -> None:
        self._path = paths.events
        self._fd: int | None = None
        self._lines: deque[bytes] = deque(maxlen=_MOST_LINES)
        self._retry_at = 0.0

    def add(self, sentence: str) -> None:
        """Take down an event, which is written with the next `flush`."""
        moment = datetime.now().astimezone().isoformat(timespec="milliseconds")
        self._lines.append(f"{moment}  {visible(sentence)}\n".encode())

    def flush(self) -> None:
        """Write what was added."""
        now = time.monotonic()
        if not self._lines or now < self._retry_at:
            return
        data = b"".join(self._lines)
        try:
            if self._fd is None:
                self._fd = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o666)
            written = os.write(self._fd, data)
        except OSError:
            written, self._retry_at = 0, now + _RETRY
            self._shut()  # opened again, the file may be there again
        self._lines.clear()
        if rest := data[written:]:
            self._lines.extend(rest.splitlines(keepends=True))

    def close(self) -> None:
        """Write what was added, and close the file."""
        self._retry_at = 0.0
        self.flush()
        self._shut()

    def _shut(self) -> None:
        if self._fd is not None:
            fd, self._fd = self._fd, None
            with suppress(OSError):
                os.close(fd)


def sentence_of(record: Record) -> str:
    """A record of the journal as a sentence; "" for those that are no change of state."""
    kind = str(record.get("kind"))
    if "trial" not in record:
        return _about_run(kind, record)
    number = record["trial"]
    agent, reason = record.get("agent", ""), record.get("reason", "")
    if kind == "assigned":
        return f"evaluation {number}: given to worker {agent} (attempt {record['attempt']})"
    if kind == "started":
        return f"evaluation {number}: started by worker {agent} on {record.get('host', '')}"
    if kind == "finished":
        result = "" if record.get("loss") is None else f", RESULT {record['loss']!r}"
        seconds = record.get("seconds")
        took = "" if seconds is None else f" after {seconds:.3f} s"
        return f"evaluation {number}: {record['status']}{took}{result}. {reason}".rstrip(". ")
    if kind == "requeued":
        return f"evaluation {number}: taken back from worker {agent}, to be given out again. {reason}"
    if kind == "retracted":
        return f"evaluation {number}: its end is taken back by worker {agent} and does not count. {reason}"
    if kind in ("lost", "cancelled", "retried"):
        return f"evaluation {number}: {kind}. {reason}".rstrip(". ")
    return ""


def _about_run(kind: str, record: Record) -> str:
    if kind == "driver":
        return f"driver {record['epoch']} started on {record['host']} as process {record['pid']}"
    if kind == "agent":
        job = f", job {record['job']}" if record.get("job") else ""
        return f"worker {record['agent']} is there, on {record.get('host', '?')}{job}"
    if kind == "workers":
        wanted = int(record["wanted"])
        return f"{counted(wanted, 'worker')} {'is' if wanted == 1 else 'are'} wanted from now on"
    if kind == "stopping":
        return f"nothing new begins ({record.get('reason', '')})"
    if kind in ("leaving", "ended"):
        return (
            f"{'the driver leaves' if kind == 'leaving' else 'the run has ended'}. {record.get('reason', '')}"
        )
    return ""
