"""A trial: one set of parameter values, its evaluation, and everything known about how that went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from worker.spec.parameters import Value

MOST_OUTPUTS = 200  # of one evaluation that are kept
IMPORTED = "import"  # in place of an agent: the evaluation was made elsewhere, before


BEFORE = 0  # the number of what is no evaluation: the command that is run once before the first one


class Status(str, Enum):
    """Where a trial stands. The value is the word that files, tables and people see."""

    PROPOSED = "proposed"  # chosen by the search, not yet given to an agent
    ASSIGNED = "assigned"  # written into an agent's inbox
    RUNNING = "running"  # an agent said that it started
    OK = "ok"
    NO_RESULT = "no-result"  # the program ended without a RESULT line that can be read
    NOT_FINITE = "not-finite"  # the result was nan, inf or -inf: never best
    UNDERFLOW = (
        "underflow"  # the result was too close to 0 for a computer's numbers, such as 1e-400: never best
    )
    INFEASIBLE = (
        "infeasible"  # the program said that such values make no sense: never best, and nobody's failure
    )
    FAILED = "failed"  # exit code other than 0, or ended by a signal
    TIMEOUT = "timeout"  # over the time limit of one evaluation
    OUT_OF_MEMORY = "out-of-memory"
    STOPPED_EARLY = "stopped-early"  # it was not promising
    CANCELLED = "cancelled"  # by the user
    LOST = "lost"  # its agents vanished, or gave it back while it ran, too often

    @property
    def ended(self) -> bool:
        """Whether nothing more will be learned about the trial."""
        return self not in (Status.PROPOSED, Status.ASSIGNED, Status.RUNNING)

    @property
    def done(self) -> bool:
        """Whether the trial is one of the evaluations that a run is to make: it has a result, or none could be worth having."""
        return self in (Status.OK, Status.INFEASIBLE, Status.STOPPED_EARLY)

    @property
    def informs(self) -> bool:
        """Whether the search learns from the trial's loss, where it has one."""
        return self in (Status.OK, Status.STOPPED_EARLY)

    @property
    def failure(self) -> bool:
        """Whether the trial ended without a result that counts (cancelled ones are nobody's failure)."""
        return self.ended and not self.done and self is not Status.CANCELLED


@dataclass(slots=True, kw_only=True)
class Outcome:
    """How an evaluation went, as far as that is known. Nobody changes one; a trial has the same fields, and does change.

    loss: the last RESULT, kept even where the status is not ok. outputs: other `name: number` columns, RESULT1..n
    included. curve: (seconds since the start, value) of every RESULT line, the last 10,000. Times are seconds since
    the epoch (UTC), memory is MB. reason: one sentence for people on what went wrong, "" where nothing did.
    """

    loss: float | None = None
    raw_loss: str = ""  # "nan", "inf" or "-inf" where the last RESULT was one; loss is None then
    outputs: Mapping[str, float] = field(default_factory=dict)
    curve: tuple[tuple[float, float], ...] = ()
    exit_code: int | None = None
    signal: int | None = None
    seconds: float | None = None
    start: float | None = None
    end: float | None = None
    peak_memory: float | None = None
    reason: str = ""

    def become(self, other: Outcome) -> None:
        """Take over everything that another one says."""
        # One by one, as this is done a hundred thousand times; a test sees that none is left out.
        self.loss, self.raw_loss, self.reason = other.loss, other.raw_loss, other.reason
        self.outputs, self.curve = other.outputs, other.curve
        self.exit_code, self.signal = other.exit_code, other.signal
        self.seconds, self.start, self.end = other.seconds, other.start, other.end
        self.peak_memory = other.peak_memory

    def outcome(self) -> Outcome:
        """The same, and nothing else."""
        same = Outcome()
        same.become(self)
        return same


@dataclass(slots=True)
class Trial(Outcome):
    """One trial as replayed from the journal. values: parameter name -> value, in the order of the run's parameters."""

    number: int
    values: Mapping[str, Value]
    status: Status = Status.PROPOSED
    host: str = ""
    agent: str = ""
    attempt: int = 0  # how often it has been given to an agent
    gpus: str = ""  # CUDA_VISIBLE_DEVICES of the evaluation
    point: int = 0  # number of the first evaluation of these values, where this is not that one
    repeat: int = 1  # the how-manieth evaluation of its point it is
    alone: str = ""  # why its point is not evaluated again

    @property
    def first(self) -> int:
        """The number of the first evaluation of its point, which is that of the point."""
        return self.point or self.number

    @property
    def imported(self) -> bool:
        """Whether the evaluation was made elsewhere: the search knows it, but the run did not make it."""
        return self.agent == IMPORTED
