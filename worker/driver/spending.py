"""Keeps a run within its budget: what its jobs have had, what ending the running evaluations still takes, and what is left."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from worker.driver.allocation import Allocation
from worker.driver.assignments import Assignments
from worker.driver.members import Member
from worker.driver.plan import Plan
from worker.spec.budget import Budget, Hours, budget_of
from worker.store.allocations import had
from worker.trial import Status, Trial

_LOOK_EVERY = 0.5  # seconds
_SEEN = 50  # evaluations whose durations tell how long the next may take
_SPARE = 0.7  # of the time for leaving; what is planned with more than it usually takes
_HOUR = 3600.0


class Times(NamedTuple):
    """Seconds that a worker costs beside its evaluations.

    start_up: from its start to that of its first evaluation. leaving: from the end of its last evaluation to its own.
    ending: the same where the evaluation has to be ended.
    """

    start_up: float
    leaving: float
    ending: float


OF_JOBS, OF_PROCESSES = Times(15.0, 5.0, 15.0), Times(1.0, 0.2, 6.0)


class Spending:
    """The part of a budget in one driver's decisions. `at` is seconds since 1970; all amounts are hours of what it counts."""

    def __init__(
        self,
        budget: Budget,
        time_limit: float,
        allocation: Allocation,
        assignments: Assignments,
        trials: Mapping[int, Trial],
        at: float,
        times: Times = OF_JOBS,
    ) -> None:
        """time_limit: seconds of an evaluation, 0 for none. trials: all of them as they stand."""
        self._budget = budget
        self._time_limit = time_limit
        self._allocation, self._assignments, self._trials = allocation, assignments, trials
        self._times = times
        self._looked = -math.inf
        self._left = 0.0
        self._spent = False
        self._longest = _longest_of(trials.values())
        self.look(0.0, at)

    @classmethod
    def of(
        cls,
        plan: Plan,
        allocation: Allocation,
        assignments: Assignments,
        trials: Mapping[int, Trial],
        at: float,
    ) -> Spending | None:
        """That of the run of `plan`, None where it has no budget."""
        budget, time_limit = budget_of(plan.run.budget), plan.run.time_limit
        if budget is None:
            return None
        times = OF_JOBS if plan.scheduler.remote else OF_PROCESSES
        return cls(budget, time_limit, allocation, assignments, trials, at, times)

    def look(self, longest: float, at: float) -> None:
        """See how things stand, now and then. longest: the duration of the longest of the recent evaluations, 0 for none."""
        if 0 <= at - self._looked < _LOOK_EVERY:
            return
        self._looked = at
        self._longest = longest or self._longest
        left = self._budget.amount - self._budget.of(self._allocation.hours(at))
        reserved = rate = longest_rest = own_rate = 0.0
        for name, stretch in self._allocation.open.items():
            each = self._budget.of(had(stretch))
            rate += each
            member = self._assignments.members.get(name)
            rest = self._rest(member, at) if member else 0.0
            longest_rest = max(longest_rest, rest)
            if name == self._allocation.own:
                own_rate = each
            else:
                reserved += each * (rest + self._times.leaving)
        # The driver stays until all others have left.
        reserved += own_rate * (longest_rest + self._times.leaving)
        self._left = left - reserved / _HOUR  # once the running evaluations have ended
        # Those that will have ended in time may do so, also where they have begun a little later than was thought.
        spare = rate * _SPARE * self._times.leaving / _HOUR
        self._spent = self._left + spare < 0 and left <= rate * self._times.ending / _HOUR

    @property
    def spent(self) -> bool:
        """Whether everything must end now, or the jobs would have more than the budget."""
        return self._spent

    def affords(self, identity: str) -> bool:
        """Whether another evaluation by this agent would end within the budget."""
        return self._left >= self._price(identity)

    def begin(self, identity: str) -> None:
        """Another evaluation was given to this agent."""
        self._left -= self._price(identity)

    @property
    def workers(self) -> float:
        """How many more workers than those that have something to do the budget pays for."""
        each = self._budget.of(self._allocation.each)
        price = each * (self._expected + self._times.start_up + self._times.leaving) / _HOUR
        return math.inf if price == 0 else max(0, math.floor(self._left / price))

    @property
    def _expected(self) -> float:
        """Seconds that an evaluation may take, as far as that is known."""
        return min(self._longest, self._time_limit) if self._time_limit else self._longest

    def _price(self, identity: str) -> float:
        stretch = self._allocation.open.get(identity)
        has: Hours = had(stretch) if stretch else self._allocation.each
        return self._budget.of(has) * self._expected / _HOUR

    def _rest(self, member: Member, at: float) -> float:
        """Seconds until an agent has ended all that it holds."""
        rest = 0.0
        for number in member.queue:
            trial = self._trials.get(number)
            running = trial is not None and trial.status is Status.RUNNING and trial.start is not None
            ran = at - trial.start if running and trial and trial.start else 0.0
            # One that has taken longer than any before is expected to take as much longer again.
            rest += abs(self._expected - ran)
        return rest


def _longest_of(trials: Iterable[Trial]) -> float:
    """The longest of the evaluations that ended last, 0 for none."""
    ended = sorted(
        (trial.end or 0.0, trial.seconds) for trial in trials if trial.status is Status.OK and trial.seconds
    )
    return max((seconds for _, seconds in ended[-_SEEN:]), default=0.0)
