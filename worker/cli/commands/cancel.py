"""`omniopt cancel`: end a run now, with everything that it started, whether its driver lives or not."""

from __future__ import annotations

import argparse

from worker.cli import stopping
from worker.cli.run_lookup import configure_run
from worker.cli.whereabouts import open_to_change


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `omniopt cancel`."""
    configure_run(parser)


def execute(args: argparse.Namespace) -> int:
    """End everything, and come back when nothing is left."""
    paths, run = open_to_change(args)
    return stopping.cancel(paths, run)
