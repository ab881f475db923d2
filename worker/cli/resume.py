"""`omniopt resume`: go on with a run that was stopped, interrupted, or whose driver died."""

from __future__ import annotations

import argparse

from worker.cli import going
from worker.cli.common import configure_run, open_run


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `omniopt resume`."""
    configure_run(parser)
    going.configure(parser)


def execute(args: argparse.Namespace) -> int:
    """Go on where the run was driven before: on this machine, or in Slurm."""
    paths, run = open_run(args)
    return going.go_on(run, paths, args)
