"""`omniopt check`: every problem of a config, with its place and what to do; starts nothing."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from worker.cli import field_options, launching, objective_check, search_check
from worker.cli.config_argument import HELP, by_name, read_config
from worker.errors import EXIT_DONE, EXIT_USAGE, ConfigError
from worker.launch import registry
from worker.spec.check import check_read
from worker.spec.fields import FIELDS
from worker.spec.problem import Problem, has_errors
from worker.spec.run import Run
from worker.spec.text import counted, visible
from worker.store.paths import Home


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `omniopt check`."""
    parser.add_argument("config", metavar="CONFIG", help=HELP)
    parser.add_argument("--json", action="store_true", help="print the problems as JSON")
    parser.add_argument("--local", action="store_true", help="skip the checks against the Slurm cluster")
    parser.add_argument(
        "--on-node",
        action="store_true",
        help="if there is no error, also evaluate the program once on a compute node, with plausible values",
    )
    group = parser.add_argument_group("fields of the config", "Each of these overrides the config.")
    field_options.add(group, FIELDS)


def execute(args: argparse.Namespace) -> int:
    """Print all problems; the exit code says whether a run could start, and whether the trial evaluation went well."""
    run, problems = _checked(args)
    if args.json:
        print(json.dumps({"problems": [problem.as_json() for problem in problems]}, indent=2))
    else:
        print("\n".join(_lines(problems)))
    if has_errors(problems):
        return EXIT_USAGE
    if args.on_node and run is not None:
        from worker.cli.sample_evaluation import evaluate_once

        return evaluate_once(run, _home(run), registry.choose(args.local))
    return EXIT_DONE


def _checked(args: argparse.Namespace) -> tuple[Run | None, Sequence[Problem]]:
    """The run, and the problems of the config and then of the cluster."""
    try:
        read = read_config(args.config, args.name)
    except ConfigError as error:
        return None, error.problems
    read = field_options.overridden(read, args, FIELDS)
    checked = check_read(read)
    run = checked.run
    problems = checked.problems if args.json else tuple(by_name(checked.problems, read.draft))
    if run is None:
        return None, problems
    scheduler, home = registry.choose(args.local), _home(run)
    program_problems = objective_check.problems(run, scheduler, home, args.config)
    place = launching.place_of(run, scheduler)
    cluster_problems = scheduler.check(run, home.run(run.name), place, scheduler.survey(run))
    return run, (*problems, *search_check.problems(run), *program_problems, *cluster_problems)


def _home(run: Run) -> Home:
    return Home.in_workdir(Path(run.workdir).expanduser().resolve() if run.workdir else Path.cwd())


def _lines(problems: Sequence[Problem]) -> list[str]:
    lines = []
    for problem in problems:
        path = f"{problem.path}: " if problem.path else ""
        lines.append(visible(f"{problem.severity}: {path}{problem.message}"))
        if problem.hint:
            lines.append(visible(f"    {problem.hint}"))
    return [*lines, _summary(problems)]


def _summary(problems: Sequence[Problem]) -> str:
    counts = []
    for severity in ("error", "warning", "note"):
        count = sum(problem.stands_for for problem in problems if problem.severity == severity)
        if count:
            counts.append(counted(count, severity))
    verdict = "This config cannot be started." if has_errors(problems) else "This config can be started."
    return f"{', '.join(counts) or 'No problems'}. {verdict}"
