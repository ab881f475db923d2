"""`omniopt start`: from a config to a run that goes on, or to a plain word on why not."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from worker.agent.program import complaints
from worker.cli import existing, going
from worker.cli.given import HELP, by_name, came_from_elsewhere, print_problems, read_given
from worker.driver.project import create, discard
from worker.errors import EXIT_DONE, EXIT_NO_SUCCESS, EXIT_RUNNING, ConfigError, UsageError
from worker.launch import Where, where_to_run
from worker.spec import toml
from worker.spec.check import check_read
from worker.spec.convert import field_text
from worker.spec.fields import FIELDS, Field
from worker.spec.placeholders import is_open
from worker.spec.problem import Problem
from worker.spec.run import Draft, ReadResult, Run
from worker.spec.text import visible
from worker.store.paths import Home, RunPaths


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `omniopt start`: its own, and one for every field of a config."""
    parser.usage = "%(prog)s [options] CONFIG"  # it would fill a screen
    parser.add_argument("config", metavar="CONFIG", help=HELP)
    parser.add_argument("--yes", action="store_true", help="ask nothing before the start")
    parser.add_argument(
        "--existing",
        choices=existing.CHOICES,
        help="where the run exists already: continue it, start under a new name, or stop",
    )
    parser.add_argument("--show", action="store_true", help="show what would be started, and start nothing")
    parser.add_argument("--local", action="store_true", help="run on this machine even where there is Slurm")
    going.configure(parser)
    group = parser.add_argument_group("fields of the config", "Each of these overrides what the config says.")
    for field in FIELDS:
        _add_field(group, field)


def _add_field(group: argparse._ArgumentGroup, field: Field) -> None:
    default = f" (default: {field_text(field, field.default)})" if field.default not in ("", ()) else ""
    text = f"{field.help}{default}".replace("%", "%%")
    if field.kind == "switch":
        group.add_argument(field.flag, nargs="?", const="1", metavar="0|1", help=text)
    elif field.kind == "lines":
        group.add_argument(
            field.flag, action="append", metavar="LINE", help=f"{text} May be given several times."
        )
    else:
        group.add_argument(field.flag, metavar=field.kind.upper(), help=text)


def execute(args: argparse.Namespace) -> int:
    """Check everything, ask what has to be asked, start, and stay with a local run until it ends."""
    given = read_given(args.config)
    checked = check_read(ReadResult(_overridden(given.draft, args), given.problems))
    problems = tuple(by_name(checked.problems, given.draft))
    if checked.run is None:
        raise ConfigError(problems)
    run, where = checked.run, where_to_run(args.local)
    home = Home.for_workdir(run.workdir)
    if args.show or run.dont_start:
        return _show(run, home, where, args)
    print_problems([*problems, *_warnings(run, home, where)])
    if came_from_elsewhere(args.config) and not args.yes:
        _ask(run)
    code = EXIT_DONE
    for one in _one_per_seed(run):
        code = max(code, _start(one, home, where, args))
        if code not in (EXIT_DONE, EXIT_NO_SUCCESS):
            break
    return code


def _overridden(draft: Draft, args: argparse.Namespace) -> Draft:
    flags = {field.path: getattr(args, field.key) for field in FIELDS}
    return replace(
        draft, values={**draft.values, **{path: raw for path, raw in flags.items() if raw is not None}}
    )


def _warnings(run: Run, home: Home, where: Where) -> Iterator[Problem]:
    # Of an open quotation mark the checks have told.
    for complaint in () if is_open(run.objective) else complaints(run.objective, str(Path.cwd())):
        yield Problem("run.objective", complaint, severity="warning")
    if where == "slurm" and home.root.is_relative_to(Path.home()):
        yield Problem(
            "run.workdir",
            f"The results go to {home.root}, in your home, which is mostly small and slow on clusters.",
            "Give another folder with --workdir, for example in a workspace.",
            "warning",
        )


def _ask(run: Run) -> None:
    """Show the config, and go on only if the user wants that. Raises UsageError where there is nobody to ask."""
    print("This config was given:\n")
    for line in toml.write(toml.draft_of(run)).splitlines():
        print(f"    {visible(line)}")
    print()
    if not sys.stdin.isatty():
        raise UsageError(
            "Nobody can be asked whether to start this run, since there is no terminal; add --yes."
        )
    if (
        existing.ask("Start this run? [Y/n] ", {"": "yes", "y": "yes", "yes": "yes", "n": "no", "no": "no"})
        == "no"
    ):
        raise UsageError("Nothing was started.")


def _one_per_seed(run: Run) -> list[Run]:
    if len(run.seed) < 2:
        return [run]
    return [replace(run, name=f"{run.name}_seed{seed}", seed=(seed,)) for seed in run.seed]


def _start(run: Run, home: Home, where: Where, args: argparse.Namespace) -> int:
    paths = home.run(run.name)
    if paths.config.is_file():
        choice = existing.decide(paths, args.existing)
        if choice == "continue":
            return going.go_on(existing.recorded(paths, run), paths, args)
        if choice == "stop":
            print(f"The run {run.name} exists already, and was left as it is; nothing was started.")
            return EXIT_RUNNING
        run = replace(run, name=existing.free_name(home, run.name))
    going.say_where(run, where, asked=args.local)
    going.check_cluster(run, home.run(run.name), where, args)
    paths = create(home, run)
    try:
        return going.begin(run, paths, where, args)
    except ConfigError:
        discard(paths)
        raise


def _show(run: Run, home: Home, where: Where, args: argparse.Namespace) -> int:
    paths: RunPaths = home.run(run.name)
    print(f"# {paths.config}\n{visible_lines(toml.write(toml.draft_of(run)))}")
    going.say_where(run, where, asked=args.local)
    for title, script in going.scripts(run, paths, where, args):
        print(f"\n# {title}\n{visible_lines(script)}")
    print(
        f"Nothing was started. The run would be in {visible(str(paths.root))}, its programs start in {visible(str(Path.cwd()))}."
    )
    return EXIT_DONE


def visible_lines(text: str) -> str:
    """A text of several lines, safe for a terminal."""
    return "\n".join(map(visible, text.split("\n")))
