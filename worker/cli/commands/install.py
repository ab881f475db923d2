"""`omniopt install`: packages for what a plain installation leaves out, into the environment of this command."""

from __future__ import annotations

import argparse

from worker.cli import extra_packages
from worker.errors import EXIT_DONE
from worker.spec.extras import EXTRAS, USUAL


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `omniopt install`."""
    parser.add_argument(
        "groups",
        nargs="*",
        type=extra_packages.group,
        metavar="GROUP",
        help=f"{', '.join(EXTRAS)} (without any: {' and '.join(USUAL)})",
    )
    parser.add_argument("--list", action="store_true", help="only say what there is and what is missing")


def execute(args: argparse.Namespace) -> int:
    """Install what is missing, or say what there is. Raises OmnioptError where that is not possible."""
    if not args.list:
        extra_packages.install(args.groups or USUAL)
        return EXIT_DONE
    for name, extra in EXTRAS.items():
        there = "installed" if extra_packages.is_installed(name) else "missing"
        print(f"{name:<12}{there:<11}{extra.purpose} ({', '.join(extra.packages)})")
    return EXIT_DONE
