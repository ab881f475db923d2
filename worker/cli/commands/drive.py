"""`omniopt drive`: the driver as job scripts call it; people call start and resume."""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path

from worker import processes
from worker.agent.assignment import run_paths
from worker.agent.folder import node_name
from worker.cli.launching import plan_of
from worker.driver.plan import Plan
from worker.driver.restore import open_request, unanswered_retries
from worker.driver.session import drive
from worker.errors import EXIT_DONE, EXIT_RUNNING, OmnioptError
from worker.launch import registry
from worker.launch.scheduler import DriverJobs
from worker.progress.tally import Over
from worker.store.appender import FILE_SERVER
from worker.store.journal_reading import ended_epoch
from worker.store.run_config import read_run
from worker.store.starter import run_command

_TRY_EVERY = 5.0  # seconds


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `omniopt drive`."""
    parser.add_argument("rundir", type=Path, help="the folder of the run")
    parser.add_argument("--local", action="store_true", help="workers are processes on this machine")
    parser.add_argument(
        "--since",
        type=int,
        default=None,
        metavar="EPOCH",
        help="leave at once if a later driver has ended the run",
    )
    parser.add_argument(
        "--after",
        type=int,
        default=None,
        metavar="EPOCH",
        help="follow this driver, and leave at once if another one has done so",
    )
    parser.add_argument(
        "--rides", default="", metavar="WORKER", help="the worker in whose job this driver is"
    )
    parser.add_argument(
        "--retry", type=_numbers, default=(), metavar="N,N", help="evaluations to assign again"
    )


def execute(args: argparse.Namespace) -> int:
    """Drive the run, whoever drove it before; the scheduler sees to it that there is one driver at a time.

    A job that was submitted before the run ended, and starts after that, has nothing to do any more. One that has
    to leave before the run is over submits its successor, which goes on with what a person has asked of this one.
    Nobody watches a driver in a job: where it cannot begin because a disk is full or a file server has a bad moment,
    it tries again until it can, or its job ends.
    """
    last_message = ""
    if args.rides:
        processes.end_with_parent()
    while True:
        try:
            return _drive(args)
        except (OmnioptError, OSError) as error:
            if not _may_pass(error):
                raise
            if str(error) != last_message:
                last_message = str(error)
                print(f"{last_message} Trying again every {_TRY_EVERY:.0f} seconds.", flush=True)
        time.sleep(_TRY_EVERY)


def _may_pass(error: OmnioptError | OSError) -> bool:
    """Whether an error is of the disk or the file server."""
    cause = error.__cause__ if isinstance(error, OmnioptError) else error
    return isinstance(cause, OSError) and cause.errno in FILE_SERVER


def _drive(args: argparse.Namespace) -> int:
    paths = run_paths(args.rundir)
    if args.since is not None and ended_epoch(paths) > args.since:
        print("The run ended before this driver started, so there is nothing left to do.")
        return EXIT_DONE
    run, scheduler = read_run(paths), registry.choose(args.local)
    if not scheduler.remote and not args.local:
        # A run on a cluster must never become one inside the driver's small job.
        raise OmnioptError(
            f"The driver's job runs on {node_name()} and cannot submit workers there. {registry.absence()} "
            "To drive the run on the login node: "
            f"{run_command('resume', paths, '--driver', 'here')}"
        )
    request = open_request(paths, args.since) if args.since is not None else ""
    plan = plan_of(run, paths, scheduler, request, args.retry)
    if args.rides:
        return _ride(replace(plan, after=args.after, rides_with=args.rides))
    return _in_job(plan, scheduler.driver_jobs) if scheduler.driver_jobs else drive(plan).exit_code


def _ride(plan: Plan) -> int:
    """Drive in the job of a worker: whatever ends that, the run and its other workers are left."""
    try:
        return drive(replace(plan, retry=unanswered_retries(plan.paths)), leaves=lambda: True).exit_code
    except FileExistsError:
        return EXIT_RUNNING


def _in_job(plan: Plan, jobs: DriverJobs) -> int:
    job = jobs.own()
    end = drive(plan, job.leaves)
    if end.over is not Over.LEFT:
        return end.exit_code
    if job.comes_back:
        print(f"{plan.scheduler.label} restarts this job by itself, and the run goes on then.", flush=True)
    else:
        print(f"The next driver is job {jobs.submit_successor(plan.run, plan.paths)}.", flush=True)
    return EXIT_DONE  # as far as the scheduler is concerned, which may write mails about failed jobs


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(word) for word in text.split(",") if word)
