"""Everything by which others see how a driver's run stands: terminal, csv, roster of workers, events, sign of life."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from worker.driver.agents import Agents
from worker.driver.disk_watch import DiskWatch
from worker.driver.hooks import Hooks
from worker.driver.plan import Phase, Plan
from worker.progress.csv_refresh import CsvRefresh
from worker.progress.events import Events
from worker.progress.live_output import LiveOutput
from worker.progress.live_results import LiveResults
from worker.progress.preparing import notice
from worker.progress.roster import Roster
from worker.progress.snapshot import Rate, Snapshot
from worker.progress.tally import Tally
from worker.progress.terminal import Display, Lines, leave_terminal
from worker.report.pages.refresh import FreshReport
from worker.store.claim import SIGN_EVERY, give_sign
from worker.store.journal import announce
from worker.store.journal_records import Record
from worker.store.replay import Replayed
from worker.trial import Trial


class Publisher:
    """What is shown and written down for people. `now` is of a monotonic clock."""

    def __init__(
        self,
        plan: Plan,
        epoch: int,
        state: Replayed,
        tally: Tally,
        write: Callable[[Sequence[Record]], None],
    ) -> None:
        """write: puts records into the journal."""
        self._plan = plan
        self._epoch = epoch
        self._state = state
        self._rate = Rate(state.driven_since)
        self._snapshot = Snapshot(plan.run, tally, state.trials, self._rate)
        self._best = tally.best
        self._csv_refresh = CsvRefresh(plan.paths, plan.run)
        self._report = FreshReport(plan.paths, time.monotonic())
        self._live_output = LiveOutput(plan.paths) if plan.run.live_output else None
        self._live_results = LiveResults(plan.paths, plan.run)
        self._changed = False
        self._signed_at = 0.0
        self.events = Events(plan.paths)
        self._disk_watch = DiskWatch(plan.paths, time.monotonic())
        self.hooks = Hooks(plan, epoch, state, tally, write, self.events.add, time.time())
        self._roster = Roster(plan.paths, self.events)
        self.display: Display = Lines(plan.run.progress_interval)

    def note(self, trial: Trial) -> None:
        """Take in how a trial stands now."""
        self._changed = True
        self._rate.note(trial)
        if self._live_output:
            self._live_output.note(trial)

    def detach(self) -> None:
        """The terminal has gone: what would be shown there goes into the driver's log."""
        self.display.close()
        leave_terminal(self._plan.paths.driver_log)
        self.display = Lines(self._plan.run.progress_interval)

    def update(self, agents: Agents, phase: Phase, trouble: str, now: float) -> None:
        """Show and write what it is time for, and give a sign of life."""
        snapshot = self._snapshot
        snapshot.pending, snapshot.trouble = agents.pending, trouble
        snapshot.take_in(self._state, time.time())
        snapshot.live = self._live_results.sentence(self._state.trials, now, time.time())
        snapshot.notice = notice(self._plan.run, self._state.before)
        if phase is Phase.DRAINING and snapshot.tally.running:
            snapshot.notice = "Waiting for running evaluations to end."
        elif phase is Phase.CANCELLING:
            snapshot.notice = "Ending running evaluations."
        for line in self._live_output.lines(now) if self._live_output else ():
            self.display.say(line)
        if said := self._disk_watch.look(self._state.trials, lambda: snapshot.left, now):
            self.events.add(said)
        snapshot.warning = self._roster.warning = self._disk_watch.warning
        self._show()
        self._csv_refresh.update(self._state.trials.values(), self._changed, now)
        self._changed = False
        self._report.update(now)
        self.hooks.look(time.time(), phase is Phase.WORKING)
        self._roster.update(agents.reports, agents.trouble, now)
        self.events.flush()
        if now - self._signed_at >= SIGN_EVERY:
            self._signed_at = now
            give_sign(self._plan.paths, self._epoch)
            announce(self._plan.paths, self._epoch)

    def close(self, agents: Agents, last: bool) -> None:
        """Show everything, and write it where this is the `last` driver and the run is where it was."""
        self._snapshot.notice = self._snapshot.live = ""
        for line in self._live_output.lines(time.monotonic(), at_once=True) if self._live_output else ():
            self.display.say(line)
        self._show()
        if last:
            self._csv_refresh.finish(self._state.trials.values())
            self._roster.close(agents.reports)
        self._report.close()
        self.events.close()

    def _show(self) -> None:
        best, self._best = self._best, self._snapshot.tally.best
        self.display.update(self._snapshot, new_best=self._best is not best)
