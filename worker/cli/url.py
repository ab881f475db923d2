"""`omniopt url`: the link that opens the page's form filled in with a config."""

from __future__ import annotations

import argparse

from worker.cli.given import HELP, print_problems, read_given
from worker.spec import url
from worker.spec.check import check_read


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `omniopt url`."""
    parser.add_argument("config", metavar="CONFIG", help=HELP)
    parser.add_argument(
        "--page", metavar="URL", default="", help="the address of the page, to print a whole link"
    )


def execute(args: argparse.Namespace) -> int:
    """Print the query string with its question mark, and problems of the config on standard error."""
    read = read_given(args.config)
    print(f"{args.page}?{url.write(read.draft)}")
    return print_problems(check_read(read).problems)
