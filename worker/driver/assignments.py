"""Which trial is where: waiting, or held by an agent. No I/O and no clock: events in, records and messages out.

Every event may come twice, late, or from the time of an earlier driver. A trial is given to one agent at a time,
its result is taken once, and only with the values that it was proposed with.
"""

from __future__ import annotations

import math
from bisect import insort
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from worker.spec.parameters import Value
from worker.store.records import Record
from worker.trial import Status, Trial

# An agent that vanished while it ran a trial counts two strikes against the trial, one that had it next in its
# queue, and may have been about to start it, one: three lost evaluations, and the trial itself is the likely cause.
RUNNING_STRIKES, NEXT_STRIKES, MOST_STRIKES = 2, 1, 6
MOST_HELD = 2  # trials at one agent: one that runs, and the next one

Attempt = tuple[int, int, str]  # trial, the how-manieth time that it was given out, and to which agent


@dataclass(slots=True)
class Task:
    """A trial that has not ended; `attempt` counts the times that it was given to an agent.

    voided: what attempts up to this one have brought does not count, unless it is a success: somebody asked to retry.
    """

    values: Mapping[str, Value]
    attempt: int = 0
    strikes: int = 0
    holder: str = ""
    started: bool = False
    voided: int = 0


class _Closed(NamedTuple):
    """A trial that has ended by what an agent said of an attempt."""

    task: Task
    attempt: int
    agent: str
    ok: bool


@dataclass(slots=True)
class Member:
    """An agent: `ready` once it has answered to this driver, `leaving` once it takes no more. ends_at: seconds since 1970."""

    identity: str
    ready: bool = False
    leaving: bool = False
    said_bye: bool = False
    told_to_end: bool = False
    given: bool = False  # whether it ever was given a trial
    ends_at: float = math.inf
    host: str = ""
    queue: list[int] = field(default_factory=list)


@dataclass
class Moves:
    """What is to be done: records for the journal first, then messages (agent, record) for inboxes."""

    records: list[Record] = field(default_factory=list)
    messages: list[tuple[str, Record]] = field(default_factory=list)


class Assignments:
    """The trials in hand and the agents of one driver, that of `epoch`."""

    def __init__(self, epoch: int) -> None:
        self.epoch = epoch
        self.open: dict[int, Task] = {}
        self.waiting: list[int] = []  # smallest number first: what was given back is given out next
        self.members: dict[str, Member] = {}
        self.ok = 0  # results that count, also those that are not on disk yet
        self.mispaired = 0  # results with other values than those proposed
        self._lost: dict[int, Task] = {}  # their results count if they come after all
        self._closed: dict[int, _Closed] = {}
        self._retracted: set[Attempt] = set()
        # How often a trial was given out, where that is more than its task knows.
        self._floors: dict[int, int] = {}
        self._highest = 0  # number of a known trial
        self.cancelled = ""  # why everything is cancelled, once it is
        self._loads: tuple[dict[str, Member], ...] = tuple({} for _ in range(MOST_HELD + 1))
        self._moves = Moves()
        self._hearers: Mapping[str, Callable[[Member, Record, float], None]] = {
            "hello": self._hello,
            "started": self._started,
            "finished": self._finished,
            "retracted": self._taken_back,
            "refused": self._refused,
            "bye": self._bye,
        }

    @property
    def held(self) -> int:
        """How many trials agents hold."""
        return len(self.open) - len(self.waiting)

    def take(self) -> Moves:
        """What is to be done since the last call."""
        moves, self._moves = self._moves, Moves()
        return moves

    def restore(
        self,
        trials: Iterable[Trial],
        strikes: Mapping[int, int],
        voided: Mapping[int, int] | None = None,
        retracted: Iterable[Attempt] = (),
        given: Mapping[int, int] | None = None,
    ) -> None:
        """Begin with what earlier drivers left; trials that were held wait for what their agents say.

        retracted: what agents have taken back. given: number -> how often a trial was given out, where that is known.
        """
        self._retracted.update(retracted)
        self._floors.update(given or {})
        for trial in trials:
            self._highest = max(self._highest, trial.number)
            task = Task(trial.values, trial.attempt, strikes.get(trial.number, 0))
            task.voided = (voided or {}).get(trial.number, 0)
            self.ok += trial.status is Status.OK and not trial.imported
            if trial.status is Status.LOST:
                self._lost[trial.number] = task
            elif trial.status.ended:
                self._closed[trial.number] = _Closed(
                    task, trial.attempt, trial.agent, trial.status is Status.OK
                )
            else:
                self.open[trial.number] = task
                if trial.agent:
                    task.holder, task.started = trial.agent, trial.status is Status.RUNNING
                    self._member(trial.agent).queue.append(trial.number)
                else:
                    insort(self.waiting, trial.number)

    def add(self, identity: str) -> None:
        """An agent was asked for or found; it gets nothing before it has answered."""
        self._member(identity)

    def propose(self, number: int, values: Mapping[str, Value], at: float) -> None:
        """A new trial, which waits to be given out."""
        self.open[number] = Task(values)
        self._highest = max(self._highest, number)
        insort(self.waiting, number)
        self._record("proposed", trial=number, values=dict(values), at=at)

    def takers(self, held: int) -> list[Member]:
        """The agents that may be given a trial and hold exactly `held` of them."""
        return list(self._loads[held].values())

    def give(self, member: Member, at: float) -> None:
        """Give the first waiting trial to `member`, one of the `takers`; at least one must be waiting."""
        number = self.waiting.pop(0)
        task = self.open[number]
        task.attempt = max(task.attempt, self._floors.get(number, 0)) + 1
        task.holder, task.started = member.identity, False
        member.queue.append(number)
        member.given = True
        self._sort_in(member)
        self._record("assigned", trial=number, attempt=task.attempt, agent=member.identity, at=at)
        self._send(member, "assign", trial=number, attempt=task.attempt, values=dict(task.values), at=at)

    def reopen(self, trial: Trial, at: float) -> None:
        """Give out again a trial that has ended without a result that counts, because a person asks for it."""
        self._lost.pop(trial.number, None)
        self._closed.pop(trial.number, None)
        self.open[trial.number] = Task(trial.values, trial.attempt, voided=trial.attempt)
        insort(self.waiting, trial.number)
        self._record("retried", trial=trial.number, attempt=trial.attempt, at=at)

    def quit(self, member: Member) -> None:
        """Let an agent finish what it runs and leave."""
        if not member.leaving:
            member.leaving = True
            self._sort_in(member)
            self._send(member, "quit")

    def cancel(self, member: Member) -> None:
        """Let an agent end what it runs now, and leave."""
        if not member.told_to_end:
            member.told_to_end = member.leaving = True
            self._sort_in(member)
            self._send(member, "cancel", trial=None)

    def hear(self, identity: str, record: Record, at: float) -> None:
        """An agent has said something in its outbox. Raises KeyError, TypeError or ValueError for a record that lacks something."""
        hearer = self._hearers.get(str(record["kind"]))
        if hearer:
            hearer(self._member(identity), record, at)

    def gone(self, identity: str, reason: str, at: float) -> None:
        """It is certain that an agent does not exist any more, and all that it said has been heard."""
        member = self.members.pop(identity, None)
        if member is None:
            return
        for load in self._loads:
            load.pop(identity, None)
        # It takes its trials in order: the one that it ran, or else the first, may be what ended it.
        running = [number for number in member.queue if self.open[number].started]
        for number in member.queue:
            task = self.open[number]
            if number in (running or member.queue[:1]):
                if self.cancelled:
                    del self.open[number]
                    self._record(
                        "cancelled",
                        trial=number,
                        attempt=task.attempt,
                        agent=identity,
                        reason=self.cancelled,
                        at=at,
                    )
                    continue
                task.strikes += RUNNING_STRIKES if task.started else NEXT_STRIKES
            self._give_back(number, task, identity, reason, at)

    def _hello(self, member: Member, record: Record, at: float) -> None:
        member.ends_at = math.inf if record.get("ends_at") is None else float(record["ends_at"])
        member.host = str(record.get("host", ""))
        if int(record.get("epoch", 0)) != self.epoch:
            return
        if member.said_bye:  # a job that was started anew
            member.said_bye = member.leaving = False
        if not member.ready:
            member.ready = True
            # Of what an older driver gave to it, an agent starts nothing any more after this.
            for number in list(member.queue):
                if not self.open[number].started:
                    member.queue.remove(number)
                    self._give_back(
                        number, self.open[number], member.identity, "A newer driver has taken over.", at
                    )
        self._sort_in(member)
        known = (
            "agent",
            "host",
            "pid",
            "pid_start",
            "job",
            "gpus",
            "cpus",
            "gpu_count",
            "ends_at",
            "version",
        )
        self._record("agent", **{key: record[key] for key in known if key in record}, at=record.get("at", at))

    def _started(self, member: Member, record: Record, at: float) -> None:
        number, attempt = int(record["trial"]), int(record["attempt"])
        task = self._held(member, number, attempt)
        if task is not None and not task.started:
            task.started = True
            self._record(
                "started",
                trial=number,
                attempt=attempt,
                agent=member.identity,
                host=member.host,
                at=record.get("at", at),
            )

    def _finished(self, member: Member, record: Record, at: float) -> None:
        number, attempt = int(record["trial"]), int(record["attempt"])
        Status(record["status"])
        if (number, attempt, member.identity) in self._retracted:
            return
        held = self._held(member, number, attempt)
        task = self.open.get(number)
        if task is None:
            task = self._lost.get(number) if record["status"] == Status.OK.value else None
        if task is not None and attempt <= task.voided and record["status"] != Status.OK.value:
            return  # read once more by a driver that does not know how far an earlier one had read
        if task is not None and record["values"] == task.values:
            self._close(number, current=held is not None)
            ok = record["status"] == Status.OK.value
            self.ok += ok
            self._closed[number] = _Closed(task, attempt, member.identity, ok)
            journalled = {key: value for key, value in record.items() if key not in ("epoch", "values")}
            if self.cancelled and record["status"] == Status.CANCELLED.value:
                journalled["reason"] = self.cancelled
            self._moves.records.append({**journalled, "agent": member.identity})
            return
        self.mispaired += task is not None
        if held is not None:
            self._release(member, number)
            self._give_back(number, held, member.identity, "Its result had other values than its trial.", at)

    def _taken_back(self, member: Member, record: Record, at: float) -> None:
        number, attempt = int(record["trial"]), int(record["attempt"])
        if number > self._highest or (number, attempt, member.identity) in self._retracted:
            return
        self._retracted.add((number, attempt, member.identity))
        member.leaving = True  # it is about to say so, and takes nothing any more
        self._sort_in(member)
        identity, reason = member.identity, str(record.get("reason", ""))
        closed = self._closed.get(number)
        counted = closed is not None and (closed.attempt, closed.agent) == (attempt, identity)
        if closed is None or not counted:  # something else has ended the trial, or is about to
            self._record("retracted", trial=number, attempt=attempt, agent=identity, reason=reason, at=at)
            return
        task = self.open[number] = self._closed.pop(number).task
        self.ok -= closed.ok
        task.strikes += RUNNING_STRIKES
        self._record(
            "retracted",
            trial=number,
            attempt=attempt,
            agent=identity,
            reason=reason,
            strikes=task.strikes,
            at=at,
        )
        self._wait_again(number, task, identity, reason, at)

    def _refused(self, member: Member, record: Record, at: float) -> None:
        number, attempt = int(record["trial"]), int(record["attempt"])
        task = self._held(member, number, attempt)
        if task is not None:
            self._release(member, number)
            # One that was begun and given back in order may have ended its worker itself, and would do so for ever.
            task.strikes += RUNNING_STRIKES if task.started else 0
            self._give_back(number, task, member.identity, str(record.get("reason", "")), at)

    def _bye(self, member: Member, record: Record, at: float) -> None:
        # Whatever was on its way to the agent has not been read by it, and will not be.
        member.said_bye = member.leaving = True
        for number in list(member.queue):
            self._release(member, number)
            self._give_back(number, self.open[number], member.identity, str(record.get("reason", "")), at)
        self._sort_in(member)

    def _held(self, member: Member, number: int, attempt: int) -> Task | None:
        """The task, if `member` holds just this attempt of it."""
        task = self.open.get(number)
        if task is not None and task.holder == member.identity and task.attempt == attempt:
            return task
        if task is not None or number > self._highest:
            # Of an earlier time: an agent never takes the same attempt twice, so a further one must be higher.
            self._floors[number] = max(attempt, self._floors.get(number, 0))
        return None

    def _give_back(self, number: int, task: Task, agent: str, reason: str, at: float) -> None:
        """Let a trial wait again, or give it up."""
        if task.strikes < MOST_STRIKES:
            self._record(
                "requeued",
                trial=number,
                attempt=task.attempt,
                agent=agent,
                reason=reason,
                strikes=task.strikes,
                at=at,
            )
        self._wait_again(number, task, agent, reason, at)

    def _wait_again(self, number: int, task: Task, agent: str, reason: str, at: float) -> None:
        task.holder, task.started = "", False
        if task.strikes < MOST_STRIKES:
            insort(self.waiting, number)
            return
        self._lost[number] = self.open.pop(number)
        reason = (
            f"Its worker was lost three times; the last time: {reason} The program may end its worker, "
            "fill the memory, or need more time than workers have."
        )
        self._record(
            "lost",
            trial=number,
            attempt=task.attempt,
            agent=agent,
            reason=reason,
            strikes=task.strikes,
            at=at,
        )

    def _close(self, number: int, current: bool) -> None:
        """A trial has ended; an agent that has a later attempt of it (not `current`) is told."""
        self._lost.pop(number, None)
        task = self.open.pop(number, None)
        if task is None:
            return
        if not task.holder:
            self.waiting.remove(number)
            return
        holder = self.members[task.holder]
        self._release(holder, number)
        if not current:
            self._send(holder, "cancel", trial=number)

    def _release(self, member: Member, number: int) -> None:
        member.queue.remove(number)
        self._sort_in(member)

    def _member(self, identity: str) -> Member:
        if identity not in self.members:
            self.members[identity] = Member(identity)
        return self.members[identity]

    def _sort_in(self, member: Member) -> None:
        """Keep the agents that may be given something by how much they hold."""
        for load in self._loads:
            load.pop(member.identity, None)
        if member.ready and not member.leaving and len(member.queue) <= MOST_HELD:
            self._loads[len(member.queue)][member.identity] = member

    def _record(self, kind: str, **details: object) -> None:
        self._moves.records.append({"kind": kind, **details})

    def _send(self, member: Member, kind: str, **details: object) -> None:
        self._moves.messages.append((member.identity, {"kind": kind, **details}))
