"""`omniopt csv`: the table of all evaluations, in a file or on standard output."""

from __future__ import annotations

import argparse
import sys

from worker.cli.results import configure_run, open_results, place, say_written
from worker.errors import EXIT_DONE
from worker.report import csv
from worker.report.files import replacing

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `omniopt csv`."""
    configure_run(parser)
    parser.add_argument("--stdout", action="store_true", help="print the table instead of writing a file")
    parser.add_argument("--separator", choices=SEPARATORS, default="comma", help="what stands between cells")


def execute(args: argparse.Namespace) -> int:
    """Write the table and print where it is, or print the table itself."""
    results = open_results(args)
    separator = SEPARATORS[args.separator]
    if args.stdout:
        sys.stdout.reconfigure(encoding="utf-8", errors="replace", newline="")  # type: ignore[union-attr]
        csv.write_to(sys.stdout, results.paths, results.run, results.trials, separator)
        return EXIT_DONE
    target = place(results.paths.csv, results.paths, args.out)
    with replacing(target) as file:
        csv.write_to(file, results.paths, results.run, results.trials, separator)
    say_written(target)
    return EXIT_DONE
