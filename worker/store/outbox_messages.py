"""What an agent tells any driver in its outbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from worker.spec.parameters import Value
from worker.store.messages import Codec, Malformed, Message, Unknown
from worker.trial import Outcome, Status


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Hello(Message):
    """an agent appeared, or has turned to a newer driver: host, pid, job and what that has, when its time is up, CPUs, GPUs"""

    # cpus and gpu_count: of the machine, as far as they are free for the agent. job_start and the like: of the whole job.
    # ends_at: by the agent's own clock, which may be wrong, for people; time_left: seconds, what drivers go by.
    kind = "hello"
    agent: str = ""
    epoch: int = 0
    host: str = ""
    pid: int | None = None
    pid_start: str = ""
    job: str = ""
    version: str = ""
    ends_at: float | None = None
    time_left: float | None = None
    gpus: str = ""
    cpus: int | None = None
    gpu_count: int | None = None
    job_start: float | None = None
    job_nodes: int | None = None
    job_cpus: int | None = None
    job_gpus: int | None = None
    at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Started(Message):
    """it runs this trial"""

    kind = "started"
    trial: int
    attempt: int
    epoch: int = 0
    pid: int | None = None
    at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class NewValue(Message):
    """the newest RESULT while the program still runs, how many there were, those since the last word, smallest and largest of all"""

    # step: 0 where an agent of an earlier version does not say it. earlier: the ones before `value`, oldest first; of a flood, the last
    # of them.
    kind = "value"
    trial: int
    attempt: int
    value: float
    step: int = 0
    earlier: tuple[float, ...] = ()
    least: float | None = None
    most: float | None = None
    at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Finished(Message):
    """as in the journal, with the values, so that a wrong pair is noticed; which text it printed that asks for a repetition"""

    kind = "finished"
    trial: int
    attempt: int
    agent: str = ""
    epoch: int = 0
    values: Mapping[str, Value]
    host: str = ""
    gpus: str = ""
    status: Status
    outcome: Outcome
    retry: str = ""
    at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Retracted(Message):
    """the newest `finished` was the work of the signal that ends the agent, and does not count"""

    # willed: somebody has ended its job; the trial is not to blame.
    kind = "retracted"
    trial: int
    attempt: int
    epoch: int = 0
    reason: str = ""
    willed: bool = False
    at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Refused(Message):
    """it did not run this trial, or not to its end, and why; seconds that it has taken so far, where it continues"""

    # willed: somebody has ended its job, or the trial continues elsewhere; it is not to blame.
    kind = "refused"
    trial: int
    attempt: int
    epoch: int = 0
    reason: str = ""
    willed: bool = False
    spent: float | None = None
    at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class GpuBroken(Message):
    """a program's own words show that a GPU of its host is broken; it leaves"""

    kind = "gpu-broken"
    host: str = ""
    reason: str = ""
    at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Bye(Message):
    """it leaves, and why"""

    # willed: its job was told to end; the scheduler may start it again. again: it asks for that itself.
    kind = "bye"
    reason: str = ""
    willed: bool = False
    again: bool = False
    at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class ProcessEnded(Message):
    """its process has ended without a bye; written by whoever has cleaned up after it"""

    kind = "ended"
    exit_code: int = 0
    host: str = ""
    at: float = 0.0


Said = Hello | Started | NewValue | Finished | Retracted | Refused | GpuBroken | Bye | ProcessEnded
Heard = Said | Unknown | Malformed
OUTBOX: Codec[Said] = Codec(
    (Hello, Started, NewValue, Finished, Retracted, Refused, GpuBroken, Bye, ProcessEnded),
    sparse=("raw_loss", "spent", "retry"),
)
