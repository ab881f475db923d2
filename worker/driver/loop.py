"""The driver's loop: hear what agents say, write it down, hand out more, until the run is over."""

from __future__ import annotations

import math
import os
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from worker import __version__
from worker.agent import processes
from worker.driver import claim
from worker.driver.board import MOST_HELD, Board, Member
from worker.driver.budget import Limits, Over, Tally
from worker.driver.crew import Crew
from worker.driver.echo import Echo
from worker.driver.ending import Ending, ending, places
from worker.driver.events import Events, sentence_of
from worker.driver.mailboxes import Mailboxes
from worker.driver.pace import Pace
from worker.driver.recall import recall
from worker.driver.recorder import Recorder
from worker.driver.requests import Requests
from worker.driver.roster import Roster
from worker.driver.show import Lines, Show, open_log
from worker.driver.signals import Signals
from worker.driver.table import Table
from worker.driver.view import Rate, View
from worker.launch import Where, make_launcher
from worker.search.searcher import Searcher, make_searcher
from worker.spec.parameters import Value
from worker.spec.placeholders import render
from worker.spec.run import Run
from worker.store.journal import open_epoch, superseded
from worker.store.paths import RunPaths
from worker.store.records import Record
from worker.trial import Status, Trial

_LONGEST_TURN = 0.05  # seconds of proposing, after which others have their turn
_MARGIN = (
    20.0  # seconds that an evaluation must have beyond what the longest took, before its agent's time is over
)
_CANCEL_PATIENCE = 11.5  # seconds that agents get to end what they run; they themselves kill it after 10
_LEAVE_PATIENCE = 5.0  # seconds that idle agents get to leave
_LONGEST_SLEEP = 0.1  # seconds
_LEARNING = frozenset({"tpe.suggest", "anneal.suggest", "mix.suggest"})


class Phase(Enum):
    """What the driver does."""

    WORKING = "working"
    DRAINING = "draining"  # nothing new begins, what runs may end
    CANCELLING = "cancelling"  # what runs is ended


@dataclass(frozen=True)
class Plan:
    """How a run is driven. cwd: the folder that it was started in. seed: of the search, unless a driver had one before.

    request: "stop" or "cancel", to do only that with what an earlier driver has left. retry: the numbers of trials
    that are given out again.
    """

    run: Run
    paths: RunPaths
    where: Where
    cwd: Path
    seed: int
    request: str = ""
    retry: tuple[int, ...] = ()


class Driver:
    """One driver of one run; `drive` it once. Only the main thread can, since it takes over the signals."""

    def __init__(self, plan: Plan) -> None:
        """Begin an epoch, and start the agents. Raises OmnioptError where the disk or the scheduler does not do its part."""
        self._plan = plan
        self._run, self._paths = plan.run, plan.paths
        self._began = time.monotonic()
        self.epoch, journal = open_epoch(self._paths)
        recalled = recall(self._paths, self.epoch)
        self._recorder = Recorder(journal, self.epoch, recalled.replayer, recalled.tally)
        self._state, self._tally = recalled.replayer.state, recalled.tally
        self.seed = plan.seed if self._state.seed is None else self._state.seed
        self._events = Events(self._paths)
        remote = plan.where == "slurm"
        self._mail = Mailboxes(self._paths, self.epoch, slowest=1.0 if remote else 0.1, sync=remote)
        self._board = Board(self.epoch)
        self._recorder.commit([self._introduction()], self._began)
        launcher = make_launcher(self._run, self._paths, self.epoch, plan.where, plan.cwd)
        self._crew = Crew(self._paths, launcher, self._board, self._mail)
        self._board.restore(self._state.trials.values(), recalled.strikes)
        self._limits = Limits(
            self._run.max_evals,
            self._run.max_failures,
            self._run.runtime - recalled.seconds,
            recalled.failures,
            recalled.first,
        )
        self._next = recalled.next_number
        self._wanted = self._state.wanted or self._run.workers
        self._pace = Pace(gap=0.5 if remote else 0.01)
        self._exhausted = False
        self._phase = Phase.WORKING
        self._over: Over | None = None
        self._phase_since = self._began
        self._signed_at = self._began
        self._interrupts = 0
        self._detached = False
        self._show: Show = Lines(self._run.poll_interval)
        self._rate = Rate()
        self._view = View(self._run, self._tally, self._rate, ends_at=time.time() + self._limits.runtime)
        self._table = Table(self._paths, self._run)
        self._requests = Requests(self._paths)
        self._echo = Echo(self._paths) if self._run.live_output else None
        self._searcher: Searcher | None = None
        self._prepared = False
        self._changed = False
        self._new_best = False
        self._messages: list[tuple[str, Record]] = []
        self._roster = Roster(self._paths, self._events)
        self._crew.adopt(self._began)
        self._crew.fill(self._agents_wanted, self._began, time.time())

    @property
    def trials(self) -> Mapping[int, Trial]:
        """All trials as they stand."""
        return self._state.trials

    @property
    def tally(self) -> Tally:
        """How many of them stand where."""
        return self._tally

    @property
    def show(self) -> Show:
        """Where progress goes; not where it went at first if the terminal has been closed."""
        return self._show

    def drive(self, show: Show) -> Ending:
        """Go on until the run is over, or this driver has to leave."""
        self._show = show
        with Signals() as signals:
            self._searcher = self._make_searcher()
            self._retry(self._plan.retry)
            self._ask(self._plan.request)
            while True:
                if self._turn(signals):
                    break
                time.sleep(min(_LONGEST_SLEEP, self._mail.due(time.monotonic())))
            return self._end()

    def _turn(self, signals: Signals) -> bool:
        """One round of everything; True when there is nothing more to do."""
        now, at = time.monotonic(), time.time()
        self._obey(signals)
        for request in self._requests.read(now):
            self._answer(request)
        for identity, record in self._mail.poll(now):
            self._hear(identity, record)
        self._crew.look(now, at, self._hear)
        self._judge(now)
        if self._phase is Phase.WORKING and not self._recorder.stalled:
            self._crew.fill(self._agents_wanted, now, at)
            self._hand_out(now, at)
        elif self._phase is not Phase.WORKING:
            self._crew.dismiss_late(cancel=self._phase is Phase.CANCELLING)
        self._commit(now)
        self._sign(now)
        self._show_progress()
        return self._over in (Over.LEFT, Over.SUPERSEDED) or (
            self._phase is not Phase.WORKING and self._drained(now)
        )

    # What comes in

    def _obey(self, signals: Signals) -> None:
        if signals.hand_over:
            self._over = Over.LEFT
        if signals.detached and not self._detached:
            self._detached = True
            self._show.close()
            self._show = Lines(self._run.poll_interval, open_log(self._paths.driver_log))
        if signals.interrupts == self._interrupts:
            return
        self._interrupts = signals.interrupts
        if self._phase is Phase.WORKING:
            self._begin(Phase.DRAINING, Over.STOPPED)
            if self._tally.running:
                self._show.say(
                    f"Stopping: {self._tally.running} running evaluations may end, nothing new begins. "
                    "Press Ctrl-C again to end them now."
                )
        elif self._phase is Phase.DRAINING:
            self._begin(Phase.CANCELLING, Over.CANCELLED)
            self._show.say(
                "Ending the running evaluations; programs that do not listen are killed after 10 seconds."
            )
        else:
            self._crew.kill(time.time(), self._hear)

    def _answer(self, request: Record) -> None:
        kind, value = request.get("kind"), request.get("value")
        if kind in ("stop", "cancel"):
            self._ask(str(kind))
        elif kind == "workers" and (wanted := _workers(value, self._wanted)) is not None:
            self._wanted = wanted
            self._write_down([{"kind": "workers", "wanted": wanted, "at": time.time()}])
        elif kind == "retry" and isinstance(value, list):
            self._retry(tuple(number for number in value if isinstance(number, int)))

    def _ask(self, request: str) -> None:
        if request == "stop" and self._phase is Phase.WORKING:
            self._begin(Phase.DRAINING, Over.STOPPED)
        elif request == "cancel" and self._phase is not Phase.CANCELLING:
            self._begin(Phase.CANCELLING, Over.CANCELLED)

    def _retry(self, numbers: tuple[int, ...]) -> None:
        """Give out again what has ended without a result that counts."""
        for number in numbers:
            trial = self._state.trials.get(number)
            if (
                trial is not None
                and number not in self._board.open
                and trial.status.ended
                and trial.status is not Status.OK
            ):
                self._board.reopen(trial, time.time())

    def _hear(self, identity: str, record: Record) -> None:
        if self._run.debug:
            self._events.add(f"from {identity}: {record}")
        try:
            self._learn_pace(identity, record)
            self._board.hear(identity, record, time.time())
        except (KeyError, TypeError, ValueError) as error:
            self._events.add(f"worker {identity} said something that is not understood ({error!r}): {record}")
            return
        self._crew.heard(identity, record)

    def _learn_pace(self, identity: str, record: Record) -> None:
        if int(record.get("epoch") or 0) != self.epoch:
            return
        if record["kind"] == "started":
            self._pace.began(identity, float(record["at"]))
        elif record["kind"] == "finished" and record["status"] == Status.OK.value:
            member = self._board.members.get(identity)
            idle = member is None or len(member.queue) <= 1
            self._pace.ended(identity, float(record["seconds"]), float(record["end"]), idle)

    # What is decided

    def _judge(self, now: float) -> None:
        """Whether the run is over."""
        if self._phase is not Phase.WORKING:
            return
        over = self._limits.over(self._tally, now - self._began)
        if over is None and self._exhausted and not self._board.open:
            over = Over.SPACE
        if over is None and self._too_late(now) and len(self._board.open) == len(self._board.waiting):
            over = Over.RUNTIME
        if (
            over is None
            and self._crew.hopeless
            and not any(one.ready for one in self._board.members.values())
        ):
            over = Over.NO_AGENTS
        if over in (Over.RUNTIME, Over.ALL_FAILED):
            self._begin(Phase.CANCELLING, over)
        elif over is not None:
            self._begin(Phase.DRAINING, over)

    def _begin(self, phase: Phase, over: Over) -> None:
        self._phase, self._over = phase, over
        self._phase_since = time.monotonic()
        self._write_down([{"kind": "stopping", "reason": over.value, "at": time.time()}])
        if phase is Phase.DRAINING:
            self._crew.dismiss()
        else:
            self._crew.cancel()

    def _drained(self, now: float) -> bool:
        """Whether all agents have left; those that should have by now are ended."""
        waited = now - self._phase_since
        members = self._board.members.values()
        if self._recorder.stalled or self._messages:
            return False
        if not members:
            return True
        if self._phase is Phase.CANCELLING:
            if waited > _CANCEL_PATIENCE:
                self._crew.kill(time.time(), self._hear)
        elif not any(member.queue for member in members) and waited > _LEAVE_PATIENCE:
            self._crew.kill(time.time(), self._hear)
        return False

    @property
    def _agents_wanted(self) -> int:
        if self._plan.request:
            return 0
        in_hand = len(self._board.open)
        more = 0 if self._exhausted else self._limits.room(self._board.ok, in_hand)
        return min(self._wanted, in_hand + more)

    # What goes out

    def _hand_out(self, now: float, at: float) -> None:
        """Give every agent that can take one a trial, those that are idle first."""
        if self._too_late(now):
            return
        until = time.monotonic() + _LONGEST_TURN
        alone = self._wanted == 1 and self._run.algorithm in _LEARNING
        for held in range(MOST_HELD if self._pace.ahead and not alone else 1):
            for member in self._board.takers(held):
                if not self._fits(member, at):
                    self._board.quit(member)
                    continue
                if not self._board.waiting and not self._propose(at):
                    return
                self._board.give(member, at)
                if time.monotonic() > until:
                    return

    def _fits(self, member: Member, at: float) -> bool:
        """Whether an agent has enough time left; a fresh one always has, since no other would have more."""
        if member.ends_at == math.inf or not member.given:
            return True
        return at + self._pace.longest + _MARGIN < member.ends_at

    def _too_late(self, now: float) -> bool:
        """Whether the runtime will be over before an evaluation that begins now has ended."""
        return now - self._began + (self._pace.seconds or 0) >= self._limits.runtime

    def _propose(self, at: float) -> bool:
        if self._exhausted or self._limits.room(self._board.ok, len(self._board.open)) == 0:
            return False
        assert self._searcher is not None
        values = self._searcher.ask(self._next)
        if values is None:
            self._exhausted = True
            return False
        self._board.propose(self._next, values, at)
        self._next += 1
        return True

    def _commit(self, now: float) -> None:
        """Journal first, then the inboxes; and what has become known by that."""
        moves = self._board.take()
        self._messages += moves.messages
        self._write_down(moves.records)
        if self._recorder.stalled:
            return
        if self._messages:
            if superseded(self._paths, self.epoch):
                self._over = Over.SUPERSEDED
                return
            messages, self._messages = self._messages, []
            for _, record in messages:
                if record["kind"] == "assign":
                    self._complete(record)
            self._mail.send(messages, now)
        else:
            self._mail.send((), now)

    def _write_down(self, records: list[Record]) -> None:
        best = self._tally.best
        changed = self._recorder.commit(records, time.monotonic())
        for record in records:
            if sentence := sentence_of(record, self._state.trials):
                self._events.add(sentence)
        for trial in changed:
            self._limits.note(trial)
            self._rate.note(trial)
            self._changed = True
            if self._echo:
                self._echo.note(trial)
            if trial.status.ended and self._searcher is not None:
                self._searcher.tell(trial.number, trial.loss if trial.status is Status.OK else None)
        self._new_best |= self._tally.best is not best
        if changed and not self._prepared:
            self._prepare(changed)

    def _complete(self, record: Record) -> None:
        """Add to an assignment what the agent needs beside the values."""
        run = self._run
        values: Mapping[str, Value] = record["values"]
        record["command"] = render(run.objective, values, places(self._paths, record["trial"]))
        record["cwd"] = str(self._plan.cwd)
        record["time_limit"], record["memory"] = run.time_limit, run.memory
        record["accept_exit_code"] = run.accept_exit_code

    # The search

    def _make_searcher(self) -> Searcher:
        searcher = make_searcher(self._run, self.seed)
        for trial in self._state.trials.values():
            try:
                searcher.known(trial.number, trial.values)
            except (KeyError, ValueError):
                continue  # it comes from elsewhere, and has other parameters or values
            if trial.status.ended:
                searcher.tell(trial.number, trial.loss if trial.status is Status.OK else None)
        return searcher

    def _prepare(self, changed: list[Trial]) -> None:
        """Load the search libraries in the background as soon as the first evaluation has begun, not before."""
        if self._searcher is not None and any(trial.start is not None for trial in changed):
            self._prepared = True
            threading.Thread(target=self._searcher.prepare, name="prepare", daemon=True).start()

    # Signs of life, and the end

    def _introduction(self) -> Record:
        pid = os.getpid()
        return {
            "kind": "driver",
            "epoch": self.epoch,
            "host": socket.gethostname(),
            "pid": pid,
            "pid_start": processes.birth(pid),
            "at": time.time(),
            "version": __version__,
            "seed": self.seed,
            "where": self._plan.where,
            "cwd": str(self._plan.cwd),
            "job": os.environ.get("SLURM_JOB_ID", ""),
        }

    def _sign(self, now: float) -> None:
        if now - self._signed_at >= claim.SIGN_EVERY:
            self._signed_at = now
            claim.give_sign(self._paths, self.epoch)
            if superseded(self._paths, self.epoch):
                self._over = Over.SUPERSEDED
        self._table.update(self._state.trials.values(), self._changed, now)
        self._changed = False
        self._roster.update(self._crew.reports, self._crew.trouble, now)
        self._events.flush()

    def _show_progress(self) -> None:
        view = self._view
        view.agents, view.pending = len(self._board.members), self._crew.pending
        view.trouble = self._recorder.trouble or self._mail.trouble or self._crew.trouble
        if self._phase is Phase.DRAINING:
            view.notice = "Waiting for running evaluations to end." if self._tally.running else ""
        elif self._phase is Phase.CANCELLING:
            view.notice = "Ending running evaluations."
        for line in self._echo.lines(time.monotonic()) if self._echo else ():
            self._show.say(line)
        self._show.update(view, self._new_best)
        self._new_best = False

    def _end(self) -> Ending:
        assert self._over is not None
        hopeless = self._crew.hopeless
        detail = str(hopeless) if self._over is Over.NO_AGENTS else ""
        if self._over is Over.SPACE and self._searcher is not None:
            detail = self._searcher.exhausted_sentence
        end = ending(self._over, self._run, self._tally, detail)
        if self._over is Over.LEFT:
            self._write_down([{"kind": "leaving", "reason": end.sentence, "at": time.time()}])
        elif self._over is not Over.SUPERSEDED:
            self._write_down(
                [{"kind": "ended", "reason": end.sentence, "exit_code": end.exit_code, "at": time.time()}]
            )
        self._view.notice = ""
        self._show.update(self._view, self._new_best)
        self._table.finish(self._state.trials.values())
        self._roster.close()
        self._events.close()
        self._mail.close()
        self._requests.close()
        self._crew.close()
        self._recorder.close()
        return end


def _workers(value: object, wanted: int) -> int | None:
    """How many workers a request asks for: a number, or "+2" and "-2" relative to those wanted now; at least one."""
    try:
        text = str(value)
        return max(1, wanted + int(text) if text[:1] in ("+", "-") else int(text))
    except ValueError:
        return None
