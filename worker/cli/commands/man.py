"""`omniopt man`: the manual page, read on a terminal; its source elsewhere."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys

from worker.cli.described import described
from worker.cli.man_page import man_page
from worker.errors import EXIT_DONE

_READER = ("man", "-l", "-")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `omniopt man`: there are none."""


def execute(_args: argparse.Namespace) -> int:
    """Show the page with man, where there is a terminal and man; print its source otherwise, for a file `omniopt.1`."""
    text = man_page(described())
    if sys.stdout.isatty() and shutil.which(_READER[0]):
        return subprocess.run(_READER, input=text, text=True, check=False).returncode
    print(text, end="")
    return EXIT_DONE
