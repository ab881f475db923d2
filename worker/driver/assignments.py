"""Which trial is where: waiting, or held by an agent. No I/O and no clock: events in, records and messages out.

Every event may come twice, late, or from the time of an earlier driver. A trial is given to one agent at a time,
its result is taken once, and only with the values that it was proposed with.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from worker.driver import entries, moves
from worker.driver.losses import Losses
from worker.driver.members import Member, Members
from worker.driver.moves import MakeAssign, Moves
from worker.driver.tasks import Attempt, Task, Tasks
from worker.spec.parameters import Value
from worker.store.inbox_messages import Cancel, Order, Quit
from worker.store.outbox_messages import Bye, Finished, Heard, Hello, Refused, Retracted, Started
from worker.trial import BEFORE, Status, Trial


class Assignments:
    """The trials in hand and the agents of one driver, that of `epoch`."""

    def __init__(self, epoch: int, make_assign: MakeAssign, losses: Losses) -> None:
        self.epoch = epoch
        self.done = 0  # trials that have ended as they should, also those that are not on disk yet
        self.mispaired = 0  # results with other values than those proposed
        self.cancelled = ""  # why everything is cancelled, once it is
        self._make_assign = make_assign
        self._losses = losses
        self._tasks = Tasks(epoch, losses)
        self._agents = Members()
        self._retracted: set[Attempt] = set()
        self._messages: list[tuple[str, Order]] = []
        self._late: set[str] = set()  # agents that were given up, and may live nevertheless
        self._notes: list[str] = []

    @property
    def open(self) -> Mapping[int, Task]:
        """The trials that have not ended."""
        return self._tasks.open

    @property
    def stuck(self) -> bool:
        """Whether no evaluation can begin, since the command before the first one has failed or was given up."""
        return self._tasks.stuck

    @property
    def waiting(self) -> list[int]:
        """The numbers of those that no agent holds, smallest first."""
        return self._tasks.waiting

    @property
    def members(self) -> Mapping[str, Member]:
        """The agents by name."""
        return self._agents.known

    @property
    def held(self) -> int:
        """How many trials agents hold."""
        return len(self.open) - len(self.waiting)

    @property
    def ended(self) -> int:
        """How many trials have ended, given up ones included."""
        return self._tasks.ended

    @property
    def busy(self) -> int:
        """How many agents hold trials."""
        return sum(bool(member.queue) for member in self.members.values())

    @property
    def working(self) -> bool:
        """Whether any agent has begun, and is not known to have gone."""
        return any(member.ready and not member.said_bye for member in self.members.values())

    def take(self) -> Moves:
        """What is to be done since the last call."""
        taken = Moves(self._tasks.records, self._messages, self._notes)
        self._tasks.records, self._messages, self._notes = [], [], []
        return taken

    def restore(
        self,
        trials: Collection[Trial],
        strikes: Mapping[int, int],
        voided: Mapping[int, int] | None = None,
        retracted: Iterable[Attempt] = (),
        attempts: Mapping[int, int] | None = None,
        spent: Mapping[int, float] | None = None,
        former: Mapping[int, str] | None = None,
        avoids: Mapping[int, frozenset[str]] | None = None,
    ) -> None:
        """Begin with what earlier drivers left; trials that were held wait for what their agents say.

        retracted: what agents have taken back. By number: attempts, how often a trial was given out, where that is known; spent, seconds
        that it has taken so far, where it continues; former, the agent that had it last; avoids, hosts on which it failed.
        """
        self._retracted.update(retracted)
        self.done += sum(moves.counts(trial.number, trial.status) and not trial.imported for trial in trials)
        for task in self._tasks.restore(trials, strikes, voided or {}, attempts or {}, spent or {}):
            self._agents.called(task.holder).queue.append(task.number)
        self._tasks.taken_from(former or {})
        self._tasks.avoid(avoids or {})

    @property
    def former(self) -> set[str]:
        """The agents that trials were taken from which have not ended, or were given up."""
        return self._tasks.former

    def add(self, identity: str) -> None:
        """An agent was asked for or found; it gets nothing before it has answered."""
        self._agents.called(identity)
        self._late.discard(identity)

    def propose(
        self, number: int, values: Mapping[str, Value], at: float, point: int = 0, repeat: int = 1
    ) -> None:
        """A new trial, which waits to be given out; see `Tasks.propose`."""
        self._tasks.propose(number, values, at, point, repeat)

    def takers(self, held: int) -> list[Member]:
        """The agents that may be given a trial and hold exactly `held` of them."""
        return self._agents.takers(held)

    def first_for(self, member: Member) -> int | None:
        """The first waiting trial that an agent may have; None where there is none."""
        return self._tasks.first_for(member.host, self._agents.elsewhere)

    def give(self, member: Member, at: float) -> None:
        """Give the first waiting trial that it may have to `member`, one of the `takers`; there must be one."""
        number = self.first_for(member)
        assert number is not None
        task = self._tasks.give_out(number, member.identity, at)
        member.queue.append(task.number)
        member.had_trial = True
        self._agents.sort_in(member)
        assign = self._make_assign(self.epoch, task, at)
        if task.former not in ("", member.identity):  # where it lives after all, two would work on the same
            trial = None if task.former in self._late else task.number
            self._messages.append((task.former, Cancel(epoch=self.epoch, trial=trial)))
        task.former = ""
        self._messages.append((member.identity, assign))

    def reopen(self, trial: Trial, at: float) -> None:
        """Give out again a trial that has ended without a result that counts, because a person asks for it."""
        self.done -= moves.counts(trial.number, trial.status)
        self._tasks.reopen(trial, at)

    def quit(self, member: Member, again: bool = False) -> None:
        """Let an agent finish what it runs and leave. again: and have its job started again, until it is told otherwise."""
        if not member.leaving or (member.comes_back and not again):
            member.leaving, member.comes_back = True, again
            self._agents.sort_in(member)
            self._messages.append((member.identity, Quit(epoch=self.epoch, again=again)))

    def cancel(self, member: Member) -> None:
        """Let an agent end what it runs now, and leave."""
        if not member.told_to_end:
            member.told_to_end = member.leaving = True
            self._agents.sort_in(member)
            self._messages.append((member.identity, Cancel(epoch=self.epoch)))

    def give_up(self, identity: str) -> None:
        """An agent counts as gone, but may live: it is to end what it runs and leave, and is heard if it does."""
        self._late.add(identity)
        self._messages.append((identity, Quit(epoch=self.epoch)))

    def end_late(self) -> None:
        """Let the agents that were given up end what they may still run."""
        self._messages += [(identity, Cancel(epoch=self.epoch)) for identity in self._late]

    def hear(self, identity: str, message: Heard, at: float) -> None:
        """An agent has said something in its outbox."""
        if identity in self._late:
            self._hear_late(Member(identity, leaving=True), message, at)
            return
        member = self._agents.called(identity)
        if isinstance(message, Hello):
            self._hello(member, message, at)
        elif isinstance(message, Started):
            self._started(member, message)
        elif isinstance(message, Finished):
            self._finished(member, message, at)
        elif isinstance(message, Retracted):
            self._taken_back(member, message, at)
        elif isinstance(message, Refused):
            self._refused(member, message, at)
        elif isinstance(message, Bye):
            self._bye(member, message, at)

    def gone(self, identity: str, reason: str, at: float, willed: bool = False, late: bool = False) -> None:
        """An agent is no more, and all that it said has been heard. willed: somebody has ended it. late: it may live after all."""
        member = self._agents.forget(identity)
        if member is None:
            return
        if late:
            self.give_up(identity)
        # It takes its trials in order: the one that it ran, or else the first, may be what ended it.
        running = [number for number in member.queue if self.open[number].started]
        for number in member.queue:
            task = self.open[number]
            task.former = identity if late else ""
            if number in (running or member.queue[:1]):
                if self.cancelled:
                    why = self.cancelled
                    self._tasks.cancel(entries.cancelled(self.epoch, number, task.attempt, identity, why, at))
                    continue
                task.strikes = self._losses.vanished(task.strikes, task.started, willed)
            self._tasks.give_back(task, identity, reason, at)

    def _hear_late(self, member: Member, message: Heard, at: float) -> None:
        """Of an agent that was given up, results count where their trials have not ended elsewhere; it gets no other."""
        if isinstance(message, Retracted):
            self._taken_back(member, message, at)
        elif isinstance(message, Finished) and message.status is not Status.CANCELLED:
            written = len(self._tasks.records)
            self._finished(member, message, at)
            closed = self._tasks.closed.get(message.trial)
            maker = (closed.attempt, closed.agent) if closed else None
            counts = len(self._tasks.records) > written
            if counts or maker != (message.attempt, member.identity):
                self._notes.append(moves.late_end(member.identity, message, counts))

    def _hello(self, member: Member, message: Hello, at: float) -> None:
        member.host = message.host
        if message.epoch != self.epoch:
            return
        if member.answers(message.time_left, at):
            # Of what an older driver gave to it, an agent starts nothing any more after this.
            for number in list(member.queue):
                if not self.open[number].started:
                    member.queue.remove(number)
                    reason = "A newer driver has taken over."
                    self._tasks.give_back(self.open[number], member.identity, reason, at)
        self._agents.sort_in(member)
        self._tasks.records.append(entries.agent(self.epoch, member, message, at))

    def _started(self, member: Member, message: Started) -> None:
        task = self._tasks.held(member.identity, message.trial, message.attempt)
        if task is not None and not task.started:
            task.started = True
            self._tasks.records.append(entries.started(self.epoch, member.identity, member.host, message))
        other = self.open.get(message.trial)
        if task is None and other is not None and other.attempt >= message.attempt and not member.said_bye:
            # It was taken from it by a driver that may have been wrong about its end.
            if other.holder not in ("", member.identity):
                self._messages.append((member.identity, Cancel(epoch=self.epoch, trial=other.number)))
            elif not other.holder:
                other.former = member.identity

    def _finished(self, member: Member, message: Finished, at: float) -> None:
        number, attempt, ok = message.trial, message.attempt, message.status is Status.OK
        if (number, attempt, member.identity) in self._retracted:
            return
        held = self._tasks.held(member.identity, number, attempt)
        if message.retry and (held is None or self._repeats(held, member, message, at)):
            return
        if held is None and message.status is Status.CANCELLED:
            return  # another agent has the trial, which is why it was ended at this one
        task = self.open.get(number)
        if task is None and ok:
            task = self._tasks.lost.get(number)
        if task is not None and attempt <= task.voided and not ok:
            return  # read once more by a driver that does not know how far an earlier one had read
        if task is not None and message.values == task.values:
            self._close(number, current=held is not None)
            self.done += moves.counts(number, message.status)
            told = moves.tried_enough(message, task.attempt) if message.retry else message
            self._tasks.end(task, entries.finished(self.epoch, member.identity, told, self.cancelled))
            return
        self.mispaired += task is not None
        if held is not None:
            self._agents.release(member, number)
            self._tasks.give_back(
                held, member.identity, "Its result had other parameter values than the evaluation.", at
            )

    def _repeats(self, held: Task, member: Member, message: Finished, at: float) -> bool:
        """Whether what failed with a text that asks for it is tried once more, on another host where there is one."""
        again = moves.tried_again(message)
        if self.cancelled or not self._tasks.repeat(held, member.identity, again, at, member.host):
            return False
        self._agents.release(member, message.trial)
        return True

    def _taken_back(self, member: Member, message: Retracted, at: float) -> None:
        number, attempt, identity = message.trial, message.attempt, member.identity
        if not self._tasks.knows(number) or (number, attempt, identity) in self._retracted:
            return
        self._retracted.add((number, attempt, identity))
        member.leaving = True  # it is about to say so, and takes nothing any more
        self._agents.sort_in(member)
        closed = self._tasks.take_back(entries.retracted(self.epoch, identity, message, at), message.willed)
        if closed is not None:
            self.done -= closed.done and number != BEFORE

    def _refused(self, member: Member, message: Refused, at: float) -> None:
        task = self._tasks.held(member.identity, message.trial, message.attempt)
        if task is not None:
            self._agents.release(member, message.trial)
            seconds = None if message.spent is None else message.spent - task.spent
            task.spent += max(0.0, seconds or 0.0)
            if task.started:
                task.strikes = self._losses.given_back(task.strikes, message.willed, seconds)
            self._tasks.give_back(task, member.identity, message.reason, at)

    def _bye(self, member: Member, message: Bye, at: float) -> None:
        # Whatever was on its way to the agent has not been read by it, and will not be.
        member.said_bye = member.leaving = True
        for number in list(member.queue):
            self._agents.release(member, number)
            self._tasks.give_back(self.open[number], member.identity, message.reason, at)
        self._agents.sort_in(member)

    def _close(self, number: int, current: bool) -> None:
        """A trial has ended; an agent that has a later attempt of it (not `current`) is told."""
        task = self._tasks.close(number)
        if task is not None and task.holder:
            holder = self._agents.known[task.holder]
            self._agents.release(holder, number)
            if not current:
                self._messages.append((holder.identity, Cancel(epoch=self.epoch, trial=number)))
