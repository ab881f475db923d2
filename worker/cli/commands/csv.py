"""`omniopt csv`: the table of all evaluations, in a file or on standard output."""

from __future__ import annotations

import argparse
import sys
from typing import TextIO

from worker.cli.result_files import (
    configure_failed,
    configure_run,
    open_results,
    output_path,
    say_written,
    selected_trials,
)
from worker.errors import EXIT_DONE
from worker.report.exchange import csv_file
from worker.store.files import replacing

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `omniopt csv`."""
    configure_run(parser)
    parser.add_argument("--stdout", action="store_true", help="print the table instead of writing a file")
    parser.add_argument(
        "--separator", choices=SEPARATORS, default="comma", help="the separator between cells"
    )
    parser.add_argument("--scientific", action="store_true", help="write real numbers like 1.5e-3")
    configure_failed(parser)


def execute(args: argparse.Namespace) -> int:
    """Write the table and print where it is, or print the table itself."""
    results = open_results(args)
    trials, separator = selected_trials(results, args), SEPARATORS[args.separator]

    def write(file: TextIO) -> None:
        csv_file.write_to(file, results.paths, results.run, trials, separator, args.scientific)

    if args.stdout:
        sys.stdout.reconfigure(encoding="utf-8", errors="replace", newline="")  # type: ignore[union-attr]
        write(sys.stdout)
        return EXIT_DONE
    target = output_path(results.paths.csv, results.paths, args.out)
    with replacing(target) as file:
        write(file)
    say_written(target)
    return EXIT_DONE
