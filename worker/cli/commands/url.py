"""`omniopt url`: the link that opens the page's form filled in with a config."""

from __future__ import annotations

import argparse

from worker.cli.config_argument import HELP, by_name, print_problems, read_config
from worker.cli.page_address import configure_page, page_address
from worker.spec.check import check_read
from worker.spec.formats import link
from worker.store.starter import homes


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `omniopt url`."""
    parser.add_argument("config", metavar="CONFIG", help=HELP)
    configure_page(parser)


def execute(args: argparse.Namespace) -> int:
    """Print the link, its end alone where no page is known, and problems of the config on standard error."""
    read = read_config(args.config)
    page = page_address(args.page, homes(None))
    found = link.of_draft(read.draft)
    print(f"{page}/{found}" if page else found)
    return print_problems(by_name(check_read(read).problems, read.draft))
