"""`omniopt check`: every problem of a config, with its place and what to do; starts nothing."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence

from worker.cli.given import HELP, read_given
from worker.errors import EXIT_DONE, EXIT_USAGE, ConfigError
from worker.spec.check import check_read
from worker.spec.problem import Problem, has_errors
from worker.spec.text import visible


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `omniopt check`."""
    parser.add_argument("config", metavar="CONFIG", help=HELP)
    parser.add_argument("--json", action="store_true", help="print the problems as JSON")


def execute(args: argparse.Namespace) -> int:
    """Print all problems; the exit code says whether a run could start."""
    try:
        problems = check_read(read_given(args.config)).problems
    except ConfigError as error:
        problems = error.problems
    if args.json:
        print(json.dumps({"problems": [problem.as_json() for problem in problems]}, indent=2))
    else:
        print("\n".join(_lines(problems)))
    return EXIT_USAGE if has_errors(problems) else EXIT_DONE


def _lines(problems: Sequence[Problem]) -> list[str]:
    lines = []
    for problem in problems:
        place = f"{problem.path}: " if problem.path else ""
        lines.append(visible(f"{problem.severity}: {place}{problem.message}"))
        if problem.hint:
            lines.append(visible(f"    {problem.hint}"))
    return [*lines, _summary(problems)]


def _summary(problems: Sequence[Problem]) -> str:
    counts = []
    for severity in ("error", "warning", "note"):
        count = sum(problem.severity == severity for problem in problems)
        if count:
            counts.append(f"{count} {severity}{'s' if count > 1 else ''}")
    verdict = "This config cannot start." if has_errors(problems) else "This config can start."
    return f"{', '.join(counts) or 'No problems'}. {verdict}"
