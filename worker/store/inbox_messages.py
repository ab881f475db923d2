"""What the driver of an epoch tells an agent in its inbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from worker.spec.notation import NUMBER_FORMATS
from worker.spec.parameters import Value
from worker.store.messages import Codec, Filed, Malformed, Unknown


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Assign(Filed):
    """trial, attempt, values, command, and what it runs under: all that the agent needs"""

    # An attempt counts from 1, and an agent never evaluates the same one twice. time_limit is in seconds, memory in MB;
    # 0 is no limit. continues: the program goes on from where earlier attempts, which took `spent` seconds, have come;
    # it gets warning_signal so many seconds before the agent's time is up, 0 for never. watched: the driver may end it for
    # what it prints, and is told that without delay. repeat: the how-manieth evaluation of its point it is. results: those that
    # the run names, the main one first. prepare: what is loaded and activated before the program, by its kind. variables: what
    # is set there, with the names of others. retry_on: texts that are looked for in what it prints.
    kind = "assign"
    trial: int
    attempt: int
    values: Mapping[str, Value]
    at: float = 0.0
    command: str
    number_format: str = NUMBER_FORMATS[0]
    cwd: str = "."
    time_limit: float = 0
    memory: float = 0
    accept_exit_code: bool = False
    continues: bool = False
    spent: float = 0
    warning: float = 0
    warning_signal: str = ""
    watched: bool = False
    repeat: int = 1
    results: tuple[str, ...] = ()
    prepare: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    retry_on: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[int, int]:
        """What no other assignment to the same agent has."""
        return self.trial, self.attempt


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Cancel(Filed):
    """end this trial, or everything, and leave"""

    kind = "cancel"
    trial: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class StopEarly(Filed):
    """end this attempt of a trial, which is not promising, and why; it becomes stopped-early"""

    # means: its RESULT lines are parts of the result, which is their mean.
    kind = "stop-early"
    trial: int
    attempt: int
    reason: str = ""
    means: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Quit(Filed):
    """finish, then leave"""

    # again: and have the scheduler start the job again, in which there is another agent then.
    kind = "quit"
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Ping(Filed):
    """the driver lives; the agent's place in the line of those that would follow it, where it has one"""

    # line: 0 for the next, where the driver rides in a worker's job.
    kind = "ping"
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Lead(Filed):
    """the driver leaves: start the next one, unless an agent before it in the line does"""

    kind = "lead"
    line: int


Order = Assign | Cancel | StopEarly | Quit | Ping | Lead
Received = Order | Unknown | Malformed
INBOX: Codec[Order] = Codec(
    (Assign, Cancel, StopEarly, Quit, Ping, Lead), sparse=("prepare", "variables", "retry_on")
)
