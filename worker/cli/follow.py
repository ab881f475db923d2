"""`omniopt follow`: the progress of a run that somebody else drives, until it ends."""

from __future__ import annotations

import argparse
import time

from worker.cli.common import configure_run, open_run
from worker.driver.budget import Tally
from worker.driver.claim import Standing, claim
from worker.driver.ending import report
from worker.driver.recall import origin
from worker.driver.show import Show, make_show
from worker.driver.view import Rate, View
from worker.errors import EXIT_DONE, EXIT_INTERRUPTED
from worker.spec.run import Run
from worker.store.follow import Follower
from worker.store.paths import RunPaths

_EVERY = 0.25  # seconds between two looks into the journal
_CLAIM_EVERY = 5.0  # seconds between two looks for the driver
_HINT = "Ctrl-C leaves; the run goes on."
_SENTENCES = {
    Standing.NEVER: "The run has not begun yet; its driver may be waiting in Slurm's queue.",
    Standing.LEFT: "The driver has left; the next one goes on where it was.",
    Standing.SILENT: "",
    Standing.ALIVE: "",
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
    looked, standing = 0.0, Standing.ALIVE
    while True:
        best = tally.best
        changed = follower.update()
        rate.since = follower.state.driven_since
        for trial in changed.values():
            tally.note(trial)
            rate.note(trial)
        ended = follower.state.ended
        now = time.monotonic()
        if ended is None and now - looked >= _CLAIM_EVERY:
            looked, standing = now, claim(paths).standing
        view.notice = _SENTENCES.get(standing, "")
        show.update(view, tally.best is not best)
        if ended is not None or standing is Standing.DEAD:
            break
        time.sleep(_EVERY)
    show.close()
    if ended is None:
        show.say(f"The driver of this run has died. Nothing is lost: omniopt resume {run.name} goes on.")
        return EXIT_INTERRUPTED
    show.say(ended.reason)
    for line in report(run, paths, follower.state.trials, tally, origin(paths).cwd):
        show.say(line)
    return ended.exit_code
