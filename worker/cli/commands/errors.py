"""`omniopt errors`: what went wrong, why, what to do, and how to run a failed evaluation again by hand."""

from __future__ import annotations

import argparse

from worker.cli.result_files import configure_run, open_results, print_or_write
from worker.errors import EXIT_DONE
from worker.report import run_text


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `omniopt errors`."""
    configure_run(parser)


def execute(args: argparse.Namespace) -> int:
    """Print the findings, or write them to errors.txt in the folder of --out."""
    results = open_results(args)
    print_or_write(run_text.errors(results), "errors.txt", args.out)
    return EXIT_DONE
