"""What the driver asks of whatever starts its agents; a further scheduler is one more implementation of this."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from worker.processes import signal_name
from worker.spec.problem import Problem
from worker.store.outbox_messages import Heard


class AgentState(str, Enum):
    """How an agent stands."""

    PENDING = "pending"
    RUNNING = "running"
    GONE = "gone"  # certain
    UNKNOWN = "unknown"  # cannot be known now; never taken for gone


@dataclass(frozen=True)
class AgentReport:
    """How an agent stands; `reason` is a sentence in the scheduler's words, or "".

    willed: somebody has ended it: a person, or a more important job. began: when its job did, as the scheduler says it, in
    seconds since 1970; None where it has not, or that is not known.
    """

    identity: str
    state: AgentState
    job: str = ""
    host: str = ""
    reason: str = ""
    willed: bool = False
    began: float | None = None


def ending(exit_code: int) -> str:
    """How an agent's process has ended, as a sentence. exit_code: as a shell tells it, or negative for a signal."""
    number = -exit_code if exit_code < 0 else exit_code - 128
    if name := signal_name(number):
        return f"Its process was ended by signal {number} ({name})."
    return f"Its process ended with exit code {exit_code}."


class Launcher(Protocol):
    """Starts, watches and ends agents."""

    def start(self, count: int) -> Sequence[str]:
        """Ask for `count` agents; returns the identities asked for, which may be fewer (`trouble` says why)."""

    def poll(self) -> Mapping[str, AgentReport]:
        """How all agents of the run stand, those of earlier drivers included; cheap to call in every turn of a loop."""

    def stop(self, identities: Sequence[str]) -> None:
        """End these agents now, with everything that they started."""

    def note(self, identity: str, message: Heard) -> None:
        """Take in what an agent has said in its outbox (hello, finished, bye): surer than what a scheduler says."""

    def close(self) -> None:
        """The driver leaves; agents stay as they are."""

    @property
    def trouble(self) -> str:
        """What keeps agents from starting, one sentence, or nothing."""

    @property
    def takes_no_more(self) -> bool:
        """Whether no more agents can be asked for now, while those that there are may have their jobs started again."""

    @property
    def hopeless(self) -> Problem | None:
        """Why no agent can ever start, once that is known."""
