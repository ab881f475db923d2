"""The agent's loop: take assignments from the inbox, evaluate them one after another, write down what came out.

What it says in its outbox, beside the records that the journal has too:
- hello, when it starts and whenever it has turned to a newer driver ("epoch"): of what an older driver assigned, it will start nothing any more.
- started, value (RESULT lines, see `ValueReports`), finished, or refused: every assignment that it reads ends in one of the last two, and a refused
  one may be given to another agent as if it had never been assigned.
- retracted, of the newest that was finished: it was the signal which ends the agent that has ended the program, too.
- gpu-broken, where a program's own words show a broken GPU: the assignment is refused, and the agent leaves; bye, with the reason, when it leaves.

While it has nothing to do, it leaves after `patience` seconds without a word from any driver, which sends idle agents a ping now and then.
Before the first driver has begun, it does not wait so long: that driver may be in a queue for hours, and asks for others then.
"""

from __future__ import annotations

import os
import time
from collections import deque
from dataclasses import replace
from pathlib import Path

from worker import processes
from worker.agent import gpu_sampler
from worker.agent.assignment import finished, needs_folder, refused, retracted, run_paths, variables
from worker.agent.environments import Environments
from worker.agent.evaluation import TERM_GRACE, Evaluation
from worker.agent.folder import node_name
from worker.agent.interruption import Interruptions
from worker.agent.introduction import gpus, hello
from worker.agent.lifetime import Lifetime, unfinished
from worker.agent.mailbox import RETRY, Inbox, Outbox
from worker.agent.memory import KernelKills
from worker.agent.restart import earlier_assignments
from worker.agent.start_failure import StartFailure, classify_start_error
from worker.agent.surroundings import Surroundings
from worker.agent.takeover import Takeover
from worker.agent.value_reports import ValueReports
from worker.agent.verdict import Cause
from worker.agent.wake import Wake
from worker.launch import registry
from worker.store.inbox_messages import Assign, Cancel, Lead, Ping, Quit, Received, StopEarly
from worker.store.outbox_messages import Bye, GpuBroken, Refused, Started
from worker.trial import Outcome, Status

_CANCEL_GRACE = 5.0  # seconds between TERM and KILL for what the user wants gone now
_LAST_TRY = 20.0  # seconds that an agent which is told to end goes on trying to write, where the disk is full
_WARNED = "Its program ended after the warning that its worker's time is almost up."
_WITH_ITS_JOB = "Its job received SIGTERM."
_FIRST_PATIENCE = 60.0  # seconds without any driver


class Agent:
    """One agent of a run, which evaluates one trial at a time in this process."""

    def __init__(
        self,
        root: Path,
        identity: str,
        epoch: int = 0,
        patience: float = 60,
        ends_at: float | None = None,
        drives_since: int | None = None,
    ) -> None:
        """root: the run's folder. epoch: one that has begun, if known. patience: seconds. ends_at: seconds since the epoch.

        drives_since: see `Takeover`.
        Raises StillRunningError where another process is this agent, StorageFullError where nothing can be written.
        """
        self._paths = run_paths(root)
        self._identity = identity
        self._patience = patience
        self._lifetime = Lifetime(ends_at)
        folder = self._paths.agent(identity)
        folder.root.mkdir(parents=True, exist_ok=True)
        self._seen, unfinished = earlier_assignments(self._paths, identity)
        self._outbox = Outbox(self._paths, identity)
        self._inbox = Inbox(self._paths, identity, epoch)
        self._wake = Wake()
        self._interruptions = Interruptions(self._wake)
        self._kernel_kills = KernelKills()
        self._environment = {"PYTHONUNBUFFERED": "1", **os.environ}
        marks = {"OMNIOPT_RUN": str(self._paths.root), "OMNIOPT_AGENT": identity}
        self._gpu_sampler = gpu_sampler.Sampler(folder.gpu_usage, {**self._environment, **marks})
        self._environments = Environments(self._environment)
        self._surroundings = Surroundings(self._paths)
        self._queue: deque[Assign] = deque()
        self._evaluation: Evaluation | None = None
        self._value_reports = ValueReports()
        self._look_at = 0.0
        self._not_before = 0.0
        self._idle_since = time.monotonic()
        self._leaving = ""
        self._released = False  # a driver has sent it away
        self._again = False  # its job is to be started again
        self._takeover = Takeover(self._paths, identity, drives_since, self._environment)
        processes.adopt_orphans()
        for trial, attempt in unfinished:
            reason = "The worker was restarted."
            self._outbox.say(Refused(trial=trial, attempt=attempt, reason=reason, at=time.time()))

    def run(self) -> None:
        """Work until a driver, a signal, the time or the patience says to leave."""
        while not (self._leaving and self._evaluation is None):
            self._look()
            if self._evaluation is not None:
                self._go_on(self._evaluation)
            elif not self._can_start():
                self._idle()
            # The next program starts before the last result is brought to disk, and runs meanwhile.
            if self._can_start():
                self._start(self._queue.popleft())
            self._outbox.flush()
        self._take_back()
        willed = self._wake.terminated
        self._outbox.say(
            Bye(reason=self._leaving, willed=willed, again=self._again and not willed, at=time.time())
        )
        patience = time.monotonic() + _LAST_TRY
        while not self._outbox.flush():
            if time.monotonic() > patience and (self._wake.terminated or self._outbox.lost()):
                break
            self._wake.wait(0.1)
        self._outbox.close()
        self._interruptions.close()
        self._gpu_sampler.take()
        self._gpu_sampler.close()
        self._surroundings.close()
        if not self._released:
            self._takeover.leave()
        self._takeover.wait(lambda: self._wake.terminated or self._lifetime.over)
        if self._again and not self._wake.terminated:
            registry.start_again(os.environ)

    def _can_start(self) -> bool:
        waits = self._outbox.stalled or time.monotonic() < self._not_before
        return bool(self._queue) and self._evaluation is None and not waits

    def _hello(self) -> None:
        self._outbox.say(hello(self._identity, self._inbox.epoch, self._lifetime, self._environment))

    def _look(self) -> None:
        """Take in what happened outside: signals, time, a newer driver, the inbox."""
        if self._wake.terminated:
            self._take_back()
            self._leave("It received SIGTERM.", Cause.HANDED_BACK)
        elif self._lifetime.over:
            in_vain = self._evaluation is not None and self._lifetime.taken_by(self._evaluation)
            self._leave("Its walltime is up.", Cause.WALLTIME if in_vain else Cause.HANDED_BACK)
        elif self._outbox.lost():
            self._leave(f"The run was moved from {self._paths.root}, or removed.", Cause.HANDED_BACK)
        elif self._evaluation is not None:
            self._lifetime.warn(self._evaluation)
        now = time.monotonic()
        if now < self._look_at:
            return
        self._read_inbox(now)
        self._gpu_sampler.take()
        self._surroundings.take()
        self._look_at = self._value_reports.look_at(self._evaluation, now) if self._evaluation else now

    def _read_inbox(self, now: float) -> None:
        takeover, heard = self._takeover, self._inbox.heard
        alone = takeover.due(heard, now)
        if self._inbox.changed(at_once=alone, busy=self._evaluation.seconds if self._evaluation else 0):
            self._refuse_all("A newer driver has taken over.")
            self._hello()
            takeover.turned_to(self._inbox.epoch, now)
        for order in self._inbox.read():
            self._obey(order)
        if takeover.over:
            self._leave("The run has ended.", None)
        elif alone and not self._leaving and self._inbox.heard == heard:
            takeover.begin(now)

    def _obey(self, order: Received) -> None:
        if isinstance(order, Assign):
            self._assigned(order)
        elif isinstance(order, Quit):
            self._released, self._again = True, order.again
            self._leave("A driver released it.", None)
        elif isinstance(order, Cancel) and order.trial is not None:
            self._cancel(order.trial)
        elif isinstance(order, StopEarly):
            if self._evaluation is not None:
                self._evaluation.stop_early(order)
        elif isinstance(order, Cancel):
            self._released, self._again = True, False
            self._leave("Everything was cancelled.", Cause.CANCELLED)
        elif isinstance(order, Ping):
            self._takeover.pinged(order.line)
        elif isinstance(order, Lead):
            self._takeover.lead(order.line, time.monotonic())

    def _assigned(self, assignment: Assign) -> None:
        if assignment.key in self._seen:
            return
        self._seen.add(assignment.key)
        if self._leaving:
            self._refuse(assignment, self._leaving)
        else:
            self._queue.append(assignment)

    def _cancel(self, trial: int) -> None:
        if self._evaluation is not None and self._evaluation.assignment.trial == trial:
            self._evaluation.stop(Cause.CANCELLED, _CANCEL_GRACE)
        for assignment in [queued for queued in self._queue if queued.trial == trial]:
            self._queue.remove(assignment)
            self._finished(assignment, Status.CANCELLED, Outcome(reason="It was cancelled by the user."))

    def _leave(self, reason: str, cause: Cause | None) -> None:
        """Take nothing new, and end what is running for `cause` or let it end by itself (None)."""
        if cause in (Cause.HANDED_BACK, Cause.WALLTIME):
            self._takeover.leave()
        self._leaving = self._leaving or reason
        self._refuse_all(reason)
        if self._evaluation is not None and cause is not None:
            self._evaluation.stop(cause, _CANCEL_GRACE if cause is Cause.CANCELLED else TERM_GRACE)

    def _refuse_all(self, reason: str) -> None:
        while self._queue:
            self._refuse(self._queue.popleft(), reason)

    def _refuse(self, assignment: Assign, reason: str, begun: Evaluation | None = None) -> None:
        """Give an assignment back. begun: its evaluation, where there was one; one that continues is not to blame for that."""
        spent, willed = None, self._interruptions.willed
        if begun is not None and assignment.continues:
            spent, willed = begun.spent, willed or begun.warned or self._lifetime.over
        self._outbox.say(refused(assignment, reason, willed, spent))

    def _start(self, assignment: Assign) -> None:
        trial_dir = self._paths.trial_dir(assignment.trial)
        try:
            self._paths.trials.mkdir(exist_ok=True)
            if needs_folder(assignment, trial_dir):
                trial_dir.mkdir(exist_ok=True)
            if assignment.attempt > 1 or assignment.prepare:
                self._paths.trial_err(assignment.trial).unlink(missing_ok=True)
            marks = variables(assignment, self._paths, self._identity)
            begun, environment, inherited = self._environments.begin(assignment, marks)
            self._interruptions.before_a_program()
            self._evaluation = Evaluation(
                begun,
                self._paths,
                environment,
                self._wake,
                self._kernel_kills,
                self._helpers,
                inherited,
            )
        except (OSError, ValueError) as error:
            self._cannot_start(assignment, error)
            return
        self._value_reports.begin(self._evaluation, time.monotonic())
        trial, attempt = assignment.key
        pid, epoch = self._evaluation.pid, assignment.epoch
        self._outbox.say(
            Started(trial=trial, attempt=attempt, epoch=epoch, pid=pid, at=time.time()), urgent=False
        )
        self._surroundings.ask(begun, assignment, environment, pid)

    def _helpers(self) -> tuple[int, ...]:
        others = (*self._gpu_sampler.helpers, *self._surroundings.helpers)
        return (*others, *self._interruptions.helpers, *self._takeover.helpers)

    def _cannot_start(self, assignment: Assign, error: OSError | ValueError) -> None:
        kind, reason = classify_start_error(error, assignment.cwd, self._paths.root)
        if kind is StartFailure.FOR_NOW:
            self._queue.appendleft(assignment)
            self._not_before = time.monotonic() + RETRY
        elif kind is StartFailure.HERE:
            self._refuse(assignment, reason)
            self._leave(reason, None)
        else:
            self._finished(assignment, Status.FAILED, Outcome(reason=reason))

    def _go_on(self, evaluation: Evaluation) -> None:
        now = time.monotonic()
        longest = min(self._look_at - now, self._value_reports.wait(evaluation, now))
        if evaluation.wait(max(0.0, longest)):
            self._evaluation = None
            self._idle_since = time.monotonic()
            status, outcome = evaluation.outcome()
            if wanted := self._environments.take(evaluation, outcome.exit_code):
                # It was not the program yet that has ended.
                if not self._environments.trouble and evaluation.cause is None:
                    self._start(wanted)
                    return
                outcome = replace(outcome, reason=self._environments.trouble or outcome.reason)
                status = Status.FAILED if evaluation.cause is None else status
            if evaluation.cause is Cause.HANDED_BACK:
                self._refuse(evaluation.assignment, self._leaving, evaluation)
            elif evaluation.cause is None and self._interruptions.ended(outcome):
                self._refuse(evaluation.assignment, _WITH_ITS_JOB, evaluation)
            elif evaluation.cause is None and unfinished(evaluation, status, outcome.exit_code):
                self._refuse(evaluation.assignment, _WARNED, evaluation)
            elif status is Status.FAILED and (message := gpu_sampler.broken(evaluation.tail)):
                reason = f'A GPU of {node_name()} is broken: the program printed "{message}".'
                self._outbox.say(GpuBroken(host=node_name(), reason=reason, at=time.time()))
                self._refuse(evaluation.assignment, reason, evaluation)
                self._leave(reason, None)
            else:
                self._finished(evaluation.assignment, status, outcome, evaluation.retry_text)
                if evaluation.cause is None:
                    self._interruptions.told(evaluation)
            self._look_at = 0.0
            self._look()
        elif (news := self._value_reports.take(evaluation, time.monotonic(), time.time())) is not None:
            self._outbox.say(news, urgent=False)
            self._look_at = self._value_reports.look_at(evaluation, time.monotonic())

    def _take_back(self) -> None:
        """Take back what was told of a program that the same signal has ended as the agent."""
        if self._wake.terminated and (assignment := self._interruptions.take_back()) is not None:
            self._outbox.say(retracted(assignment, _WITH_ITS_JOB, self._interruptions.willed))

    def _finished(self, assignment: Assign, status: Status, outcome: Outcome, printed: str = "") -> None:
        retry = printed if status.failure else ""
        told = finished(assignment, self._identity, gpus(self._environment), status, outcome, retry)
        self._outbox.say(told)

    def _idle(self) -> None:
        now = time.monotonic()
        patience = self._patience if self._inbox.epoch else min(self._patience, _FIRST_PATIENCE)
        silent = not self._takeover.rides and now - max(self._idle_since, self._inbox.heard) > patience
        if silent and not self._inbox.changed(at_once=True):
            self._leave(f"No driver has responded for {patience:.0f} seconds.", None)
            return
        idle = now - self._idle_since
        # Short evaluations must not wait for the next look; an agent that waits long must not wear out a file server.
        self._wake.wait(0.001 if idle < 0.01 else min(0.05, idle / 10) if idle < 10 else 0.2)
