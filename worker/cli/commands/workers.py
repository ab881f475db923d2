"""`omniopt workers`: more or fewer workers while a run goes on."""

from __future__ import annotations

import argparse
import re

from worker.cli.common import configure_run, open_run, say_if_paused
from worker.driver.requests import ask
from worker.errors import EXIT_DONE, UsageError
from worker.spec.fields import BY_PATH
from worker.store.claim import claim

_COUNT = re.compile(r"[+-]?[0-9]{1,6}")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `omniopt workers`."""
    configure_run(parser)
    parser.add_argument("count", metavar="+N|-N|N", help="so many more, so many fewer, or just so many")


def execute(args: argparse.Namespace) -> int:
    """Ask the driver. Raises UsageError for a wrong number, or where no driver is at work."""
    paths, run = open_run(args)
    most = BY_PATH["run.workers"].maximum
    if not _COUNT.fullmatch(args.count) or args.count in ("0", "+0", "-0") or int(args.count) > (most or 0):
        raise UsageError(
            f'"{args.count}" is no number of workers. Write +5, -5 or 5; the least is 1, the most {most}.'
        )
    now = claim(paths)
    if not now.held:
        raise UsageError(
            f"{run.name} has no driver now, so nobody could change the number of workers. "
            f"omniopt resume {run.name} goes on with it; ask again then."
        )
    ask(paths, "workers", args.count)
    words = {"+": f"{args.count[1:]} more workers", "-": f"{args.count[1:]} fewer workers"}
    print(
        f"{run.name}: {words.get(args.count[0], f'{args.count} workers')} from now on; evaluations that run may end."
    )
    say_if_paused(now)
    return EXIT_DONE
