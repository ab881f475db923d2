"""`omniopt follow`: the progress of a run that somebody else drives, until it ends."""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Sequence

from worker.cli.common import configure_run, open_run
from worker.driver.budget import Tally
from worker.driver.echo import Echo
from worker.driver.ending import report
from worker.driver.show import Show, make_show
from worker.driver.view import Rate, View
from worker.errors import EXIT_DONE, EXIT_INTERRUPTED, ConfigError
from worker.spec.run import Run
from worker.store.claim import Claim, Standing, claim
from worker.store.follow import Follower
from worker.store.origin import origin
from worker.store.paths import RunPaths

_EVERY = 0.25  # seconds between two looks into the journal
_CLAIM_EVERY = 5.0  # seconds between two looks for the driver
_FIRST_WORD = 30.0  # seconds in which a driver that has begun writes down where
_NEXT_DRIVER = 600.0  # seconds in which Slurm starts the next driver; it may have to queue
_QUEUE_EVERY = 30.0  # seconds between two questions to Slurm while nobody drives
_MISSES = 2  # answers without a driver before it is believed: it may just be being handed in
_HINT = "Ctrl-C leaves; the run goes on."
_SENTENCES = {
    Standing.NEVER: "The run has not begun yet.",
    Standing.LEFT: "The driver has left; the next one goes on where it was.",
    Standing.DEAD: "The driver has died; the next one goes on where it was.",
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `omniopt follow`."""
    configure_run(parser)


def execute(args: argparse.Namespace) -> int:
    """Show the progress; the exit code is that of the run, or that of an interruption where its driver has died."""
    paths, run = open_run(args)
    return follow(paths, run)


def follow(paths: RunPaths, run: Run) -> int:
    """Show a run until it ends; returns its exit code."""
    show = make_show(run.poll_interval, [_HINT])
    try:
        return _watch(paths, run, show)
    except KeyboardInterrupt:
        show.close()
        print("The run goes on.")
        return EXIT_DONE


def _watch(paths: RunPaths, run: Run, show: Show) -> int:
    follower, tally, rate = Follower(paths), Tally(), Rate()
    view = View(run, tally, rate)
    echo = Echo(paths) if run.live_output else None
    drivers = _Drivers(paths)
    before = True  # what ended before is not printed again
    while True:
        best = tally.best
        changed = follower.update()
        rate.since = follower.state.driven_since
        for trial in changed.values():
            tally.note(trial)
            rate.note(trial)
            if echo and not (before and trial.status.ended):
                echo.note(trial)
        before = False
        ended = follower.state.ended
        for line in echo.lines(time.monotonic(), at_once=ended is not None) if echo else ():
            show.say(line)
        view.notice = "" if ended else drivers.notice()
        show.update(view, tally.best is not best)
        if ended is not None or drivers.gone:
            break
        time.sleep(_EVERY)
    show.close()
    if ended is None:
        show.say(drivers.farewell)
        return EXIT_INTERRUPTED
    show.say(ended.reason)
    for line in report(run, paths, follower.state.trials, tally, origin(paths)):
        show.say(line)
    return ended.exit_code


class _Drivers:
    """Looks now and then whether somebody drives the run, and where nobody does, whether somebody will."""

    def __init__(self, paths: RunPaths) -> None:
        self._paths = paths
        self._looked = -_CLAIM_EVERY
        self._claim = Claim(Standing.ALIVE)
        self._where = ""  # as known before that claim was looked at
        self._missed_since: float | None = None
        self._asked = -math.inf
        self._queue: Sequence[str] = ()
        self._misses = 0  # answers of Slurm in a row that had no driver
        self._stuck = 0  # answers in a row with a driver that can never begin

    @property
    def gone(self) -> bool:
        """Whether the driver has gone and none is to be expected."""
        if self._misses >= _MISSES:
            return True
        if self._missed_since is None or self._claim.standing is Standing.NEVER:
            return False
        # In Slurm a driver that was killed or has left is followed by another one. Where it is not known yet where the
        # run is, its first driver is about to say so.
        patience = {"local": 0.0, "slurm": _NEXT_DRIVER}.get(self._where, _FIRST_WORD)
        return time.monotonic() - self._missed_since >= patience

    @property
    def farewell(self) -> str:
        """What to say once it is `gone`."""
        if self._misses:
            return " ".join(self._queue)
        return f"The driver of this run has gone. Nothing is lost: omniopt resume {self._paths.name} goes on."

    def notice(self) -> str:
        """What is to be said about the driver, or nothing. Raises ConfigError for one that can never begin."""
        now = time.monotonic()
        if now - self._looked >= _CLAIM_EVERY:
            # In this order: a driver whose first word comes in between shall not be taken for one without a word.
            self._looked, self._where, self._claim = now, origin(self._paths).where, claim(self._paths)
            if self._claim.standing not in (Standing.DEAD, Standing.LEFT, Standing.NEVER):
                self._missed_since, self._queue, self._misses, self._stuck = None, (), 0, 0
            elif self._missed_since is None:
                self._missed_since = now
            if self._missed_since is not None and now - self._asked >= _QUEUE_EVERY:
                self._asked = now
                self._ask()
        return self._claim.pause or " ".join([_SENTENCES.get(self._claim.standing, ""), *self._queue]).strip()

    def _ask(self) -> None:
        """Ask Slurm about the driver, where it is a job."""
        if not self._paths.driver_job_name.exists():
            return
        from worker.launch.slurm import teardown
        from worker.launch.slurm.client import Client
        from worker.launch.slurm.outlook import outlook

        client = Client()
        found = outlook(client, self._paths)
        self._queue = found.sentences
        self._misses = 0 if found.comes else self._misses + 1
        self._stuck = self._stuck + 1 if found.problem else 0
        if found.problem and self._stuck >= found.sightings:
            teardown.cancel_all(client, self._paths)
            raise ConfigError([found.problem])
