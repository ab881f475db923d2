"""`omniopt summary`: the run in figures."""

from __future__ import annotations

import argparse

from worker.cli.result_files import configure_run, open_results, print_or_write
from worker.errors import EXIT_DONE
from worker.report import run_text


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `omniopt summary`."""
    configure_run(parser)


def execute(args: argparse.Namespace) -> int:
    """Print the figures, or write them to summary.txt in the folder of --out."""
    results = open_results(args)
    print_or_write(run_text.summary(results), "summary.txt", args.out)
    return EXIT_DONE
