"""`omniopt workers`: more or fewer workers while a run goes on."""

from __future__ import annotations

import argparse
import re
import time

from worker.cli.run_lookup import configure_run, say_if_paused
from worker.cli.whereabouts import open_to_change
from worker.errors import EXIT_DONE, UsageError
from worker.spec.fields import BY_PATH
from worker.spec.text import counted
from worker.store.claim import claim
from worker.store.requests import WantWorkers, ask, workers_wanted
from worker.store.starter import run_command

_COUNT = re.compile(r"[+-]?[0-9]{1,6}")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `omniopt workers`."""
    configure_run(parser)
    parser.add_argument("count", metavar="+N|-N|N", help="how many more, how many fewer, or the new total")


def execute(args: argparse.Namespace) -> int:
    """Ask the driver. Raises UsageError for a wrong number, or where no driver is at work."""
    paths, run = open_to_change(args)
    field = BY_PATH["run.workers"]
    most = field.maximum
    if not _COUNT.fullmatch(args.count) or args.count in ("0", "+0", "-0") or int(args.count) > (most or 0):
        raise UsageError(
            f'"{args.count}" is not a valid {field.in_sentence}. Write +5, -5 or 5; the minimum is 1, the '
            f"maximum {most}."
        )
    now = claim(paths)
    if not now.held:
        raise UsageError(
            f"{run.name} has no driver now that could change the {field.in_sentence}. To continue with "
            "that many:\n"
            f"  {run_command('resume', paths, '--workers', str(workers_wanted(args.count, run.workers)))}"
        )
    ask(paths, WantWorkers(value=args.count, at=time.time()))
    count = abs(int(args.count))
    kind = {"+": "more worker", "-": "fewer worker"}.get(args.count[0], "worker")
    print(f"{run.name}: {counted(count, kind)} from now on; running evaluations may end.")
    say_if_paused(now)
    return EXIT_DONE
