"""`omniopt list`: all runs of a workdir, each with its state, counts and best result."""

from __future__ import annotations

import argparse

from worker.cli.run_list import configure_json, list_runs
from worker.cli.run_lookup import configure_workdir


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `omniopt list`."""
    configure_workdir(parser)
    configure_json(parser)


def execute(args: argparse.Namespace) -> int:
    """Print a line for every run."""
    return list_runs(args)
