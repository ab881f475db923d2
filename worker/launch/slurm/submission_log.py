"""What a run has asked of Slurm: written down before it is asked, so that no job is ever without an owner."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass

from worker.launch.slurm.sbatch import Outcome, Submitted
from worker.launch.slurm.script import AgentJob
from worker.store.appender import Appender, StorageFullError
from worker.store.paths import RunPaths
from worker.store.records import Record
from worker.store.tail import read_records


@dataclass
class LoggedSubmission:
    """A submission as written down; `outcome` is None where no answer was ever written."""

    job: AgentJob
    outcome: Outcome | None = None
    number: str = ""
    over: bool = False


class SubmissionLog:
    """The submissions of the driver of one epoch, its only writer; epoch 0 is what came before the first driver."""

    def __init__(self, paths: RunPaths, epoch: int) -> None:
        paths.slurm.mkdir(parents=True, exist_ok=True)
        self._file = Appender(paths.submissions(epoch))

    def intend(self, job: AgentJob) -> None:
        """Write down a submission before it is handed in; raises StorageFullError, and then it must not be."""
        self._file.append({"kind": "intended", "job": asdict(job), "at": time.time()})

    def answered(self, name: str, submitted: Submitted) -> None:
        """Write down what became of a submission. Where that fails, the next driver asks the queue."""
        self._note(
            {"kind": "answered", "name": name, "outcome": submitted.outcome.value, "number": submitted.job}
        )

    def over(self, name: str) -> None:
        """Write down that nothing of a submission is left in the queue."""
        self._note({"kind": "over", "name": name})

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _note(self, record: Mapping[str, object]) -> None:
        with suppress(StorageFullError):
            self._file.append({**record, "at": time.time()})


def logged_submissions(paths: RunPaths, epoch: int) -> list[LoggedSubmission]:
    """All submissions up to and with those of the driver of `epoch`, oldest first."""
    by_name: dict[str, LoggedSubmission] = {}
    for number in range(epoch + 1):
        for record in read_records(paths.submissions(number)):
            if record is not None:
                _apply(by_name, record)
    return list(by_name.values())


def _apply(by_name: dict[str, LoggedSubmission], record: Record) -> None:
    if record["kind"] == "intended":
        fields = {**record["job"], "exclude": tuple(record["job"]["exclude"])}
        job = AgentJob(**fields)
        by_name[job.name] = LoggedSubmission(job)
    elif entry := by_name.get(record["name"]):
        if record["kind"] == "answered":
            entry.outcome, entry.number = Outcome(record["outcome"]), record["number"]
        elif record["kind"] == "over":
            entry.over = True
