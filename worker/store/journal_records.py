"""What a driver writes down in the journal of its epoch: the truth about the trials."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from worker.spec.parameters import Value
from worker.store.messages import OWN_FORMS, Codec, Filed, Malformed, Message, Unknown
from worker.trial import Outcome, Status


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Driver(Message):
    """who drives: epoch, host, pid, version, seed, terms (resources and limits)"""

    # where: the name of the scheduler. cwd: the folder that the run was started in. job: the scheduler's, that the
    # driver is in.
    kind = "driver"
    epoch: int
    host: str = ""
    pid: int = 0
    pid_start: str = ""
    at: float = 0.0
    version: str = ""
    seed: int
    where: str = ""
    cwd: str = ""
    job: str = ""
    terms: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Proposed(Filed):
    """trial and its values; where these are evaluated again, the trial that had them first, and the how-manieth time it is"""

    kind = "proposed"
    trial: int
    values: Mapping[str, Value]
    point: int | None = None
    repeat: int | None = None
    at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Assigned(Filed):
    """given to an agent; attempt counts from 1"""

    kind = "assigned"
    trial: int
    attempt: int
    agent: str
    at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Started(Filed):
    """the agent said that it runs, and where"""

    kind = "started"
    trial: int
    attempt: int
    agent: str
    host: str = ""
    at: float


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Finished(Filed):
    """status, loss, outputs, curve, exit code, signal, times, host, peak memory, reason, GPUs"""

    # values: those that it was evaluated with, where somebody has written them down here, too.
    kind = "finished"
    trial: int
    attempt: int
    agent: str = ""
    host: str = ""
    gpus: str = ""
    values: Mapping[str, Value] | None = None
    status: Status
    outcome: Outcome
    at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Requeued(Filed):
    """given out again, since its agent vanished or gave it back, or it failed on a host and asks for another; seconds that it has taken, where it continues"""

    # strikes: how far its agents have vanished so far, see worker.driver.losses. spent: seconds that it has taken so far,
    # where it continues. avoids: a host on which it is not to be tried again.
    kind = "requeued"
    trial: int
    attempt: int
    agent: str = ""
    reason: str = ""
    strikes: int | None = None
    spent: float | None = None
    avoids: str = ""
    at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Retracted(Filed):
    """what `finished` said of this attempt does not count: it was interrupted; the trial is given out again"""

    kind = "retracted"
    trial: int
    attempt: int
    agent: str
    reason: str = ""
    strikes: int | None = None
    spent: float | None = None
    at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Lost(Filed):
    """its agents vanished, or gave it back while it ran, too often"""

    kind = "lost"
    trial: int
    attempt: int = 0
    agent: str = ""
    reason: str = ""
    strikes: int | None = None
    at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Cancelled(Filed):
    """by the user"""

    kind = "cancelled"
    trial: int
    attempt: int = 0
    agent: str = ""
    reason: str = ""
    at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class StopEarly(Filed):
    """its agent is told to end it, since it is not promising, and why; how it then ended is said by `finished`"""

    kind = "stop-early"
    trial: int
    attempt: int
    agent: str
    reason: str = ""
    at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class NotRepeated(Filed):
    """after this attempt its point is not evaluated again, and why"""

    kind = "not-repeated"
    trial: int
    attempt: int
    reason: str = ""
    at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Agent(Filed):
    """an agent appeared: host, pid, job, and what CPUs and GPUs it has"""

    kind = "agent"
    agent: str
    host: str = ""
    pid: int | None = None
    pid_start: str = ""
    job: str = ""
    gpus: str = ""
    cpus: int | None = None
    gpu_count: int | None = None
    ends_at: float | None = None
    version: str = ""
    at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Workers(Filed):
    """how many are wanted from now on"""

    kind = "workers"
    wanted: int
    at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Runtime(Filed):
    """whether the runtime counts from now on, since a worker has begun or none is left; seconds that are used up"""

    kind = "runtime"
    counts: bool
    seconds: float
    at: float


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Allocated(Filed):
    """what a job of the run has, and from when to when it has it; the last one of a job counts"""

    # job: the scheduler's number, "" where processes are in none. agent: that of a worker's job, "" for a driver's own.
    kind = "allocated"
    job: str = ""
    agent: str = ""
    nodes: int
    cpus: int
    gpus: int
    start: float
    end: float | None = None
    at: float


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Hook(Filed):
    """the command that the config has for an event is started, and for which trial, if for one"""

    kind = "hook"
    event: str
    trial: int | None = None
    at: float


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Retried(Filed):
    """evaluated again because a person asked for it"""

    kind = "retried"
    trial: int
    attempt: int
    at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Imported(Filed):
    """evaluations that were made elsewhere stand above: where they come from, how many, how many others were left out, and mostly why"""

    kind = "imported"
    source: str
    taken: int
    left_out: int
    reason: str = ""
    at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Stopping(Filed):
    """no new trials are started, and why"""

    kind = "stopping"
    reason: str = ""
    at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Leaving(Filed):
    """the driver left, the run is not over"""

    kind = "leaving"
    reason: str = ""
    over: str = ""
    at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Ended(Filed):
    """the run is over: reason, exit code"""

    # over: why, in a word that programs know.
    kind = "ended"
    exit_code: int
    reason: str
    over: str = ""
    at: float


OfTrial = (
    Proposed
    | Assigned
    | Started
    | Finished
    | Requeued
    | Retracted
    | Lost
    | Cancelled
    | Retried
    | StopEarly
    | NotRepeated
)
OfRun = Driver | Agent | Workers | Runtime | Allocated | Hook | Imported | Stopping | Leaving | Ended
Record = OfTrial | OfRun
Read = Record | Unknown | Malformed
JOURNAL: Codec[Record] = Codec(
    (
        *(Driver, Proposed, Assigned, Started, Finished, Requeued, Retracted, Lost, Cancelled),
        *(Agent, Workers, Runtime, Allocated, Hook, Retried, StopEarly, NotRepeated),
        *(Imported, Stopping, Leaving, Ended),
    ),
    sparse=("point", "repeat", "raw_loss", "strikes", "over", "values", "spent", "avoids"),
    forms=OWN_FORMS,
)
