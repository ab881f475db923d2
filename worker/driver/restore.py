"""What a driver takes over from the drivers before it: the state of the journals and what the limits need of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from worker.driver.assignments import Assignments
from worker.driver.tasks import Attempt
from worker.progress.tally import Over, Tally
from worker.store.journal import epochs, newest
from worker.store.journal_reading import read_journal
from worker.store.journal_records import (
    Agent,
    Assigned,
    Driver,
    Ended,
    Finished,
    Lost,
    Read,
    Requeued,
    Retracted,
    Retried,
    Runtime,
    Started,
    StopEarly,
    Stopping,
)
from worker.store.messages import Malformed, Unknown
from worker.store.paths import RunPaths
from worker.store.replay import Replayer, uncollected
from worker.store.requests import REQUESTS, Retry
from worker.store.tail import read_records

_LONG_DRIVE = 300.0  # seconds
_OF_AGENTS = (Agent, Started, Finished)  # their times are of other machines, whose clocks may differ
_REQUESTS = {Over.STOPPED.value: "stop", Over.CANCELLED.value: "cancel"}


@dataclass
class Restored:
    """The state when a driver begins.

    strikes: number of an open trial -> how far its workers have vanished (see `worker.driver.assignments`).
    voided: number of a trial -> up to which attempt its outcomes do not count, since it was to be made again.
    retracted: attempts whose outcomes were taken back. attempts: number of a trial -> how often it was given out, if more
    than once. spent: number of an open trial -> seconds that it has taken so far, where it continues. former: number of an open or
    lost trial -> the agent that it was taken from last. avoids: number of an open trial -> hosts that are not to have it again. stops: number of a trial -> the last decision to end it early. failures and first: where the counts for the limits begin, since the run was taken up again after it had
    ended. seconds: how much of its runtime is used up since then. in_vain: agents under the last drivers, none of which lived
    long or saw an evaluation end.
    """

    replayer: Replayer = field(default_factory=Replayer)
    tally: Tally = field(default_factory=Tally)
    strikes: dict[int, int] = field(default_factory=dict)
    voided: dict[int, int] = field(default_factory=dict)
    retracted: set[Attempt] = field(default_factory=set)
    attempts: dict[int, int] = field(default_factory=dict)
    spent: dict[int, float] = field(default_factory=dict)
    former: dict[int, str] = field(default_factory=dict)
    avoids: dict[int, frozenset[str]] = field(default_factory=dict)
    stops: dict[int, StopEarly] = field(default_factory=dict)
    failures: int = 0
    first: int = 1
    seconds: float = 0.0
    in_vain: set[str] = field(default_factory=set)

    def hand_over(self, assignments: Assignments, before: bool = False) -> None:
        """Let the assignments of a driver begin with what earlier ones have left. before: whether there is a command before the first evaluation."""
        state = self.replayer.state
        assignments.restore(
            [*state.trials.values(), *([state.before] if before and state.before else [])],
            self.strikes,
            self.voided,
            self.retracted,
            self.attempts,
            self.spent,
            self.former,
            self.avoids,
        )

    @property
    def next_number(self) -> int:
        """The number of the next new trial."""
        return max(self.replayer.state.trials, default=0) + 1


def open_request(paths: RunPaths, since: int) -> str:
    """What a person has asked of the newest driver that it could not bring to an end: "stop", "cancel" or "" for nothing.

    since: an epoch; what was asked of its driver or an earlier one does not count.
    """
    epoch, request = newest(paths), ""
    if epoch > since:
        for record in read_journal(paths, epoch):
            if isinstance(record, Stopping):
                request = _REQUESTS.get(record.reason, request)
            elif isinstance(record, Ended):
                request = ""
    return request


def unanswered_retries(paths: RunPaths) -> tuple[int, ...]:
    """The trials that a person wants to have evaluated again, and has said so after the last word of the newest driver."""
    epoch, last = newest(paths), 0.0
    for record in read_journal(paths, epoch) if epoch else ():
        if not isinstance(record, _OF_AGENTS):
            last = max(last, getattr(record, "at", 0.0))
    numbers: dict[int, None] = {}
    for request in read_records(paths.commands, REQUESTS.decode):
        if isinstance(request, Retry) and request.at > last:
            numbers.update(dict.fromkeys(request.value))
    return tuple(numbers)


def restore(
    paths: RunPaths, before: int, rank: Callable[[float], float] = float, repeats: int = 1
) -> Restored:
    """Read the journals of all epochs lower than `before`; rank, repeats: see `Tally`. Raises OSError where one cannot be read."""
    restored = Restored(tally=Tally(rank=rank, repeats=repeats))
    with uncollected():
        for epoch in epochs(paths):
            if epoch < before:
                _read(restored, read_journal(paths, epoch))
    return restored


def _read(restored: Restored, records: Iterable[Read | None]) -> None:
    began = latest = first = 0.0
    progress, agents = False, set()
    for record in records:
        if record is None:
            restored.replayer.feed_all([None])
            continue
        trial = restored.replayer.feed(record)
        if trial is not None:
            restored.tally.note(trial)
            if trial.imported:
                restored.first = restored.next_number
        if isinstance(record, (Unknown, Malformed)):
            continue
        if not isinstance(record, _OF_AGENTS):
            first, latest = first or record.at, max(latest, record.at)
        progress = progress or isinstance(record, (Finished, Lost, Ended))
        if isinstance(record, Agent):
            agents.add(record.agent)
        if isinstance(record, Driver):
            began = record.at  # where it says nothing of the runtime, all of its time counts
        elif isinstance(record, Runtime):
            restored.seconds, began = record.seconds, record.at if record.counts else 0.0
        elif isinstance(record, Assigned):
            if record.attempt > 1:
                restored.attempts[record.trial] = max(record.attempt, restored.attempts.get(record.trial, 0))
        elif isinstance(record, StopEarly):
            restored.stops[record.trial] = record
        elif isinstance(record, Lost):
            restored.former[record.trial] = record.agent
        elif isinstance(record, (Requeued, Retracted)):
            if record.strikes is not None:
                restored.strikes[record.trial] = record.strikes
            if record.spent is not None:
                restored.spent[record.trial] = record.spent
            if isinstance(record, Requeued):
                restored.former[record.trial] = record.agent
                if record.avoids:
                    restored.avoids[record.trial] = restored.avoids.get(record.trial, frozenset()) | {
                        record.avoids
                    }
            else:
                restored.retracted.add((record.trial, record.attempt, record.agent))
        elif isinstance(record, Retried):
            restored.former.pop(record.trial, None)
            restored.voided[record.trial] = record.attempt
            restored.avoids.pop(record.trial, None)
            restored.spent.pop(record.trial, None)
        elif isinstance(record, Ended):
            restored.failures, restored.first = restored.tally.failures, restored.next_number
            restored.seconds, began = 0.0, latest
            restored.tally.since_best = 0
    if began:
        restored.seconds += latest - began
    restored.in_vain = set() if progress or latest - first > _LONG_DRIVE else restored.in_vain | agents
