"""`omniopt logs`: which evaluations printed what, and the end of the log of one."""

from __future__ import annotations

import argparse

from worker.cli.result_files import configure_run, open_results, print_or_write
from worker.errors import EXIT_DONE, UsageError
from worker.report import run_text
from worker.store.starter import run_command
from worker.trial import Status


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `omniopt logs`."""
    configure_run(parser)
    parser.add_argument(
        "trial", nargs="?", type=int, metavar="NUMBER", help="show the log of this evaluation"
    )
    parser.add_argument(
        "--status",
        action="append",
        choices=[status.value for status in Status],
        metavar="STATUS",
        help=f"only these: {', '.join(Status)}; may be repeated",
    )
    parser.add_argument("--failed", action="store_true", help="only failed ones")
    parser.add_argument(
        "--lines", type=int, default=40, metavar="N", help="number of lines from the end of a log (40)"
    )


def execute(args: argparse.Namespace) -> int:
    """Print the overview or the one log, or write it to logs.txt in the folder of --out."""
    results = open_results(args)
    if args.trial is not None:
        trial = next((trial for trial in results.trials if trial.number == args.trial), None)
        if trial is None:
            raise UsageError(
                f"There is no evaluation {args.trial} in {results.run.name}. To list them:\n"
                f"  {run_command('logs', results.paths)}"
            )
        print_or_write(run_text.log(results, trial, max(1, args.lines)), "logs.txt", args.out)
        return EXIT_DONE
    chosen = [
        trial
        for trial in results.trials
        if (not args.status or trial.status.value in args.status)
        and (not args.failed or trial.status.failure)
    ]
    print_or_write(run_text.logs(results, chosen), "logs.txt", args.out)
    return EXIT_DONE
