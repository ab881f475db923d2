"""`omniopt completion`: a script with which a shell completes the words of all commands."""

from __future__ import annotations

import argparse

from worker.cli.completions import SHELLS
from worker.cli.described import described
from worker.errors import EXIT_DONE


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `omniopt completion`."""
    parser.add_argument("shell", choices=tuple(SHELLS), help="the shell that is to load it")


def execute(args: argparse.Namespace) -> int:
    """Print the script."""
    print(SHELLS[args.shell](described()), end="")
    return EXIT_DONE
