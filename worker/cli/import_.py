"""`omniopt import`: evaluations that were made elsewhere, as a warm start of a run."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from worker.cli.common import configure_workdir, find_run, refuse_if_driven
from worker.cli.given import read_given
from worker.driver.claim import claim
from worker.driver.project import create
from worker.errors import EXIT_DONE, ConfigError, UsageError
from worker.report import warmstart
from worker.report.source import read_run
from worker.report.table import RESULT
from worker.spec.check import check_read
from worker.spec.run import Run
from worker.spec.text import visible
from worker.store.paths import Home, RunPaths

_MOST_SHOWN = 10


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `omniopt import`."""
    parser.add_argument(
        "run", metavar="RUN|CONFIG", help="a run, or a config file from which to make a new one"
    )
    parser.add_argument(
        "csv",
        metavar="CSV",
        type=Path,
        help="a table with a column for each parameter and one for the result",
    )
    parser.add_argument(
        "--result", default=RESULT, metavar="NAME", help="the column with the result (RESULT)"
    )
    configure_workdir(parser)


def execute(args: argparse.Namespace) -> int:
    """Check the table, write it into the run's journal, and say what was left out."""
    run, paths, made = _target(args)
    table = warmstart.read(args.csv, run, args.result)
    for sentence in table.left_out[:_MOST_SHOWN]:
        print(visible(f"left out: {sentence}"), file=sys.stderr)
    if len(table.left_out) > _MOST_SHOWN:
        print(f"left out: {len(table.left_out) - _MOST_SHOWN} further rows", file=sys.stderr)
    if not table.rows:
        raise UsageError(f"No row of {args.csv} can be used; the lines above say why.")
    if made:
        paths = create(made, run)
    count = warmstart.write(paths, run, table)
    known = len(table.rows) - count
    print(
        f"{count} evaluations imported into {paths.root}"
        + (f", {known} were there already." if known else ".")
    )
    print(f"omniopt resume {run.name} starts the search with them; they count for none of its limits.")
    return EXIT_DONE


def _target(args: argparse.Namespace) -> tuple[Run, RunPaths, Home | None]:
    """The run and its folder; the third is where to make it, None where it exists."""
    try:
        paths = find_run(args.run, args.workdir)
    except UsageError:
        if not Path(args.run).is_file():
            raise
    else:
        refuse_if_driven(paths, claim(paths))
        return read_run(paths), paths, None
    checked = check_read(read_given(args.run))
    if checked.run is None:
        raise ConfigError(checked.problems)
    run = checked.run
    home = Home.for_workdir(str(args.workdir or run.workdir))
    paths = home.run(run.name)
    if paths.config.is_file():
        raise UsageError(
            f"The run {run.name} exists already; to import into it, write its name instead of a config."
        )
    return run, paths, home
