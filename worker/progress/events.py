"""The run's events.log: every change of state as a line for people."""

from __future__ import annotations

import os
import time
from collections import deque
from contextlib import suppress
from datetime import datetime

from worker.report.data.imports import imported_sentence
from worker.spec.text import counted, visible
from worker.store.journal_records import (
    Agent,
    Allocated,
    Assigned,
    Cancelled,
    Driver,
    Ended,
    Finished,
    Hook,
    Imported,
    Leaving,
    Lost,
    NotRepeated,
    OfTrial,
    Proposed,
    Record,
    Requeued,
    Retracted,
    Runtime,
    Started,
    StopEarly,
    Stopping,
    Workers,
)
from worker.store.paths import RunPaths
from worker.trial import BEFORE

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
        if unwritten := data[written:]:
            self._lines.extend(unwritten.splitlines(keepends=True))

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
    if isinstance(record, Driver):
        return f"driver {record.epoch} started on {record.host} as process {record.pid}"
    if isinstance(record, Agent):
        job = f", job {record.job}" if record.job else ""
        return f"worker {record.agent} has joined, on {record.host or '?'}{job}"
    if isinstance(record, Workers):
        are = "is" if record.wanted == 1 else "are"
        return f"{counted(record.wanted, 'worker')} {are} wanted from now on"
    if isinstance(record, Runtime):
        return _about_runtime(record)
    if isinstance(record, Imported):
        return f"evaluations were imported. {imported_sentence(record)}"
    if isinstance(record, Allocated | Hook):
        return ""
    if isinstance(record, Stopping):
        return f"no new evaluations are started ({record.reason})"
    if isinstance(record, Leaving):
        return f"the driver leaves. {record.reason}"
    if isinstance(record, Ended):
        return f"the run has ended. {record.reason}"
    what = _about_trial(record)
    subject = (
        f"evaluation {record.trial}" if record.trial != BEFORE else "the command before the first evaluation"
    )
    return f"{subject}: {what}" if what else ""


def _about_runtime(record: Runtime) -> str:
    if record.counts:
        return "a worker has begun, so the runtime counts"
    return "no worker is left, so the runtime does not count until one begins" if record.seconds else ""


def _about_trial(record: OfTrial) -> str:
    if isinstance(record, Proposed):
        return (
            f"it is number {record.repeat} of the point of evaluation {record.point}" if record.point else ""
        )
    if isinstance(record, NotRepeated):
        return f"its point is not evaluated again. {record.reason}"
    if isinstance(record, Assigned):
        return f"assigned to worker {record.agent} (attempt {record.attempt})"
    if isinstance(record, Started):
        return f"started by worker {record.agent} on {record.host}"
    if isinstance(record, Finished):
        outcome = record.outcome
        result = "" if outcome.loss is None else f", RESULT {outcome.loss!r}"
        took = "" if outcome.seconds is None else f" after {outcome.seconds:.3f} s"
        return f"{record.status.value}{took}{result}. {outcome.reason}".rstrip(". ")
    if isinstance(record, Requeued):
        return f"taken back from worker {record.agent}, to be assigned again. {record.reason}"
    if isinstance(record, Retracted):
        return f"its result was retracted by worker {record.agent} and does not count. {record.reason}"
    if isinstance(record, StopEarly):
        return f"is to be stopped early. {record.reason}"
    if isinstance(record, Lost | Cancelled):
        return f"{record.kind}. {record.reason}".rstrip(". ")
    return record.kind
