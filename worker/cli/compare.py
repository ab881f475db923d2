"""`omniopt compare`: several runs in one page and one csv."""

from __future__ import annotations

import argparse

from worker.cli.common import configure_workdir, find_run
from worker.cli.results import configure_out, place, say_written
from worker.errors import EXIT_DONE, UsageError
from worker.report import comparepage
from worker.report.files import replacing
from worker.report.source import read


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `omniopt compare`."""
    parser.add_argument("runs", metavar="RUN", nargs="+", help="names of runs, or paths of their folders")
    configure_workdir(parser)
    configure_out(parser)


def execute(args: argparse.Namespace) -> int:
    """Write page and csv, into the folder of the first run, and print where they are."""
    if len(set(args.runs)) < 2:
        raise UsageError("A comparison needs at least two runs.")
    runs = [read(find_run(word, args.workdir)) for word in dict.fromkeys(args.runs)]
    first = runs[0].paths
    name = "-".join([first.name, "and", str(len(runs) - 1)])
    page = place(first.root / "comparisons" / f"{name}.html", first, args.out)
    with replacing(page) as file:
        file.write(comparepage.page(name, runs))
    say_written(page)
    table = page.with_suffix(".csv")
    with replacing(table) as file:
        comparepage.write_csv(file, runs)
    say_written(table)
    return EXIT_DONE
