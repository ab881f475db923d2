"""`omniopt importance`: which parameters matter, which values are nearly as good as the best, and how sure that is."""

from __future__ import annotations

import argparse

from worker.cli.result_files import configure_run, open_results, print_or_write
from worker.errors import EXIT_DONE, UsageError
from worker.report import sureness_text
from worker.report.data.flatness import WITHIN


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `omniopt importance`."""
    configure_run(parser)
    parser.add_argument(
        "--within",
        type=float,
        default=WITHIN,
        metavar="PERCENT",
        help="what is nearly as good: so many percent of the way from the best to the median result (5)",
    )


def execute(args: argparse.Namespace) -> int:
    """Print it, or write it to importance.txt in the folder of --out. Raises UsageError where --within is no percentage."""
    if not 0 <= args.within <= 100:
        raise UsageError(f"--within {args.within:g} is not from 0 to 100 percent.")
    print_or_write(sureness_text.lines(open_results(args), args.within), "importance.txt", args.out)
    return EXIT_DONE
