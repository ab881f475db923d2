"""`omniopt extend`: go on with a run, with more evaluations, or in wider or narrower ranges; what is known stays known."""

from __future__ import annotations

import argparse

from worker.cli import field_options, launching
from worker.cli.commands.resume import configure_changes, go_on
from worker.cli.run_lookup import configure_run, find_run
from worker.errors import UsageError
from worker.spec.changed_parameters import read_changes
from worker.spec.fields import CHANGEABLE
from worker.spec.raw_values import ConversionError
from worker.store.starter import run_command


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `omniopt extend`."""
    parser.usage = "%(prog)s [options] RUN"
    configure_run(parser)
    launching.configure(parser)
    parser.add_argument(
        "--parameter",
        action="append",
        default=[],
        metavar="CHANGE",
        help='other settings of a parameter, such as "lr: min=0.00001, max=0.5"; may be repeated',
    )
    configure_changes(parser)


def execute(args: argparse.Namespace) -> int:
    """Change what is given, and go on where the run was driven before. Raises UsageError where nothing is."""
    paths = find_run(args.run, args.workdir)
    changes = field_options.overrides(args, CHANGEABLE)
    try:
        ranges = read_changes(args.parameter)
    except ConversionError as error:
        raise UsageError(f"{error} {error.hint}".rstrip()) from error
    if not changes and not ranges:
        raise UsageError(
            'Say what is to be more or other: --max-evals 200, --runtime 10, or --parameter "lr: max=0.5". '
            f"To go on as before: {run_command('resume', paths)}"
        )
    return go_on(paths, changes, args, ranges)
