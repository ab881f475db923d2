"""What a run has asked of Slurm: written down before it is asked, so that no job is ever without an owner."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from operator import attrgetter
from typing import Any

from worker.launch.slurm import sbatch
from worker.launch.slurm.script import AgentJob
from worker.store.appender import Appender, StorageFullError
from worker.store.messages import FORMS, Codec, Form, Malformed, Message, Unknown
from worker.store.paths import RunPaths
from worker.store.tail import read_records


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Intended(Message):
    """is about to be submitted"""

    kind = "intended"
    job: AgentJob
    at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Answered(Message):
    """what Slurm has answered"""

    kind = "answered"
    name: str
    outcome: sbatch.Outcome
    number: str = ""
    at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Over(Message):
    """nothing of it is left in the queue"""

    kind = "over"
    name: str
    at: float = 0.0


def _job(value: Any) -> AgentJob:
    return AgentJob(**{**value, "exclude": tuple(value["exclude"])})


Note = Intended | Answered | Over
_Read = Note | Unknown | Malformed
NOTES: Codec[Note] = Codec(
    (Intended, Answered, Over),
    forms={
        **FORMS,
        "AgentJob": Form(frozenset(), _job, asdict),
        "sbatch.Outcome": Form(frozenset(), sbatch.Outcome, attrgetter("value")),
    },
)


@dataclass
class LoggedSubmission:
    """A submission as written down; `outcome` is None where no answer was ever written."""

    job: AgentJob
    outcome: sbatch.Outcome | None = None
    number: str = ""
    over: bool = False


class SubmissionLog:
    """The submissions of the driver of one epoch, its only writer; epoch 0 is what came before the first driver."""

    def __init__(self, paths: RunPaths, epoch: int) -> None:
        paths.slurm.mkdir(parents=True, exist_ok=True)
        self._file = Appender(paths.submissions(epoch))

    def intend(self, job: AgentJob) -> None:
        """Write down a submission before it is made; raises StorageFullError, and then it must not be."""
        self._file.append(NOTES.encode(Intended(job=job, at=time.time())))

    def answered(self, name: str, submitted: sbatch.Submitted) -> None:
        """Write down what became of a submission. Where that fails, the next driver asks the queue."""
        answered = Answered(name=name, outcome=submitted.outcome, number=submitted.job, at=time.time())
        self._note(answered)

    def over(self, name: str) -> None:
        """Write down that nothing of a submission is left in the queue."""
        self._note(Over(name=name, at=time.time()))

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _note(self, note: Note) -> None:
        with suppress(StorageFullError):
            self._file.append(NOTES.encode(note))


def logged_submissions(paths: RunPaths, epoch: int) -> list[LoggedSubmission]:
    """All submissions up to and with those of the driver of `epoch`, oldest first."""
    by_name: dict[str, LoggedSubmission] = {}
    for number in range(epoch + 1):
        notes: Iterator[_Read | None] = read_records(paths.submissions(number), NOTES.decode)
        for note in notes:
            if note is not None:
                _apply(by_name, note)
    return list(by_name.values())


def _apply(by_name: dict[str, LoggedSubmission], note: _Read) -> None:
    if isinstance(note, Intended):
        by_name[note.job.name] = LoggedSubmission(note.job)
    elif isinstance(note, Answered) and note.name in by_name:
        entry = by_name[note.name]
        entry.outcome, entry.number = note.outcome, note.number
    elif isinstance(note, Over) and note.name in by_name:
        by_name[note.name].over = True
