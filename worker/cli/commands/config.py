"""`omniopt config`: a config file, link or token, written as a config file of any format."""

from __future__ import annotations

import argparse

from worker.cli.config_argument import HELP, by_name, print_problems, read_config
from worker.spec.check import check_read
from worker.spec.formats.any_config import WRITERS
from worker.spec.formats.original_writer import not_held


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `omniopt config`."""
    parser.add_argument("config", metavar="CONFIG", help=HELP)
    parser.add_argument(
        "--to",
        choices=list(WRITERS),
        default="toml",
        help="the format: toml (the default), or the original tool's ini or json, which cannot hold everything",
    )


def execute(args: argparse.Namespace) -> int:
    """Print the config on standard output and its problems on standard error; a faulty one is written as it is."""
    read = read_config(args.config)
    print(WRITERS[args.to](read.draft), end="")
    lost = () if args.to == "toml" else not_held(read.draft)
    return print_problems(by_name([*check_read(read).problems, *lost], read.draft))
