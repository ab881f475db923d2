"""The state of a run, rebuilt from its journal: the one place that knows what each record means."""

from __future__ import annotations

import gc
import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

from worker.spec.budget import Budget, Hours
from worker.store.allocations import Allocations, had
from worker.store.journal import epochs
from worker.store.journal_reading import read_journal
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
    OfRun,
    OfTrial,
    Proposed,
    Read,
    Requeued,
    Retracted,
    Retried,
    Runtime,
    Started,
    StopEarly,
    Workers,
)
from worker.store.messages import Malformed, Unknown
from worker.store.passing_steps import PassingSteps
from worker.store.paths import RunPaths
from worker.store.trial_progress import Progress
from worker.trial import BEFORE, Trial

_ABOUT_TRIALS = (
    *(Assigned, Started, Finished, Requeued, Retracted, Lost, Cancelled, Retried, StopEarly),
    NotRepeated,
)


class Ending(NamedTuple):
    """How a run ended: a sentence, the exit code of its driver, when, and why in a word ("" where nobody wrote that)."""

    reason: str
    exit_code: int
    at: float
    over: str = ""


@dataclass
class Replayed:
    """What the journal says.

    trials: by number, in the order of their numbers' first proposal. before: the command before the first evaluation, once a driver
    has taken it up. epoch: the newest driver. drivers: their
    own records, oldest first. ended: None while the run may go on. left: the newest driver that has left an unfinished run. agents: identity -> last known record of it.
    seed: of the search, None before the first driver. wanted: workers asked for, None where nobody asked.
    runtime: what the newest driver has written down of it last, None where it has not. allocations: what jobs have had.
    hooks: event -> the newest command that was started for it. imports: what was taken over from elsewhere.
    torn: damaged lines. strays: records of trials that nobody proposed. ignored: outcomes that came too late or
    belong to other values of the same trial (a superseded driver's last words).
    """

    trials: dict[int, Trial] = field(default_factory=dict)
    before: Trial | None = None
    epoch: int = 0
    drivers: list[Driver] = field(default_factory=list)
    ended: Ending | None = None
    left: int = 0
    agents: dict[str, Agent] = field(default_factory=dict)
    seed: int | None = None
    wanted: int | None = None
    runtime: Runtime | None = None
    allocations: Allocations = field(default_factory=Allocations)
    hooks: dict[str, Hook] = field(default_factory=dict)
    imports: list[Imported] = field(default_factory=list)
    torn: int = 0
    strays: int = 0
    ignored: int = 0

    @property
    def driven_since(self) -> float:
        """When the newest driver began, in seconds since 1970; 0 before the first."""
        return self.drivers[-1].at if self.drivers else 0.0

    def hours(self, until: float) -> Hours:
        """What the run's jobs have had, those that go on until that time; workers that are in none share a machine."""
        if self.allocations.of_jobs:
            return self.allocations.hours(until)
        cpus = max((agent.cpus or 0 for agent in self.agents.values()), default=0)
        gpus = max((agent.gpu_count or 0 for agent in self.agents.values()), default=0)
        return self.allocations.hours(until, Hours(1, cpus or math.inf, gpus))

    def budget_ends(self, budget: Budget, at: float) -> float | None:
        """When jobs like those at the time `at` have used up a budget; None while there are none."""
        hourly = sum(budget.of(had(stretch)) for stretch in self.allocations.open.values())
        left = budget.amount - budget.of(self.hours(at))
        return at + 3600 * left / hourly if hourly else None

    def runtime_ends(self, runtime: float) -> float | None:
        """When a runtime of so many seconds is over, in seconds since 1970; None while it does not count."""
        clock = self.runtime
        return clock.at + runtime - clock.seconds if clock and clock.counts else None


def load(paths: RunPaths) -> Replayed:
    """The state of the run in `paths`; an empty one where it has no journal. Raises OSError if a file is unreadable."""
    replayer, steps = Replayer(), PassingSteps()
    with uncollected():
        for epoch in epochs(paths):
            replayer.feed_all(steps.others(paths, epoch))
            replayer.begun(epoch)
        for trial in steps.trials:
            if not replayer.settled(trial):
                replayer.feed_all(steps.of(trial))
    return replayer.state


def as_proposed(paths: RunPaths, trial: Trial) -> Replayed:
    """The state of the run just before `trial` was proposed. Raises OSError if a file is unreadable."""
    replayer = Replayer()
    with uncollected():
        for epoch in epochs(paths):
            for record in read_journal(paths, epoch):
                if isinstance(record, Proposed) and (record.trial, record.values) == (
                    trial.number,
                    trial.values,
                ):
                    return replayer.state
                replayer.feed_all([record])
    return replayer.state


@contextmanager
def uncollected() -> Iterator[None]:
    """Without looking for garbage meanwhile: of a hundred thousand trials almost everything stays, and nothing is a circle."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _if_trial(changed: Trial | None) -> Trial | None:
    """What has changed, unless that is the command before the first evaluation."""
    return None if changed is not None and changed.number == BEFORE else changed


class Replayer:
    """Takes in records one at a time; driver, follow and `load` all make their state with it.

    Any order and any repetition of the same records lead to the same state of every ended trial.
    """

    def __init__(self) -> None:
        self.state = Replayed()
        self._progress: dict[int, Progress] = {}
        self._strays: dict[int, list[OfTrial]] = {}
        self._ended_in = 0

    def begun(self, epoch: int) -> None:
        """Take in that the driver of `epoch` has begun, whether it has said a word yet or not: the run goes on again."""
        self.state.epoch = max(self.state.epoch, epoch)
        if epoch > self._ended_in:
            self.state.ended = None

    def feed_all(self, records: Iterable[Read | None]) -> None:
        """Take in several records; None stands for a torn line."""
        for record in records:
            if record is None:
                self.state.torn += 1
            else:
                self.feed(record)

    def feed(self, record: Read) -> Trial | None:
        """Take in one record of a journal; returns the trial that it changed, if any.

        A record without what its kind needs is counted as torn; unknown kinds are left to later versions.
        """
        if isinstance(record, Proposed):
            return _if_trial(self._proposed(record))
        if isinstance(record, _ABOUT_TRIALS):
            return _if_trial(self._about_trial(record))
        if isinstance(record, Malformed):
            self.state.torn += 1
        elif not isinstance(record, Unknown):
            self._about_run(record)
        return None

    def settled(self, trial: int) -> bool:
        """Whether an agent has said how the trial ended, and nobody has taken that back."""
        progress = self._progress.get(trial)
        return progress is not None and progress.settled

    def _about_run(self, record: OfRun) -> None:
        state, epoch = self.state, record.epoch
        newest = epoch >= state.epoch
        state.epoch = max(state.epoch, epoch)
        if isinstance(record, Driver) and record not in state.drivers:
            state.drivers = sorted([*state.drivers, record], key=lambda driver: driver.epoch)
            state.seed = state.drivers[0].seed
            state.runtime = None if newest else state.runtime
            self.begun(epoch)
        elif isinstance(record, Agent):
            state.agents[record.agent] = record
        elif isinstance(record, Leaving):
            state.left = max(state.left, epoch)
        elif isinstance(record, Allocated):
            state.allocations.take(record)
        elif isinstance(record, Hook):
            state.hooks[record.event] = record
        elif isinstance(record, Imported):
            if record not in state.imports:
                state.imports = sorted([*state.imports, record], key=lambda one: (one.epoch, one.source))
        elif isinstance(record, Workers) and newest:
            state.wanted = record.wanted
        elif isinstance(record, Runtime) and newest:
            state.runtime = record
        elif isinstance(record, Ended) and newest:
            state.ended = Ending(record.reason, record.exit_code, record.at, record.over)
            self._ended_in = epoch

    def _proposed(self, record: Proposed) -> Trial | None:
        number, epoch = record.trial, record.epoch
        point, repeat = record.point or 0, record.repeat or 1
        progress = self._progress.get(number)
        if progress is not None:
            known = progress.trial
            if (known.values, known.point, known.repeat) == (record.values, point, repeat):
                progress.epoch = min(progress.epoch, epoch)
                return None
            # Two drivers at once gave the number to different values: the later one did not know of the other.
            self.state.ignored += 1
            if epoch <= progress.epoch:
                return None
        trial = Trial(number, record.values, point=point, repeat=repeat)
        if number == BEFORE:
            self.state.before = trial
        else:
            self.state.trials[number] = trial
        self._progress[number] = Progress(epoch, trial)
        strays = self._strays.pop(number, [])
        self.state.strays -= len(strays)
        for stray in strays:
            self.feed(stray)
        return trial

    def _about_trial(self, record: OfTrial) -> Trial | None:
        progress = self._progress.get(record.trial)
        if progress is None:
            self._strays.setdefault(record.trial, []).append(record)
            self.state.strays += 1
            return None
        if record.epoch < progress.epoch:
            self.state.ignored += 1
            return None
        ignored = progress.ignored
        changed = progress.take(record)
        self.state.ignored += progress.ignored - ignored
        return progress.trial if changed else None
