"""squeue: one call tells the state of all jobs of a run, found by the names that only this run gives."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum

from worker.launch.slurm.client import Client

# Array job, index, own number, state, nodes, start, name; the reason is last, since it may hold anything.
_FORMAT = "%F|%K|%A|%T|%N|%S|%j|%r"

_HEADER = "CLUSTER:"  # stands above the rows of each cluster where several are asked


class JobState(Enum):
    """What a state of Slurm's means for an agent."""

    WAITING = "waiting"
    RUNNING = "running"  # also where it ends at this moment: its processes may still be there
    ENDED = "ended"
    UNKNOWN = "unknown"  # a word that we do not know


_STATES = {
    **dict.fromkeys(
        (
            "PENDING",
            "CONFIGURING",
            "REQUEUED",
            "REQUEUE_HOLD",
            "REQUEUE_FED",
            "RESV_DEL_HOLD",
            "SPECIAL_EXIT",
        ),
        JobState.WAITING,
    ),
    **dict.fromkeys(
        ("RUNNING", "COMPLETING", "RESIZING", "SIGNALING", "STAGE_OUT", "STOPPED", "SUSPENDED"),
        JobState.RUNNING,
    ),
    **dict.fromkeys(
        (
            "BOOT_FAIL",
            "CANCELLED",
            "COMPLETED",
            "DEADLINE",
            "FAILED",
            "NODE_FAIL",
            "OUT_OF_MEMORY",
            "PREEMPTED",
            "REVOKED",
            "TIMEOUT",
        ),
        JobState.ENDED,
    ),
}


@dataclass(frozen=True)
class Row:
    """A job, or an element of a job array, as squeue shows it.

    job: what scancel takes (`123`, `123_4`). index: the array index, None where it is no array.
    word: Slurm's own word for the state. reason: why it waits or ended, in Slurm's words, "" for none.
    """

    job: str
    name: str
    index: int | None
    word: str
    node: str
    reason: str
    start: str

    @property
    def state(self) -> JobState:
        """What the word means for an agent."""
        return _STATES.get(self.word, JobState.UNKNOWN)

    @property
    def began(self) -> float | None:
        """When the job began, in seconds since 1970; None where it has not: what waits has a start that is expected."""
        if self.node and self.state in (JobState.RUNNING, JobState.ENDED):
            with suppress(ValueError, OverflowError):
                return time.mktime(time.strptime(self.start, "%Y-%m-%dT%H:%M:%S"))
        return None


@dataclass(frozen=True)
class Answered:
    """What squeue has answered. complete: whether what it does not show is certain not to be there."""

    rows: list[Row]
    complete: bool


def queue(client: Client, names: Sequence[str], patience: float | None = None) -> Answered | None:
    """All jobs of this user with one of these names, also those that ended a few minutes ago.

    None where Slurm gave no answer, which says nothing about the jobs.
    """
    answer = client.call(
        "squeue",
        "--noheader",
        "--array",
        "--states=all",
        f"--user={os.getuid()}",
        f"--name={','.join(names)}",
        f"--format={_FORMAT}",
        patience=patience,
    )
    if not answer.ok:
        return None
    matching = [row for row in rows(answer.out) if row.name in names]
    lines = [line for line in answer.out.splitlines() if line.strip() and not line.startswith(_HEADER)]
    # An error beside an answer, or lines that are no rows: some rows may be missing.
    complete = "error:" not in answer.err and len(lines) == sum(1 for _ in rows(answer.out))
    return Answered(matching, complete) if matching or complete else None


def unfinished(client: Client, names: Sequence[str], patience: float | None = None) -> list[Row] | None:
    """The jobs with one of these names that wait or run; None where Slurm gives no answer, or not all of one without any."""
    answer = queue(client, names, patience)
    if answer is None:
        return None
    # One that is completing has no driver and no agent any more.
    found = [row for row in answer.rows if row.state is not JobState.ENDED and row.word != "COMPLETING"]
    return found if found or answer.complete else None


def rows(text: str) -> Iterator[Row]:
    """The rows of squeue's output; lines of another shape (a cluster's name) are passed over."""
    for line in text.splitlines():
        fields = line.split("|", 7)
        if len(fields) != 8 or not fields[0].isdigit():
            continue
        array, index, number, word, node, start, name, reason = (field.strip() for field in fields)
        single = not index.isdigit()
        yield Row(
            job=number if single else f"{array}_{index}",
            name=name,
            index=None if single else int(index),
            word=word,
            node=node,
            reason="" if reason in ("None", "N/A") else reason,
            start="" if start == "N/A" else start,
        )
