"""Keeps count of what the run's jobs have, from the start of each to its end, so that the journal says it."""

from __future__ import annotations

import math
import os
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import replace

from worker import processes
from worker.driver.plan import Plan
from worker.launch import registry
from worker.launch.launcher import AgentReport, AgentState
from worker.spec.budget import Hours
from worker.spec.shares import shares
from worker.store.allocations import had
from worker.store.journal_records import Allocated
from worker.store.outbox_messages import Bye, Heard, Hello, ProcessEnded
from worker.store.replay import Replayed

_LOOK_EVERY = 1.0  # seconds
_SIGN_EVERY = 600.0  # seconds; so much of a driver's own job is unknown at most, where it ends without a word
_DRIFT = 1.5  # seconds by which two tellings of the same start may differ


class Allocation:
    """That of one driver. `at` is seconds since 1970, `now` of a monotonic clock.

    A worker's job begins when Slurm says so, or else when its agent has said hello, and ends with the agent's last word. The
    job that the driver itself is in ends with the driver, also where it is that of a worker which has left. Of what agents say,
    only durations count: their clocks may be wrong.
    """

    def __init__(self, plan: Plan, epoch: int, state: Replayed, at: float) -> None:
        """state: what the journals say; it is kept up to date by whoever writes them."""
        self._epoch = epoch
        self._state, self._known = state, state.allocations
        self._ends_at = {name: agent.ends_at or math.inf for name, agent in state.agents.items()}
        self._behind: dict[
            str, float
        ] = {}  # seconds that the clocks of agents are behind that of this driver
        self._rides_with = plan.rides_with
        share = shares(plan.run)
        self._asked_for = Hours(share.nodes, plan.run.cpus * plan.run.tasks, share.all_gpus)
        self._remote = plan.scheduler.remote
        self._open: dict[str, Allocated] = dict(self._known.open)
        self._latest = dict(self._open)
        self._changed: dict[str, Allocated] = {}
        self._looked = self._signed = -math.inf
        self._own = ""
        self._settle_earlier(plan.job, at)
        if plan.job and not self._rides_with and self._remote:
            self._begin_own(plan, at)

    @property
    def own(self) -> str:
        """Under which name the job is known that the driver is in; "" where it is in none."""
        return self._rides_with or self._own

    @property
    def each(self) -> Hours:
        """What a worker has, at least."""
        return self._asked_for

    @property
    def open(self) -> Mapping[str, Allocated]:
        """The jobs that have not ended."""
        return self._open

    def hours(self, at: float) -> Hours:
        """What all jobs of the run have had until now."""
        return self._state.hours(at)

    def heard(self, identity: str, message: Heard, at: float) -> None:
        """An agent has said something."""
        if isinstance(message, Hello):
            self._hello(identity, message, at)
        elif isinstance(message, Bye | ProcessEnded) and identity != self._rides_with:
            self._end(identity, min(at, message.at + self._behind.get(identity, 0.0)))

    def look(
        self, reports: Mapping[str, AgentReport], members: Collection[str], now: float, at: float
    ) -> list[Allocated]:
        """Take in how the jobs stand, and return what the journal is to say. members: agents that are not known to be gone."""
        if now - self._looked >= _LOOK_EVERY:
            self._looked = now
            for identity, report in reports.items():
                if report.began is not None:
                    self._began(identity, report.job, report.began)
            for name in list(self._open):
                report_of = reports.get(name)
                gone = report_of.state is AgentState.GONE if report_of else name not in members
                if gone and name not in members and name != self.own:
                    self._end(name, min(at, self._ends_at.get(name, math.inf)))
        if self._own and now - self._signed >= _SIGN_EVERY:
            self._signed = now
            self._sign()
        return self._take(at)

    def leave(self, at: float) -> list[Allocated]:
        """The driver leaves, and the run goes on; what the journal is to say."""
        if self._own:
            self._sign()
        return self._take(at)

    def close(self, at: float) -> list[Allocated]:
        """The run ends, and with it the driver's job and all that is not known to have ended; what the journal is to say."""
        for name in list(self._open):
            self._end(name, at)
        return self._take(at)

    def _sign(self) -> None:
        """Say that the driver's own job goes on."""
        self._say(self._latest[self._own])

    def _take(self, at: float) -> list[Allocated]:
        changed, self._changed = list(self._changed.values()), {}
        return [replace(record, epoch=self._epoch, at=at) for record in changed]

    def _hello(self, identity: str, message: Hello, at: float) -> None:
        before = self._latest.get(identity) or self._known.last(identity)
        start = message.at if message.job_start is None else message.job_start
        if message.epoch == self._epoch:
            behind = self._behind[identity] = at - message.at
            start += behind
            self._ends_at[identity] = math.inf if message.time_left is None else at + message.time_left
        elif before is not None:  # an earlier driver has heard it
            self._behind.setdefault(identity, before.start - start)
            return
        if before is not None and before.end is None:  # said again to this driver, or the queue was faster
            start = min(start, before.start)
        elif before is not None and before.end is not None and start < before.end:
            return
        stretch = self._stretch(identity, message.job if self._remote else "", self._given(message), start)
        if before is None or (before.start, had(before)) != (start, had(stretch)):
            self._say(stretch)

    def _given(self, message: Hello) -> Hours:
        asked = self._asked_for
        if not self._remote:  # nothing was allotted, so that no more counts than there is
            has = message.cpus or asked.core, message.gpu_count or 0
            return Hours(1, min(asked.core, has[0]), min(asked.gpu, has[1]))
        told = (message.job_nodes, message.job_cpus, message.job_gpus)
        pairs = zip(told, asked, strict=True)
        return Hours(*(wanted if there is None else there for there, wanted in pairs))

    def _began(self, identity: str, job: str, began: float) -> None:
        """The queue says when a job has begun, which its agent does not know with every version of Slurm."""
        before = self._latest.get(identity) or self._known.last(identity)
        if before is None:
            self._say(self._stretch(identity, job, self._asked_for, began))
        elif before.end is None and began < before.start - _DRIFT:
            self._say(replace(before, start=began))

    def _end(self, name: str, at: float) -> None:
        before = self._latest.get(name)
        if before is not None and (before.end is None or at < before.end - _DRIFT):
            self._say(replace(before, end=max(before.start, at)))

    def _settle_earlier(self, job: str, at: float) -> None:
        """The jobs of earlier drivers have ended when those last gave a sign, but for one that this driver is in."""
        for name, stretch in self._known.open.items():
            if not stretch.agent and name != job:
                self._end(name, stretch.at)

    def _begin_own(self, plan: Plan, at: float) -> None:
        """The job that was submitted for this driver; one that a person had for something else is none of the run's."""
        job, given = plan.job, registry.current_job(os.environ)
        name = ""
        with suppress(FileNotFoundError):
            name = plan.paths.driver_job_name.read_text(encoding="utf-8").strip()
        if given and given.name not in ("", name):
            return
        self._own = job
        before = self._known.last(job)
        start = given.start if given else None
        if start is None and given:
            start = processes.oldest_with(given.mark)
        if start is None:
            start = before.start if before else at
        has = Hours(
            (given.nodes if given else None) or 1,
            (given.cpus if given else None) or 1,
            (given.gpus if given else None) or 0,
        )
        self._say(replace(self._stretch("", job, has, start), end=None))

    def _stretch(self, agent: str, job: str, has: Hours, start: float) -> Allocated:
        return Allocated(
            epoch=self._epoch,
            job=job,
            agent=agent,
            nodes=int(has.node),
            cpus=int(has.core),
            gpus=int(has.gpu),
            start=start,
            at=start,
        )

    def _say(self, record: Allocated) -> None:
        name = record.agent or record.job
        self._latest[name] = self._changed[name] = record
        if record.end is None:
            self._open[name] = record
        else:
            self._open.pop(name, None)
