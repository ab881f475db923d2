"""`omniopt partitions`: the partitions of the cluster, for the administrator of a page."""

from __future__ import annotations

import argparse
from datetime import date

from worker.errors import EXIT_DONE
from worker.launch import registry


def configure(parser: argparse.ArgumentParser) -> None:
    """`omniopt partitions` has no options."""


def execute(args: argparse.Namespace) -> int:
    """Print them as the page reads them."""
    print(registry.partition_file(date.today().isoformat()), end="")
    return EXIT_DONE
