"""`omniopt csv`: the table of all evaluations, in a file or on standard output."""

from __future__ import annotations

import argparse
import sys

from worker.cli.result_files import (
    configure_failed,
    configure_run,
    open_results,
    output_path,
    say_written,
    selected_trials,
)
from worker.errors import EXIT_DONE, UsageError
from worker.report.exchange import csv_file

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `omniopt csv`."""
    configure_run(parser)
    parser.add_argument("--stdout", action="store_true", help="print the table instead of writing a file")
    parser.add_argument(
        "--separator",
        choices=SEPARATORS,
        help="the separator between cells (comma; semicolon with --decimal-comma)",
    )
    parser.add_argument("--scientific", action="store_true", help="write real numbers like 1.5e-3")
    parser.add_argument(
        "--decimal-comma", action="store_true", help="write numbers like 0,5, as some spreadsheets want them"
    )
    parser.add_argument(
        "--bom",
        action="store_true",
        help="begin with a byte order mark, by which Excel knows letters beyond ASCII",
    )
    configure_failed(parser)


def execute(args: argparse.Namespace) -> int:
    """Write the table and print where it is, or print the table itself."""
    dialect = _dialect(args)
    results = open_results(args)
    trials = selected_trials(results, args)
    if args.stdout:
        sys.stdout.reconfigure(encoding="utf-8", errors="replace", newline="")  # type: ignore[union-attr]
        csv_file.write_to(sys.stdout, results.paths, results.run, trials, dialect)
        return EXIT_DONE
    target = output_path(results.paths.csv, results.paths, args.out)
    say_written(csv_file.write(results.paths, results.run, trials, target, dialect))
    return EXIT_DONE


def _dialect(args: argparse.Namespace) -> csv_file.Dialect:
    """How the table is to be written. Raises UsageError where cells and numbers could not be told apart."""
    if args.decimal_comma and args.separator == "comma":
        raise UsageError(
            "With --decimal-comma, a comma cannot separate the cells, too. Leave --separator out (semicolon), or choose tab."
        )
    separator = SEPARATORS[args.separator or ("semicolon" if args.decimal_comma else "comma")]
    return csv_file.Dialect(separator, args.scientific, args.decimal_comma, args.bom)
