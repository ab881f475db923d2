"""The agents of a driver: asked for, found again after an earlier driver, watched, replaced, let go."""

from __future__ import annotations

import math
import socket
from collections.abc import Callable, Iterable, Mapping

from worker import processes
from worker.driver.assignments import Assignments
from worker.driver.breaker import Breaker
from worker.driver.mailboxes import Mailboxes
from worker.driver.members import Member
from worker.driver.succession import Succession
from worker.launch.launcher import AgentReport, AgentState, Launcher
from worker.spec.problem import Problem
from worker.store import journal_records as journal
from worker.store.outbox_messages import Bye, Heard, Hello, ProcessEnded
from worker.store.paths import RunPaths

_LOOK_EVERY = 0.05  # seconds
_FORGET_AFTER = 600.0  # seconds; an agent on another machine that no launcher knows answers by then, or never
_SUCCESSOR_BEFORE = 60.0  # seconds before the end of an agent's time at which its successor should be there
_LONGEST_WAIT = 1800.0  # seconds; a successor is not asked for earlier than this, however long the queue is
_LARGEST_LEAD = 0.25  # of an agent's time; it counts as a worker before that
_COLLECT = 10.0  # seconds for which successors are collected, so that they are asked for at once, and
_COLLECT_SHARE = 0.3  # of what is left of an agent's time then, at most


class Agents:
    """Keeps as many agents as are wanted. `now` is of a monotonic clock, `at` seconds since 1970."""

    def __init__(
        self,
        paths: RunPaths,
        launcher: Launcher,
        assignments: Assignments,
        mail: Mailboxes,
        superseded: Callable[[], bool] = lambda: False,
        succession: Succession | None = None,
        before: int = 0,
    ) -> None:
        """superseded: whether a newer driver has taken over, which would not know of agents that are asked for now.

        succession: who follows this driver; nobody does by himself where there is none. before: see `Breaker`.
        """
        self._succession = succession or Succession()
        self._paths = paths
        self._launcher = launcher
        self._assignments = assignments
        self._mail = mail
        self._superseded = superseded
        self._breaker = Breaker(before)
        self._looked = self._filled = 0.0
        self._hellos: dict[str, Hello | journal.Agent] = {}
        self._strangers: dict[str, float] = {}  # agents that the launcher does not know, and since when
        self._buried: set[str] = set()
        self._ended: set[str] = set()  # agents that have said so, or whose end was seen where they were
        self._unheard: set[str] = set()  # agents that are gone, and whose last words cannot be read
        self._asked: dict[
            str, float
        ] = {}  # agents that have not said hello yet, and when they were asked for
        self._began: dict[str, float] = {}  # agents that have, and when they did so first
        self._wait = 0.0  # seconds that the newest agent took from being asked for to its first word
        self.pending = 0  # agents that the scheduler has not started yet
        self.reports: Mapping[str, AgentReport] = {}  # what the launcher has said last

    @property
    def trouble(self) -> str:
        """What keeps agents from starting or being heard, one sentence, or nothing."""
        unreadable = next(filter(None, map(self._mail.unreadable, self._unheard)), "")
        return self._launcher.trouble or unreadable or self._breaker.trouble

    @property
    def hopeless(self) -> Problem | None:
        """Why no agent can ever start, or why none does any good, once that is known."""
        in_vain = None if self._assignments.members else self._breaker.problem
        return self._launcher.hopeless or in_vain

    def adopt(self, earlier: Mapping[str, journal.Agent], now: float) -> None:
        """Take over the agents of earlier drivers: those that the launcher knows, and those that hold trials.

        Those that were given up with a trial that has not ended are listened to as well. earlier: what earlier drivers have
        written down of them, by identity.
        """
        self._hellos.update(earlier)
        for identity, report in self._launcher.poll().items():
            if report.state is not AgentState.GONE or identity in self._assignments.members:
                self._assignments.add(identity)
        for identity in self._assignments.members:
            self._mail.open(identity, now)
        for identity in self._assignments.former:
            if identity not in self._assignments.members and self._mail.open_late(identity, now):
                self._assignments.give_up(identity)

    def heard(self, identity: str, message: Heard, at: float) -> None:
        """An agent has said something."""
        self._launcher.note(identity, message)
        if isinstance(message, Bye | ProcessEnded):
            self._ended.add(identity)
            if self._mail.late(identity):
                self._mail.last_words(identity)
        if isinstance(message, Hello):
            self._hellos[identity] = message
            began = self._began.setdefault(identity, at)
            if identity in self._asked:
                self._wait = min(_LONGEST_WAIT, max(0.0, began - self._asked.pop(identity)))

    def look(self, now: float, at: float, hear: Callable[[str, Heard], None]) -> None:
        """See which agents are gone; their last words are given to `hear` first."""
        if now - self._looked < _LOOK_EVERY:
            return
        self._looked = now
        self._mail.send(self._succession.pings(self._assignments, now), now)
        reports = self.reports = self._launcher.poll()
        self.pending = 0
        for identity, report in reports.items():
            self.pending += report.state is AgentState.PENDING
            if identity in self._buried:
                continue
            if report.state is AgentState.GONE:
                self._bury(identity, report.reason or "It is gone.", at, hear, willed=report.willed)
            elif identity not in self._assignments.members:  # its job was started again
                self._assignments.add(identity)
                self._mail.open(identity, now)
        for member in [
            member for member in self._assignments.members.values() if member.identity not in reports
        ]:
            reason = self._verdict(member, now)
            if reason:
                self._bury(member.identity, reason, at, hear)

    def fill(self, wanted: int, now: float, at: float) -> None:
        """Start agents where some are missing, and let go those that are too many."""
        if now - self._filled < _LOOK_EVERY:
            return
        self._filled = now
        members = self._assignments.members.values()
        wanted -= sum(member.comes_back for member in members)
        staying = [member for member in members if not member.leaving]
        counted = [member for member in staying if at < self._counts_until(member)]
        if len(counted) < wanted:
            if not self._collects(staying, wanted, at) and not self._superseded():
                self._start(wanted, wanted - len(counted), now, at)
            return
        sure = [member for member in counted if member.ready or self._waits(member)]
        sure.sort(key=lambda member: (self._is_own(member.identity), member.ready, len(member.queue)))
        self._let_go(sure[: max(0, len(sure) - wanted)])

    def _start(self, wanted: int, missing: int, now: float, at: float) -> None:
        if not self._breaker.look(self._assignments.ended, wanted, now):
            return
        started = self._launcher.start(missing)
        self._breaker.asked(len(started), now)
        for identity in started:
            self._asked[identity] = at
            self._assignments.add(identity)
            self._mail.open(identity, now)
        if not started and self._launcher.takes_no_more:
            # No successors can be asked for, so those that leave soon are to come back.
            for member in list(self._assignments.members.values()):
                if at >= self._counts_until(member):
                    self._assignments.quit(member, again=True)

    def dismiss(self) -> None:
        """Let every agent finish what it runs and leave; those that have not begun to work are ended."""
        self._let_go(list(self._assignments.members.values()))

    def cancel(self, why: str) -> None:
        """Let every agent end what it runs, and leave. why: a sentence for those evaluations."""
        self._assignments.cancelled = why
        self._assignments.end_late()
        self.dismiss_late()

    def dismiss_late(self) -> None:
        """Let go the agents that have come since everybody was dismissed or cancelled."""
        members = list(self._assignments.members.values())
        if not self._assignments.cancelled:
            self._let_go([member for member in members if not member.leaving])
            return
        self._stop(member.identity for member in self._idle_unready() if not member.told_to_end)
        for member in members:
            self._assignments.cancel(member)

    def kill(self, at: float, hear: Callable[[str, Heard], None]) -> None:
        """End all agents now, with everything that they started, and wait no longer for them."""
        members = list(self._assignments.members)
        self._stop(members)
        for identity in members:
            self._bury(identity, "It was ended.", at, hear, at_once=True)

    def close(self) -> None:
        """The driver leaves."""
        self._launcher.close()

    def hand_over(self, now: float) -> None:
        """The driver leaves and is to be followed: say so to those that are next in line."""
        self._mail.send(self._succession.last_words(self._assignments), now)

    def _is_own(self, identity: str) -> bool:
        return identity == self._succession.rides_with

    def _waits(self, member: Member) -> bool:
        """Whether an agent certainly waits in a queue: of one that is not known to, none is let go for another's sake."""
        report = self.reports.get(member.identity)
        return report is not None and report.state is AgentState.PENDING

    def _stop(self, identities: Iterable[str]) -> None:
        """End these now, with what they run; of the agent in whose job this driver is, that alone."""
        all_of_them = list(identities)
        self._launcher.stop([identity for identity in all_of_them if not self._is_own(identity)])
        for identity in filter(self._is_own, all_of_them):
            processes.sweep(self._paths.root, identity)

    def _counts_until(self, member: Member) -> float:
        """When an agent no longer counts as a worker, so that its successor is asked for in time."""
        if member.ends_at == math.inf:
            return math.inf
        lifetime = member.ends_at - self._began.get(member.identity, member.ends_at)
        return member.ends_at - min(_SUCCESSOR_BEFORE + self._wait, _LARGEST_LEAD * lifetime)

    def _collects(self, staying: list[Member], wanted: int, at: float) -> bool:
        """Whether nobody is missing yet, and successors of others that leave soon may be asked for together."""
        if len(staying) < wanted:
            return False
        first = min(staying, key=self._counts_until)
        since = self._counts_until(first)
        return since <= at < since + min(_COLLECT, _COLLECT_SHARE * (first.ends_at - since))

    def _idle_unready(self) -> list[Member]:
        return [
            member for member in self._assignments.members.values() if not member.ready and not member.queue
        ]

    def _let_go(self, members: list[Member]) -> None:
        unready = {member.identity for member in self._idle_unready()}
        self._stop(member.identity for member in members if member.identity in unready)
        for member in members:
            self._assignments.quit(member)

    def _bury(
        self,
        identity: str,
        reason: str,
        at: float,
        hear: Callable[[str, Heard], None],
        at_once: bool = False,
        willed: bool = False,
    ) -> None:
        certain = at_once or identity in self._ended
        messages = self._mail.last_words(identity, at_once, certain)
        if messages is None:  # perhaps that its evaluation has succeeded
            self._unheard.add(identity)
            return
        self._unheard.discard(identity)
        self._buried.add(identity)
        if member := self._assignments.members.get(identity):
            began = self._began.get(identity, at)
            self._breaker.gone(reason, at - began, member.ends_at - began, willed)
        for message in messages:
            hear(identity, message)
        self._assignments.gone(identity, reason, at, willed, late=self._mail.late(identity))

    def _verdict(self, member: Member, now: float) -> str:
        """Why an agent that the launcher does not know is gone for certain; "" where it may still be there."""
        since = self._strangers.setdefault(member.identity, now)
        if member.said_bye:
            return "It has left."
        hello = self._hellos.get(member.identity)
        if hello is not None and hello.host == socket.gethostname() and not hello.job:
            if hello.pid is not None and processes.alive(hello.pid, hello.pid_start):
                return ""
            processes.sweep(self._paths.root, member.identity)
            return "Its process has ended."
        if not member.ready and now - since > _FORGET_AFTER:
            minutes = f"{_FORGET_AFTER / 60:.0f} minutes"
            return (
                f"It has not answered for {minutes} on {member.host}."
                if member.host
                else f"It has not answered for {minutes}."
            )
        return ""
