"""`omniopt follow`: the progress of a run that somebody else drives, until it ends."""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Sequence

from worker.cli.run_lookup import configure_run, open_run
from worker.cli.whereabouts import CHANGE_THERE, elsewhere, note_elsewhere
from worker.errors import EXIT_DONE, EXIT_INTERRUPTED, ConfigError
from worker.launch import registry
from worker.progress import roster
from worker.progress.final_summary import next_step, report
from worker.progress.live_output import LiveOutput
from worker.progress.live_results import LiveResults
from worker.progress.snapshot import Rate, Snapshot
from worker.progress.tally import Tally
from worker.progress.terminal import Display, make_display
from worker.spec.run import Run
from worker.store.claim import Claim, Standing, claim
from worker.store.follower import Follower
from worker.store.origin import origin
from worker.store.paths import RunPaths
from worker.store.starter import run_command

_EVERY = 0.25  # seconds between two looks into the journal
_CLAIM_EVERY = 5.0  # seconds between two looks for the driver, and
_BEGINNING_EVERY = 0.5  # while it begins
_NEXT_DRIVER = 600.0  # seconds in which a scheduler starts the next driver; it may have to queue
_QUEUE_EVERY = 30.0  # seconds between two questions to the scheduler while nobody drives
_PATIENCE = 60.0  # seconds for each answer when jobs that can never start are ended
_MISSES = 2  # answers without a driver before it is believed: it may just be being submitted
_HINT = "Ctrl-C leaves this view; the run goes on."
_AWAITED = {False: "The run has not started yet.", True: "The next driver has not started yet."}
_SENTENCES = {
    Standing.BEGINNING: "The driver has started and is reading the earlier records.",
    Standing.LEFT: "The driver has left; the next one continues from there.",
    Standing.DEAD: "The driver has died; the next one continues from there.",
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `omniopt follow`."""
    configure_run(parser)


def execute(args: argparse.Namespace) -> int:
    """Show the progress; the exit code is that of the run, or that of an interruption where its driver has died."""
    paths, run = open_run(args)
    note_elsewhere(paths, run)
    return follow(paths, run)


def follow(paths: RunPaths, run: Run, after: int = 0) -> int:
    """Show a run until it ends; returns its exit code.

    after: an epoch that is over, since the driver of a later one was just asked for; how it ended is no news.
    """
    display = make_display(run.progress_interval, [_HINT])
    try:
        return _follow_until_end(paths, run, display, after)
    except KeyboardInterrupt:
        display.close()
        print("The run goes on.")
        return EXIT_DONE


def _follow_until_end(paths: RunPaths, run: Run, display: Display, after: int) -> int:
    follower, tally, rate = Follower(paths), Tally(rank=run.rank, repeats=run.repeats), Rate()
    snapshot = Snapshot(run, tally, follower.state.trials, rate)
    live_output = LiveOutput(paths) if run.live_output else None
    live_results = LiveResults(paths, run)
    drivers = _Drivers(paths, after, elsewhere(paths, run))
    before = True  # what ended before is not printed again
    while True:
        best = tally.best
        changed = follower.update()
        if rate.since != follower.state.driven_since:
            rate.since = follower.state.driven_since
        snapshot.take_in(follower.state, time.time())
        for trial in changed.values():
            tally.note(trial)
            rate.note(trial)
            if live_output and not (before and trial.status.ended):
                live_output.note(trial)
        before = False
        ended = follower.state.ended if follower.state.epoch > after else None
        for line in live_output.lines(time.monotonic(), at_once=ended is not None) if live_output else ():
            display.say(line)
        snapshot.live = live_results.sentence(follower.state.trials, time.monotonic(), time.time())
        snapshot.notice = "" if ended else drivers.notice()
        snapshot.warning = drivers.warning
        display.update(snapshot, tally.best is not best)
        if ended is not None or drivers.gone:
            break
        time.sleep(_EVERY)
    display.close()
    if ended is None:
        display.say(drivers.farewell)
        return EXIT_INTERRUPTED
    for line in (ended.reason, *next_step(ended.over, run, paths, tally)):
        display.say(line)
    for line in report(run, paths, follower.state.trials, tally, origin(paths)):
        display.say(line)
    return ended.exit_code


class _Drivers:
    """Looks now and then whether somebody drives the run, and where nobody does, whether somebody will."""

    def __init__(self, paths: RunPaths, after: int = 0, away: str = "") -> None:
        """away: a sentence on where the run is, if this machine sees none of its jobs."""
        self._paths = paths
        self._away = away
        self._after = after
        self._due = -math.inf
        self.warning = ""  # what the driver has seen that will keep the run from going on
        self._claim = Claim(Standing.ALIVE)
        self._missed_since: float | None = None
        self._asked = -math.inf
        self._queue: Sequence[str] = ()
        self._misses = 0  # answers of the scheduler in a row that had no driver
        self._stuck = 0  # answers in a row with a driver that can never begin

    @property
    def gone(self) -> bool:
        """Whether the driver has gone and none is to be expected."""
        if self._misses >= _MISSES:
            return True
        if self._missed_since is None or self._awaited:
            return False
        # A driver's job that was killed or has left is followed by another one.
        patience = _NEXT_DRIVER if registry.with_driver_job(self._paths) else 0.0
        return time.monotonic() - self._missed_since >= patience

    @property
    def _awaited(self) -> bool:
        """Whether the driver that was asked for has not begun yet."""
        return self._claim.epoch <= self._after

    @property
    def farewell(self) -> str:
        """What to say once it is `gone`."""
        if self._misses:
            return " ".join(self._queue)
        if self._away:
            return f"No driver is at work, as far as the files of the run tell. {self._away} {CHANGE_THERE}"
        return (
            "The driver of this run is gone. Nothing is lost. To continue:\n"
            f"  {run_command('resume', self._paths)}"
        )

    def notice(self) -> str:
        """What is to be said about the driver, or nothing. Raises ConfigError for one that can never begin."""
        now = time.monotonic()
        if now >= self._due:
            self._claim = claim(self._paths)
            self.warning = roster.read(self._paths)["warning"]
            beginning = self._claim.standing is Standing.BEGINNING
            self._due = now + (_BEGINNING_EVERY if beginning else _CLAIM_EVERY)
            if not self._awaited and (self._claim.held or self._claim.standing is Standing.OVER):
                self._missed_since, self._queue, self._misses, self._stuck = None, (), 0, 0
            elif self._missed_since is None:
                self._missed_since = now
            if self._missed_since is not None and now - self._asked >= _QUEUE_EVERY:
                self._asked = now
                self._ask()
        sentence = _AWAITED[self._after > 0] if self._awaited else _SENTENCES.get(self._claim.standing, "")
        return self._claim.pause or " ".join([sentence, *self._queue]).strip()

    def _ask(self) -> None:
        """Ask about the driver, where it is a job."""
        scheduler = None if self._away else registry.with_driver_job(self._paths)
        if scheduler is None or scheduler.driver_jobs is None:
            return
        status = scheduler.driver_jobs.status(self._paths)
        self._queue = status.sentences
        self._misses = 0 if status.comes else self._misses + 1
        self._stuck = self._stuck + 1 if status.problem else 0
        if status.problem and self._stuck >= status.sightings:
            scheduler.end_everything(self._paths, _PATIENCE)
            raise ConfigError([status.problem])
