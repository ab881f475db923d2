"""`omniopt stop`: let running evaluations finish, and start no new ones."""

from __future__ import annotations

import argparse

from worker.cli import stopping
from worker.cli.run_lookup import configure_run
from worker.cli.whereabouts import open_to_change


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `omniopt stop`."""
    configure_run(parser)
    parser.add_argument("--wait", action="store_true", help="return only when the run has stopped")


def execute(args: argparse.Namespace) -> int:
    """Ask the driver to stop; without a living driver, do it here."""
    paths, run = open_to_change(args)
    return stopping.stop(paths, run, args.wait)
