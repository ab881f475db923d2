"""`omniopt import`: evaluations that were made elsewhere, as a warm start of a run."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from worker.cli.config_argument import read_config
from worker.cli.run_lookup import configure_workdir, find_run, refuse_if_driven
from worker.errors import EXIT_DONE, ConfigError, UsageError
from worker.report.data.table import RESULT
from worker.report.exchange import import_csv, warm_start
from worker.spec.check import check_read
from worker.spec.run import Run
from worker.spec.text import counted, visible
from worker.store.claim import claim
from worker.store.paths import Home, RunPaths
from worker.store.run_config import read_run
from worker.store.run_folder import create
from worker.store.starter import run_command

_MOST_SHOWN = 10


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `omniopt import`."""
    parser.add_argument("run", metavar="RUN|CONFIG", help="a run, or a config file to create a new one from")
    parser.add_argument(
        "csv",
        metavar="CSV",
        type=Path,
        help="a table with a column for each parameter and one for the result",
    )
    parser.add_argument(
        "--result", default=RESULT, metavar="NAME", help="the column with the result (RESULT)"
    )
    parser.add_argument("--decimal-comma", action="store_true", help="numbers are written like 0,5")
    configure_workdir(parser)


def execute(args: argparse.Namespace) -> int:
    """Check the table, write it into the run's journal, and say what was left out."""
    run, paths, new_home = _target(args)
    table = import_csv.read(args.csv, run, args.result, args.decimal_comma)
    for line in _fates(table.left_out):
        print(visible(line), file=sys.stderr)
    if not table.rows:
        raise UsageError(f"No row of {args.csv} can be used; the lines above say why.")
    if new_home:
        paths = create(new_home, run)
    count = warm_start.write(paths, run, table, str(args.csv))
    imported_before = len(table.rows) - count
    imported = f"{counted(count, 'evaluation')} imported into {paths.root}."
    before = f"{counted(imported_before, 'evaluation')} of the table had been imported before."
    print(f"{imported} {before}" if imported_before else imported)
    print("Imported evaluations do not count toward the limits of the run. To start the search:")
    print(f"  {visible(run_command('resume', paths))}")
    return EXIT_DONE


def _fates(left_out: Mapping[int, str]) -> Iterator[str]:
    """Why rows were left out: the first ones in words, of the others the numbers."""
    for number, why in list(left_out.items())[:_MOST_SHOWN]:
        yield f"Row {number} is left out. {why}"
    if further := list(left_out)[_MOST_SHOWN:]:
        yield f"Of the other rows, {len(further)} are left out: {_ranges(further)}."


def _ranges(numbers: Sequence[int]) -> str:
    """Ascending numbers, those in a row as their first and last one: 3-7, 12."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ", ".join(f"{first}-{last}" if last > first else str(first) for first, last in spans)


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
    checked = check_read(read_config(args.run))
    if checked.run is None:
        raise ConfigError(checked.problems)
    run = checked.run
    home = Home.for_workdir(str(args.workdir or run.workdir))
    paths = home.run(run.name)
    if paths.config.is_file():
        raise UsageError(
            f"The run {run.name} already exists; to import into it, give its name instead of a config."
        )
    return run, paths, home
