"""Handing out work: who gets a trial, when it is proposed, and whether there is still time for it."""

from __future__ import annotations

import math
import re
import time

from worker.driver.assignments import Assignments
from worker.driver.durations import Durations
from worker.driver.limits import Limits
from worker.driver.losses import FRUITFUL
from worker.driver.members import MOST_HELD, Member
from worker.driver.plan import Plan
from worker.driver.proposer import Proposer
from worker.driver.repeats import Repeats
from worker.driver.spending import Spending
from worker.driver.tasks import Task
from worker.spec import preparation
from worker.spec.early_stopping import OFF
from worker.spec.environment import Variables, runs_in
from worker.spec.placeholders import render
from worker.spec.shares import shares
from worker.store.inbox_messages import Assign
from worker.store.outbox_messages import Finished, Heard, Started
from worker.trial import BEFORE, Status

_LONGEST_TURN = 0.05  # seconds of proposing, after which others have their turn
_MARGIN = 20.0  # seconds that an agent must have left beyond the longest evaluation seen
_GAP, _REMOTE_GAP = 0.01, 0.5  # seconds that an agent is expected to wait between two evaluations


class Dispatcher:
    """Gives every agent that can take one a trial. `at` is seconds since 1970."""

    def __init__(
        self,
        plan: Plan,
        epoch: int,
        assignments: Assignments,
        limits: Limits,
        spending: Spending | None = None,
        repeats: Repeats | None = None,
    ) -> None:
        """spending: where the run has a budget. repeats: where it evaluates points several times."""
        self._plan = plan
        self._epoch = epoch
        self._assignments = assignments
        self._limits = limits
        self._pace = Durations(_REMOTE_GAP if plan.scheduler.remote else _GAP)
        self._spending = spending
        self._repeats = repeats if repeats and repeats.on else None
        self.closing = False  # whether nothing new is begun, and what is known is brought to its end
        self.confirming = False  # whether the best points are to be confirmed after that

    def learn(self, identity: str, message: Heard, at: float) -> None:
        """Take in what an agent says, before the assignments do."""
        if isinstance(message, Started | Finished) and message.trial == BEFORE:
            return  # which says nothing of how long evaluations take
        if isinstance(message, Started) and message.epoch == self._epoch:
            self._pace.began(identity, message.at, at)
        elif isinstance(message, Finished) and message.epoch == self._epoch and message.status is Status.OK:
            member = self._assignments.members.get(identity)
            idle = member is None or len(member.queue) <= 1
            seconds, end = message.outcome.seconds, message.outcome.end
            if seconds is not None and end is not None:
                self._pace.ended(identity, seconds, end, idle)

    def too_late(self, seconds: float) -> bool:
        """Whether an evaluation that begins now, with `seconds` used up, would not end before the runtime is over."""
        expected = FRUITFUL if self._plan.run.continues else self._pace.seconds or 0
        return seconds + expected >= self._limits.runtime

    def room(self) -> int:
        """How many more points may be proposed."""
        if self.closing:
            return 0
        if self._repeats:
            return self._limits.room(self._repeats.done, len(self._repeats.in_hand))
        return self._limits.room(self._assignments.done, len(self._assignments.open))

    @property
    def unconfirmed(self) -> bool:
        """Whether the best points are still to be confirmed."""
        return self._repeats is not None and self._repeats.unconfirmed

    @property
    def in_hand(self) -> bool:
        """Whether there is something that has not ended."""
        return bool(self._assignments.open or (self._repeats and self._repeats.in_hand))

    def agents(self, wanted: int, exhausted: bool) -> int:
        """How many agents have something to do, of those that are wanted. exhausted: whether there is no new point any more."""
        more = 0 if exhausted else self.room()
        if self._repeats:
            more = more * self._repeats.each + self._repeats.coming
        return int(min(wanted, len(self._assignments.open) + more + self._barred, self.pays))

    @property
    def _barred(self) -> int:
        """How many agents are on hosts that a trial is not to have again: others are needed for it."""
        avoided: set[str] = set()
        for task in self._assignments.open.values():
            avoided |= task.avoids
        return sum(member.host in avoided for member in self._assignments.members.values()) if avoided else 0

    def spent(self, at: float) -> bool:
        """Whether the jobs would soon have had more than the budget, so that all of them must end now; looks."""
        if self._spending is None:
            return False
        self._spending.look(self._pace.longest, at)
        return self._spending.spent

    @property
    def pays(self) -> float:
        """How many workers the budget pays for, those included that have something to do; infinite without one."""
        return math.inf if self._spending is None else self._assignments.busy + self._spending.workers

    def dispatch(self, proposer: Proposer, workers: int, at: float) -> None:
        """Give trials to all who can take one, those that are idle first.

        workers: how many are wanted; no more of them work at once, also while successors are there already.
        """
        if BEFORE in self._assignments.open or self._assignments.stuck:
            self._give_before(at)
            return
        if not self._assignments.takers(0) and self.room():
            proposer.catch_up()
        if self._repeats:
            self._repeats.propose(proposer, self._assignments, at)
            if self.confirming and not self.in_hand:
                self._repeats.confirm(proposer, self._assignments, at)
        until = time.monotonic() + _LONGEST_TURN
        # A single worker's trials depend on the seed alone, so each must be proposed when the last one has ended.
        alone = workers == 1 and proposer.learns
        free = workers - self._assignments.busy
        # What is to be warned in time begins when there is time for that.
        ahead = self._pace.ahead and not alone and not self._plan.run.continues
        quick = self._pace.quick
        for held in range(MOST_HELD if ahead else 1):
            for member in self._assignments.takers(held):
                if held and not self._pace.ends_soon(member.identity, quick, at):
                    continue
                if not self._fits(member, at):
                    self._assignments.quit(member)
                    continue
                if held == 0 and free <= 0:
                    continue
                if self._spending is not None and not self._spending.affords(member.identity):
                    continue
                if self._assignments.first_for(member) is None:
                    if not self.room() or not proposer.propose(self._assignments, at):
                        if self._assignments.waiting:
                            continue  # for another host
                        return
                    if self._repeats:
                        self._repeats.begun(self._assignments.waiting[-1])
                self._assignments.give(member, at)
                if self._spending is not None:
                    self._spending.begin(member.identity)
                free -= held == 0
                if time.monotonic() > until:
                    return

    def _give_before(self, at: float) -> None:
        """Give the command before the first evaluation to an agent, unless one has it."""
        for member in self._assignments.takers(0):
            affords = self._spending is None or self._spending.affords(member.identity)
            if self._assignments.first_for(member) == BEFORE and affords:
                self._assignments.give(member, at)

    def _fits(self, member: Member, at: float) -> bool:
        """Whether an agent has enough time left; a fresh one always has, since no other would have more."""
        if member.ends_at == math.inf or not member.had_trial:
            return True
        run = self._plan.run
        needed = FRUITFUL + run.warning if run.continues else self._pace.longest
        return at + needed + _MARGIN < member.ends_at


def make_assign(plan: Plan, epoch: int, task: Task, at: float) -> Assign:
    """An assignment with what the agent needs beside the values."""
    run = plan.run
    number, before = task.number, task.number == BEFORE
    command = (
        f"exec 2>&1\n{run.before}"
        if before
        else render(run.objective, task.values, plan.paths.places(number), run.number_format, run.parameters)
    )
    return Assign(
        epoch=epoch,
        trial=number,
        attempt=task.attempt,
        values=task.values,
        at=at,
        command=command,
        number_format=run.number_format,
        cwd=str(plan.cwd if before else runs_in(run.run_in, plan.cwd, plan.paths.trial_dir(number))),
        time_limit=0 if before else run.time_limit,
        memory=shares(run).memory_per_node,
        accept_exit_code=run.accept_exit_code and not before,
        continues=run.continues and not before,
        spent=task.spent,
        warning=run.warning if run.continues and not before else 0,
        warning_signal=run.warning_signal if run.continues and not before else "",
        watched=run.early_stopping != OFF and task.repeat == 1 and not before,
        repeat=task.repeat,
        results=tuple(name for name, _ in run.results),
        prepare=preparation.needs(run, plan.cwd),
        variables=dict(_without_trial(run.variables) if before else run.variables),
        retry_on=run.retry_on,
    )


def _without_trial(variables: Variables) -> Variables:
    """Those that need nothing which only evaluations have."""
    return tuple(pair for pair in variables if not re.search("OMNIOPT_(TRIAL|PARAM_)", pair[1]))
