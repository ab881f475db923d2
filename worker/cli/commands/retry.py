"""`omniopt retry`: evaluate again what ended without a result that counts."""

from __future__ import annotations

import argparse
import time
from dataclasses import replace

from worker.cli import launching
from worker.cli.run_lookup import configure_run, say_if_paused
from worker.cli.whereabouts import open_to_change
from worker.errors import EXIT_DONE, UsageError
from worker.spec.driver_fields import DriverPlace
from worker.store import replay
from worker.store.claim import claim
from worker.store.requests import Retry, ask
from worker.trial import Status, Trial


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `omniopt retry`."""
    configure_run(parser)
    parser.add_argument("trials", metavar="N", nargs="*", type=int, help="the numbers of the evaluations")
    parser.add_argument("--failed", action="store_true", help="all that failed, timed out or were lost")
    launching.configure(parser)
    places = [place.value for place in DriverPlace]
    parser.add_argument("--driver", choices=places, help="where the driver is, if nobody drives the run now")


def execute(args: argparse.Namespace) -> int:
    """Ask the driver for it, or go on with the run for it. Raises UsageError where there is nothing to retry."""
    paths, run = open_to_change(args)
    trials = replay.load(paths).trials
    for number in args.trials:
        _refuse(number, trials.get(number))
    failed = [trial.number for trial in trials.values() if args.failed and trial.status.failure]
    numbers = tuple(dict.fromkeys([*args.trials, *failed]))
    if not numbers:
        if not args.failed:
            raise UsageError(
                "Say which evaluations to repeat: their numbers, or --failed for all that failed."
            )
        raise UsageError(f"No evaluation of {run.name} has failed, so there is nothing to retry.")
    noun = "evaluation" if len(numbers) == 1 else "evaluations"
    print(f"{run.name}: {len(numbers)} {noun} will be repeated.", flush=True)
    current_claim = claim(paths)
    if current_claim.held:
        ask(paths, Retry(value=numbers, at=time.time()))
        say_if_paused(current_claim)
        return EXIT_DONE
    return launching.resume(replace(run, driver=args.driver or run.driver), paths, args, numbers)


def _refuse(number: int, trial: Trial | None) -> None:
    """Raise UsageError where a trial cannot be evaluated again."""
    if trial is None:
        raise UsageError(f"There is no evaluation {number}; the first column of the csv has the numbers.")
    if trial.status is Status.OK:
        raise UsageError(
            f"Evaluation {number} was successful; only evaluations without a result can be repeated."
        )
    if not trial.status.ended:
        raise UsageError(f"Evaluation {number} has not ended yet.")
