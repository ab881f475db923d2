"""`omniopt agent`: evaluate trials for the driver of a run; launchers call it, people do not."""

from __future__ import annotations

import argparse
from pathlib import Path

from worker.agent import cleanup, folder
from worker.agent.agent import Agent
from worker.agent.assignment import run_paths
from worker.store import lives


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("rundir", type=Path, help="the folder of the run")
    parser.add_argument("--id", required=True, help="the worker's name, unique in the run")
    parser.add_argument(
        "--epoch",
        type=int,
        help="number of the driver that asked for it, 0 if that driver has not started yet",
    )
    parser.add_argument(
        "--patience",
        type=float,
        default=60,
        help="leave after this many idle seconds without a sign of a driver",
    )
    parser.add_argument(
        "--ends-at", type=float, default=None, help="when its job ends, in seconds since 1970"
    )
    parser.add_argument(
        "--drives-since",
        type=int,
        default=None,
        metavar="EPOCH",
        help="start a driver where the run has none, unless one later than this has ended the run",
    )
    parser.add_argument(
        "--restarts",
        type=int,
        default=0,
        help="how often its job has been started before; each start is a worker with a name of its own",
    )
    parser.add_argument(
        "--sweep",
        type=int,
        default=None,
        metavar="EXIT_CODE",
        help="the worker's process has ended with this code: only end what it has left on this machine",
    )


def execute(args: argparse.Namespace) -> int:
    """Work until there is no more to do; 0 however that came about."""
    paths = run_paths(args.rundir)
    if args.sweep is not None:
        cleanup.tidy(paths, lives.newest_begun(paths, args.id) if args.restarts else args.id, args.sweep)
        return 0
    identity = lives.next_to_begin(paths, args.id) if args.restarts else args.id
    if args.epoch is not None:
        folder.check(paths, args.epoch)
    Agent(args.rundir, identity, args.epoch or 0, args.patience, args.ends_at, args.drives_since).run()
    return 0
