"""`omniopt drive`: the driver as job scripts call it; people call start and resume."""

from __future__ import annotations

import argparse
from pathlib import Path

from worker.agent.assignment import run_paths
from worker.cli.going import plan_of
from worker.driver.session import drive
from worker.launch import where_to_run
from worker.report.source import read_run


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `omniopt drive`."""
    parser.add_argument("rundir", type=Path, help="the folder of the run")
    parser.add_argument("--local", action="store_true", help="workers are processes on this machine")


def execute(args: argparse.Namespace) -> int:
    """Drive the run, whoever drove it before; the scheduler sees to it that there is one driver at a time."""
    paths = run_paths(args.rundir)
    return drive(plan_of(read_run(paths), paths, where_to_run(args.local))).exit_code
