"""The run's events.log: every change of state as a line for people."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime

from worker.spec.text import visible
from worker.store.paths import RunPaths
from worker.store.records import Record
from worker.trial import Trial


class Events:
    """Writes events.log; an event that cannot be written is left out, since the journal has it all."""

    def __init__(self, paths: RunPaths) -> None:
        self._path = paths.events
        self._fd: int | None = None
        self._lines: list[str] = []

    def add(self, sentence: str) -> None:
        """Take down an event, which is written with the next `flush`."""
        moment = datetime.now().astimezone().isoformat(timespec="milliseconds")
        self._lines.append(f"{moment}  {visible(sentence)}\n")

    def flush(self) -> None:
        """Write what was added."""
        if not self._lines:
            return
        data, self._lines = "".join(self._lines).encode(), []
        with suppress(OSError):
            if self._fd is None:
                self._fd = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o666)
            os.write(self._fd, data)

    def close(self) -> None:
        """Write what was added, and close the file."""
        self.flush()
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


def sentence_of(record: Record, trials: Mapping[int, Trial]) -> str:
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
        trial = trials.get(int(number))
        result = "" if trial is None or trial.loss is None else f", RESULT {trial.loss!r}"
        seconds = record.get("seconds")
        took = "" if seconds is None else f" after {seconds:.3f} s"
        return f"evaluation {number}: {record['status']}{took}{result}. {reason}".rstrip(". ")
    if kind == "requeued":
        return f"evaluation {number}: taken back from worker {agent}, to be given out again. {reason}"
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
        return f"{record['wanted']} workers are wanted from now on"
    if kind == "stopping":
        return f"nothing new begins ({record.get('reason', '')})"
    if kind in ("leaving", "ended"):
        return (
            f"{'the driver leaves' if kind == 'leaving' else 'the run has ended'}. {record.get('reason', '')}"
        )
    return ""
