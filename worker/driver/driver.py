"""The driver's loop: hear what agents say, write it down, hand out more, until the run is over."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from functools import partial

from worker.driver import before, retries, terms
from worker.driver.agents import Agents
from worker.driver.allocation import Allocation
from worker.driver.assignments import Assignments
from worker.driver.dispatch import Dispatcher, make_assign
from worker.driver.early_stopping import EarlyStopping
from worker.driver.end_conditions import EndConditions, cancels, why_cancelled
from worker.driver.limits import Limits
from worker.driver.losses import Losses
from worker.driver.mailboxes import Mailboxes
from worker.driver.plan import Phase, Plan
from worker.driver.proposer import Proposer
from worker.driver.publisher import Publisher
from worker.driver.recorder import Recorder
from worker.driver.repeats import Repeats
from worker.driver.restore import restore
from worker.driver.runtime_clock import RuntimeClock
from worker.driver.spending import Spending
from worker.driver.steady_clock import SteadyClock
from worker.driver.stop_signals import Signals
from worker.driver.succession import Succession
from worker.driver.tenure import Tenure
from worker.progress.events import sentence_of
from worker.progress.final_summary import Ending, ending
from worker.progress.tally import Over, Tally
from worker.progress.terminal import Display
from worker.spec.text import counted
from worker.store import claim
from worker.store.inbox_messages import INBOX, Order
from worker.store.journal import open_epoch
from worker.store.journal_records import Ended, Leaving, Record, Retracted, Stopping, Workers
from worker.store.messages import Malformed
from worker.store.outbox_messages import OUTBOX, Heard
from worker.store.requests import Asked, CancelAll, Requests, Retry, Stop, WantWorkers, workers_wanted
from worker.trial import Trial

_LONGEST_SLEEP = 0.1  # seconds
_SLOWEST_LOOK, _SLOWEST_REMOTE_LOOK = 0.1, 1.0  # seconds between two looks into an outbox


class Driver:
    """One driver of one run; `drive` it once."""

    def __init__(self, plan: Plan, signals: Signals) -> None:
        """Begin an epoch, and start the agents. `signals` must be entered.

        Raises OmnioptError where the disk or the scheduler does not do its part.
        """
        self._plan = plan
        self._signals = signals
        now = time.monotonic()
        self._clock = SteadyClock()
        self.epoch, journal = open_epoch(plan.paths, plan.after)
        restored = restore(plan.paths, self.epoch, plan.run.rank, plan.run.repeats)
        self._recorder = Recorder(journal, restored.replayer, restored.tally)
        self._state, self._tally = restored.replayer.state, restored.tally
        self.seed = plan.seed if self._state.seed is None else self._state.seed
        now_terms = terms.terms_of(plan.run)
        old_terms = terms.before(self._state.drivers, self.epoch)
        first = claim.introduction(self.epoch, self.seed, plan.scheduler.name, plan.cwd, plan.job, now_terms)
        self._recorder.commit([first], now)
        self._tenure = Tenure(plan.paths, self.epoch, self._recorder, now)
        slowest = _SLOWEST_REMOTE_LOOK if plan.scheduler.remote else _SLOWEST_LOOK
        self._mail = Mailboxes(plan.paths, self.epoch, slowest, sync=plan.scheduler.remote)
        self._assignments = Assignments(self.epoch, partial(make_assign, plan), Losses.of(plan.run))
        restored.hand_over(self._assignments, bool(plan.run.before))
        self._early_stopping = EarlyStopping(plan.run, self._assignments, self._state, restored.stops)
        starts, rides_with = not plan.request, plan.rides_with
        launcher = plan.scheduler.launcher(plan.run, plan.paths, self.epoch, plan.cwd, starts, rides_with)
        succession = Succession(rides_with)
        self._agents = Agents(
            plan.paths,
            launcher,
            self._assignments,
            self._mail,
            self._leave_if_superseded,
            succession,
            len(restored.in_vain) if rides_with else 0,  # a person who resumes it wants to try again
        )
        self._limits = Limits.of(plan.run, restored.failures, restored.first)
        self._runtime_clock = RuntimeClock(self.epoch, restored.seconds, now)
        self._allocation = Allocation(plan, self.epoch, self._state, self._clock.at())
        spending = Spending.of(
            plan, self._allocation, self._assignments, self._state.trials, self._clock.at()
        )
        self._repeats = Repeats(plan.run, self.epoch, self._state.trials.values(), self._tally)
        self._dispatcher = Dispatcher(
            plan, self.epoch, self._assignments, self._limits, spending, self._repeats
        )
        self._end_conditions = EndConditions(
            self._limits, self._state, self._tally, self._assignments, self._agents, self._dispatcher
        )
        self._next = restored.next_number
        asked_before = old_terms.get(terms.WORKERS, now_terms[terms.WORKERS]) == now_terms[terms.WORKERS]
        self._wanted = (self._state.wanted if asked_before else None) or plan.run.workers
        self._proposer: Proposer | None = None
        self._phase, self._phase_since = Phase.WORKING, now
        self._over: Over | None = None
        self._interrupts = 0
        self._messages: list[tuple[str, Order]] = []
        self._requests = Requests(plan.paths)
        self._publisher = Publisher(plan, self.epoch, self._state, self._tally, self._write_down)
        self.hooks = self._publisher.hooks
        for sentence in (sentence_of(first), *terms.changes(old_terms, now_terms)):
            self._publisher.events.add(sentence)
        if self._state.wanted not in (None, self._wanted):
            self._write_down([Workers(epoch=self.epoch, wanted=self._wanted, at=self._clock.at())])
        self._agents.adopt(self._state.agents, now)
        self._agents.fill(self._agents_wanted, now, self._clock.at())

    @property
    def trials(self) -> Mapping[int, Trial]:
        """All trials as they stand."""
        return self._state.trials

    @property
    def tally(self) -> Tally:
        """How many of them stand where."""
        return self._tally

    @property
    def display(self) -> Display:
        """Where progress goes; not where it went at first if the terminal has been closed."""
        return self._publisher.display

    def drive(self, display: Display) -> Ending:
        """Go on until the run is over, or this driver has to leave."""
        self._publisher.display = display
        self._proposer = Proposer(self._plan.run, self.seed, self._state.trials.values(), self._next)
        before.take_up(self._plan, self._state.before, self._assignments, self._clock.at())
        self._retry(self._plan.retry)
        self._ask(self._plan.request)
        while not self._turn(self._proposer):
            time.sleep(min(_LONGEST_SLEEP, self._mail.due(time.monotonic())))
        return self._end(self._proposer)

    def _turn(self, proposer: Proposer) -> bool:
        """One round of everything; True when there is nothing more to do."""
        now, at = self._clock.both()
        self._obey()
        for request in self._requests.read(now):
            self._answer(request)
        for identity, message in self._mail.poll(now):
            self._hear(identity, message)
        self._agents.look(now, at, self._hear)
        if record := self._runtime_clock.look(self._assignments.working, now, at):
            self._write_down([record])
        self._write_down(self._allocation.look(self._agents.reports, self._assignments.members, now, at))
        seconds = self._runtime_clock.seconds
        if over := self._end_conditions.over(self._phase, proposer, seconds, at):
            self._begin(Phase.CANCELLING if cancels(over) else Phase.DRAINING, over)
        if self._phase is not Phase.WORKING:
            self._agents.dismiss_late()
        elif not self._recorder.stalled:
            self._agents.fill(self._agents_wanted, now, at)
            if proposer.learns or self._repeats.on:  # what has just ended decides on the next trials
                self._commit(now)
            if not self._dispatcher.too_late(seconds):
                self._dispatcher.dispatch(proposer, self._wanted, at)
        self._commit(now)
        if self._phase is Phase.DRAINING and self._end_conditions.taken_back(self._over):
            self._phase, self._over = Phase.WORKING, None
            self._publisher.events.add("the run goes on because what would have ended it was retracted")
        trouble = self._recorder.trouble or self._mail.trouble or self._agents.trouble
        self._publisher.update(self._agents, self._phase, trouble, now)
        if self._over is not Over.SUPERSEDED:
            self._over = self._tenure.lost(now) or self._over
        if self._over in (Over.LEFT, Over.SUPERSEDED, Over.MOVED):
            return True
        return self._phase is not Phase.WORKING and self._drained(now - self._phase_since)

    def _obey(self) -> None:
        signals = self._signals
        signals.weigh()
        if signals.hand_over:
            self._over = Over.LEFT
        if signals.take_detached():
            self._publisher.detach()
        if signals.interrupts == self._interrupts:
            return
        self._interrupts = signals.interrupts
        if self._phase is Phase.WORKING:
            self._begin(Phase.DRAINING, Over.STOPPED)
            if self._tally.running:
                self.display.say(
                    f"Stopping: {counted(self._tally.running, 'running evaluation')} may end, and no new "
                    "ones are started. Press Ctrl-C again to end them now."
                )
        elif self._phase is Phase.DRAINING:
            self._begin(Phase.CANCELLING, Over.CANCELLED)
            if self._tally.running:
                self.display.say(
                    "Ending the running evaluations; programs that do not exit are killed after 10 seconds."
                )
        else:
            self._kill()

    def _answer(self, request: Asked) -> None:
        if isinstance(request, Stop | CancelAll):
            self._ask(request.kind)
        elif isinstance(request, Retry):
            self._retry(request.value)
        elif isinstance(request, WantWorkers):
            wanted = workers_wanted(request.value, self._wanted)
            if wanted is not None:
                self._wanted = wanted
                self._write_down([Workers(epoch=self.epoch, wanted=wanted, at=self._clock.at())])

    def _ask(self, request: str) -> None:
        if request == "stop" and self._phase is Phase.WORKING:
            self._begin(Phase.DRAINING, Over.STOPPED)
        elif request == "cancel" and self._phase is not Phase.CANCELLING:
            self._begin(Phase.CANCELLING, Over.CANCELLED)

    def _retry(self, numbers: tuple[int, ...]) -> None:
        retries.reopen(self._assignments, numbers, self._state.trials, self._clock.at())

    def _hear(self, identity: str, message: Heard) -> None:
        if self._plan.run.debug:
            self._publisher.events.add(f"from {identity}: {OUTBOX.as_json(message)}")
        if isinstance(message, Malformed):
            self._publisher.events.add(
                f"worker {identity} sent a message that is not understood ({message.problem}): "
                f"{message.record}"
            )
            return
        at = self._clock.at()
        self._dispatcher.learn(identity, message, at)
        self._assignments.hear(identity, message, at)
        self._early_stopping.hear(identity, message, at)
        self._allocation.heard(identity, message, at)
        self._agents.heard(identity, message, at)

    def _begin(self, phase: Phase, over: Over) -> None:
        # Ctrl-C while the last workers leave does not make a finished run a cancelled one.
        self._over = over if self._over in (None, Over.STOPPED) else self._over
        self._phase, self._phase_since = phase, time.monotonic()
        self._write_down([Stopping(epoch=self.epoch, reason=over.value, at=self._clock.at())])
        if phase is Phase.DRAINING:
            self._agents.dismiss()
        else:
            self._agents.cancel(why_cancelled(self._over))

    def _drained(self, waited: float) -> bool:
        """Whether all agents have left and everything is written; agents that should have left by now are ended."""
        stalled = self._recorder.stalled or bool(self._messages)
        return self._end_conditions.drained(self._phase is Phase.CANCELLING, waited, stalled, self._kill)

    def _kill(self) -> None:
        self._agents.kill(self._clock.at(), self._hear)

    @property
    def _agents_wanted(self) -> int:
        if self._plan.request:
            return 0
        return self._dispatcher.agents(self._wanted, self._proposer is not None and self._proposer.exhausted)

    def _commit(self, now: float) -> None:
        """Journal first, then the inboxes."""
        moves = self._assignments.take()
        stops, orders = self._early_stopping.take()
        self._messages += [*moves.messages, *orders]
        self._write_down([*moves.records, *stops, *self._repeats.take()])
        for note in moves.notes:
            self._publisher.events.add(note)
        if self._recorder.stalled:
            return
        messages, self._messages = self._messages, []
        if messages and self._leave_if_superseded():
            return
        for identity, order in messages if self._plan.run.debug else ():
            self._publisher.events.add(f"to {identity}: {INBOX.as_json(order)}")
        self._mail.send(messages, now)

    def _leave_if_superseded(self) -> bool:
        """Whether a newer driver has taken over, which is the end of this one."""
        if self._tenure.superseded:
            self._over = Over.SUPERSEDED
        return self._over is Over.SUPERSEDED

    def _write_down(self, records: Sequence[Record]) -> None:
        changed = self._recorder.commit(records, time.monotonic())
        for record in records:
            if sentence := sentence_of(record):
                self._publisher.events.add(sentence)
                if isinstance(record, Retracted):  # it has been shown, perhaps as the best
                    self.display.say(f"{sentence[0].upper()}{sentence[1:]}")
        self._publisher.events.flush()  # before anything that takes time: a driver may be killed at any moment
        for trial in changed:
            self._limits.note(trial)
            self._early_stopping.note(trial)
            self._repeats.note(trial)
            self._publisher.note(trial)
            if self._proposer is not None:
                self._proposer.note(trial)

    def _end(self, proposer: Proposer) -> Ending:
        assert self._over is not None
        if self._over is not Over.SUPERSEDED and not self._tenure.in_place:
            self._over = Over.MOVED  # a moment ago; nobody would find what it says of another end
        detail = self._end_conditions.detail(self._over, proposer, self._plan.paths.root)
        end = ending(self._over, self._plan.run, self._tally, detail)
        epoch, reason, over, at = self.epoch, end.sentence, end.over.value, self._clock.at()
        if self._over in (Over.LEFT, Over.MOVED):
            self._write_down(self._allocation.leave(at))
            self._write_down([Leaving(epoch=epoch, reason=reason, over=over, at=at)])
            self._agents.hand_over(time.monotonic())
        elif self._over is not Over.SUPERSEDED:
            self._write_down([*self._allocation.close(at), *self.hooks.closing(self._over, at)])
            self._write_down([Ended(epoch=epoch, exit_code=end.exit_code, reason=reason, over=over, at=at)])
        self._publisher.close(self._agents, last=self._over not in (Over.SUPERSEDED, Over.MOVED))
        self._mail.close()
        self._requests.close()
        self._tenure.close()
        self._agents.close()
        self._recorder.close()
        return end
