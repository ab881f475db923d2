"""The trials of one driver as its assignments have them: waiting, held, given up, ended; and what is written down of that."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from worker.driver.losses import RUNNING_STRIKES, Losses
from worker.spec.parameters import Value
from worker.store.journal_records import (
    Assigned,
    Cancelled,
    Finished,
    Lost,
    Proposed,
    Record,
    Requeued,
    Retracted,
    Retried,
)
from worker.trial import BEFORE, Status, Trial

Attempt = tuple[int, int, str]  # trial, the how-manieth time that it was given out, and to which agent


@dataclass(slots=True)
class Task:
    """A trial that has not ended; `attempt` counts the times that it was given to an agent.

    voided: what attempts up to this one have brought does not count, unless it is a success: somebody asked to retry.
    spent: seconds that it has taken so far, where each attempt goes on from where the last one has come.
    former: an agent that may still run an earlier attempt, although that was given up. avoids: hosts on which it failed, and is to
    be tried no more while there are others. point, repeat: as in `Trial`.
    """

    number: int
    values: Mapping[str, Value]
    attempt: int = 0
    strikes: int = 0
    holder: str = ""
    started: bool = False
    voided: int = 0
    spent: float = 0.0
    former: str = ""
    avoids: frozenset[str] = frozenset()
    point: int = 0
    repeat: int = 1


class Closed(NamedTuple):
    """A trial that has ended by what an agent said of an attempt, after so many seconds."""

    task: Task
    attempt: int
    agent: str
    done: bool
    seconds: float


class Tasks:
    """The trials in hand of the driver of `epoch`. records: for its journal, in the order in which they are to stand there."""

    def __init__(self, epoch: int, losses: Losses) -> None:
        self.epoch = epoch
        self._losses = losses
        self.open: dict[int, Task] = {}
        self.waiting: list[int] = []  # smallest number first: what was given back is given out next
        self.lost: dict[int, Task] = {}  # their results count if they come after all
        self.closed: dict[int, Closed] = {}
        self.records: list[Record] = []
        # How often a trial was given out, where that is more than its task knows.
        self._floors: dict[int, int] = {}
        self._highest = 0  # number of a known trial

    def restore(
        self,
        trials: Iterable[Trial],
        strikes: Mapping[int, int],
        voided: Mapping[int, int],
        attempts: Mapping[int, int],
        spent: Mapping[int, float],
    ) -> Iterator[Task]:
        """Begin with what earlier drivers left; gives the tasks that agents hold."""
        self._floors.update(attempts)
        for trial in trials:
            number = trial.number
            self._highest = max(self._highest, number)
            task = Task(number, trial.values, trial.attempt, strikes.get(number, 0))
            task.voided, task.spent = voided.get(number, 0), spent.get(number, 0.0)
            task.point, task.repeat = trial.point, trial.repeat
            if trial.status is Status.LOST:
                self.lost[number] = task
            elif trial.status.ended:
                self.closed[number] = Closed(
                    task, trial.attempt, trial.agent, trial.status.done, trial.seconds or 0.0
                )
            else:
                self.open[number] = task
                if trial.agent:
                    task.holder, task.started = trial.agent, trial.status is Status.RUNNING
                    yield task
                else:
                    insort(self.waiting, number)

    @property
    def stuck(self) -> bool:
        """Whether the command before the first evaluation has failed or was given up."""
        closed = self.closed.get(BEFORE)
        return BEFORE in self.lost or (closed is not None and not closed.done)

    @property
    def ended(self) -> int:
        """How many have ended, in whatever way."""
        return len(self.closed) + len(self.lost)

    @property
    def former(self) -> set[str]:
        """The agents that may still run trials that have not ended, or were given up."""
        return {task.former for task in (*self.open.values(), *self.lost.values()) if task.former}

    def avoid(self, hosts: Mapping[int, frozenset[str]]) -> None:
        """Earlier drivers have seen trials fail on these hosts: number of the trial -> hosts."""
        for number in self.open.keys() & hosts.keys():
            self.open[number].avoids = hosts[number]

    def taken_from(self, agents: Mapping[int, str]) -> None:
        """Earlier drivers have taken trials from these agents: number of the trial -> agent."""
        for number, identity in agents.items():
            task = self.open.get(number) or self.lost.get(number)
            if task is not None:
                task.former = identity

    def propose(
        self, number: int, values: Mapping[str, Value], at: float, point: int = 0, repeat: int = 1
    ) -> None:
        """A new trial, which waits to be given out. point, repeat: where an earlier one has had these values."""
        self.open[number] = Task(number, values, point=point, repeat=repeat)
        self._highest = max(self._highest, number)
        insort(self.waiting, number)
        again = (point, repeat) if point else (None, None)
        self.records.append(
            Proposed(epoch=self.epoch, trial=number, values=values, point=again[0], repeat=again[1], at=at)
        )

    def first_for(self, host: str, elsewhere: Callable[[Collection[str]], bool]) -> int | None:
        """The first waiting trial that an agent on `host` may have. elsewhere: whether others are on another host than these."""
        for number in self.waiting:
            avoids = self.open[number].avoids
            if host not in avoids or not elsewhere(avoids):
                return number
        return None

    def give_out(self, number: int, agent: str, at: float) -> Task:
        """Give a waiting trial to an agent."""
        self.waiting.remove(number)
        task = self.open[number]
        task.attempt = max(task.attempt, self._floors.get(task.number, 0)) + 1
        task.holder, task.started = agent, False
        self.records.append(
            Assigned(epoch=self.epoch, trial=task.number, attempt=task.attempt, agent=agent, at=at)
        )
        return task

    def reopen(self, trial: Trial, at: float) -> None:
        """Give out again a trial that has ended without a result that counts, because a person asks for it."""
        number = trial.number
        lost = self.lost.pop(number, None)
        self.closed.pop(number, None)
        task = self.open[number] = Task(number, trial.values, trial.attempt, voided=trial.attempt)
        task.point, task.repeat = trial.point, trial.repeat
        task.former = lost.former if lost else ""
        insort(self.waiting, number)
        self.records.append(Retried(epoch=self.epoch, trial=number, attempt=trial.attempt, at=at))

    def knows(self, number: int) -> bool:
        """Whether there is, or was, a trial of that number."""
        return number <= self._highest

    def held(self, agent: str, number: int, attempt: int) -> Task | None:
        """The task, if an agent holds just this attempt of it."""
        task = self.open.get(number)
        if task is not None and task.holder == agent and task.attempt == attempt:
            return task
        if task is not None or not self.knows(number):
            # Of an earlier time: an agent never takes the same attempt twice, so a further one must be higher.
            self._floors[number] = max(attempt, self._floors.get(number, 0))
        return None

    def close(self, number: int) -> Task | None:
        """A trial has ended; the task that it was, None where it was not open."""
        self.lost.pop(number, None)
        task = self.open.pop(number, None)
        if task is not None and not task.holder:
            self.waiting.remove(number)
        return task

    def repeat(self, task: Task, agent: str, reason: str, at: float, host: str) -> bool:
        """Let a trial that has failed on `host` wait again, unless that has come too often; whether it does."""
        task.strikes += RUNNING_STRIKES
        if self._given_up(task):
            return False
        self.give_back(task, agent, reason, at, avoids=host)
        return True

    def take_back(self, record: Retracted, willed: bool) -> Closed | None:
        """What an agent has said of an end does not count; if it was that which had ended the trial, that waits again: how it had ended.

        willed: see `Losses`.
        """
        number, closed = record.trial, self.closed.get(record.trial)
        if closed is None or (closed.attempt, closed.agent) != (record.attempt, record.agent):
            self.records.append(record)  # something else has ended the trial, or is about to
            return None
        task = self.open[number] = self.closed.pop(number).task
        if self._losses.continues:
            task.spent = closed.seconds
        task.strikes = self._losses.vanished(task.strikes, True, willed)
        self.records.append(replace(record, strikes=task.strikes, spent=task.spent or None))
        self.wait_again(task, record.agent, record.reason, record.at)
        return closed

    def end(self, task: Task, record: Finished) -> None:
        """A trial, which is not open any more, has ended by what an agent said."""
        done, seconds = record.status.done, record.outcome.seconds or 0.0
        self.closed[task.number] = Closed(task, record.attempt, record.agent, done, seconds)
        self.records.append(record)

    def cancel(self, record: Cancelled) -> None:
        """A trial has gone with its agent, and everything is cancelled."""
        self.close(record.trial)
        self.records.append(record)

    def give_back(self, task: Task, agent: str, reason: str, at: float, avoids: str = "") -> None:
        """Let a trial wait again, or give it up. avoids: a host that is not to have it again."""
        task.avoids |= {avoids} - {""}
        if not self._given_up(task):
            self.records.append(
                Requeued(
                    epoch=self.epoch,
                    trial=task.number,
                    attempt=task.attempt,
                    agent=agent,
                    reason=reason,
                    strikes=task.strikes,
                    spent=task.spent or None,
                    avoids=avoids,
                    at=at,
                )
            )
        self.wait_again(task, agent, reason, at)

    def wait_again(self, task: Task, agent: str, reason: str, at: float) -> None:
        """The same where it is written down already that the trial does not run any more."""
        task.holder, task.started = "", False
        if not self._given_up(task):
            insort(self.waiting, task.number)
            return
        self.lost[task.number] = self.open.pop(task.number)
        self.records.append(
            Lost(
                epoch=self.epoch,
                trial=task.number,
                attempt=task.attempt,
                agent=agent,
                reason=self._losses.sentence(task.strikes, task.attempt, reason),
                strikes=task.strikes,
                at=at,
            )
        )

    def _given_up(self, task: Task) -> bool:
        return self._losses.too_many(task.strikes, task.attempt)
