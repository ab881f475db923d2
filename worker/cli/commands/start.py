"""`omniopt start`: from a config to a run that goes on, or to a plain word on why not."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from worker.cli import (
    existing_run,
    extra_packages,
    field_options,
    launching,
    objective_check,
    prompts,
    search_check,
    trust,
    warm_start,
)
from worker.cli.config_argument import HELP, by_name, came_from_elsewhere, print_problems, read_config
from worker.errors import EXIT_DONE, EXIT_NO_SUCCESS, EXIT_RUNNING, ConfigError, OmnioptError, UsageError
from worker.launch import registry
from worker.launch.scheduler import Scheduler
from worker.spec import preparation
from worker.spec.check import check_read
from worker.spec.fields import FIELDS
from worker.spec.formats import toml
from worker.spec.hook_fields import Event
from worker.spec.problem import Problem, has_errors
from worker.spec.run import Run
from worker.spec.text import counted, cut_in_the_middle, visible
from worker.store.paths import Home, RunPaths
from worker.store.run_folder import create, discard
from worker.store.starter import strange_scripts

_LONGEST_LINE = 100  # characters of what is shown once more before the question
_MOST_LINES = 5


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `omniopt start`: its own, and one for every field of a config."""
    parser.usage = "%(prog)s [options] CONFIG"  # it would fill a screen
    parser.add_argument("config", metavar="CONFIG", help=HELP)
    parser.add_argument("--yes", action="store_true", help="start without asking")
    parser.add_argument(
        "--existing",
        choices=existing_run.CHOICES,
        help="if the run already exists: continue it, replace it if nothing was successful, start under a new name, or stop",
    )
    parser.add_argument(
        "--try",
        dest="try_first",
        action="store_true",
        help="first evaluate the program once, where the run would be, with plausible values; then ask whether to start",
    )
    parser.add_argument(
        "--with",
        dest="extras",
        action="append",
        default=[],
        type=extra_packages.group,
        metavar="GROUP",
        help="install this group of packages first, where it is missing (see install); may be repeated",
    )
    parser.add_argument("--show", action="store_true", help="show what would be started, but start nothing")
    parser.add_argument("--local", action="store_true", help="run on this machine even if it has Slurm")
    parser.add_argument(
        objective_check.OPTION,
        action="store_true",
        help="start even if the checks find that the objective program cannot run",
    )
    launching.configure(parser)
    group = parser.add_argument_group("fields of the config", "Each of these overrides the config.")
    field_options.add(group, FIELDS)


def execute(args: argparse.Namespace) -> int:
    """Check everything, ask what has to be asked, start, and stay with a local run until it ends."""
    config = read_config(args.config)
    checked = check_read(field_options.overridden(config, args, FIELDS))
    problems = tuple(by_name(checked.problems, config.draft))
    if checked.run is None:
        raise ConfigError(problems)
    run, scheduler = checked.run, registry.choose(args.local)
    home = Home.for_workdir(run.workdir)
    program_problems = objective_check.problems(
        run, scheduler, home, args.config, certain=not args.trust_program
    )
    problems = (*problems, *search_check.problems(run), *program_problems, *_warnings(run, home, scheduler))
    if args.show or run.dont_start:
        return _show(run, home, scheduler, args, problems)
    if has_errors(problems):
        raise ConfigError(problems)
    print_problems(problems)
    if came_from_elsewhere(args.config) and not args.yes:
        _ask(run, home, scheduler, args.try_first)
    if args.extras:
        _add_packages(args.extras)
    if args.try_first and (code := _try(run, home, scheduler, args)) is not None:
        return code
    code = EXIT_DONE
    for seed_run in _one_per_seed(run):
        code = max(code, _start(seed_run, home, scheduler, args))
        if code not in (EXIT_DONE, EXIT_NO_SUCCESS):
            break
    return code


def _add_packages(groups: list[str]) -> None:
    """Install them; a run whose plots will lack something is better than none."""
    try:
        extra_packages.install(groups)
    except OmnioptError as error:
        print(f"{error} The run starts without them.", file=sys.stderr)


def _warnings(run: Run, home: Home, scheduler: Scheduler) -> Iterator[Problem]:
    for script in strange_scripts(home):
        yield Problem(
            "run.workdir",
            f"{script} was not created by this OmniOpt, perhaps by an older one, and is left as it is.",
            "The commands are in omniopt/.venv/bin; to get the scripts next to the runs, use another workdir or move it away.",
            "warning",
        )
    if scheduler.remote and home.root.is_relative_to(Path.home()):
        yield Problem(
            "run.workdir",
            f"The results go to {home.root} in your home folder, which is usually small and slow on "
            "clusters.",
            "Give another folder with --workdir, for example in a workspace.",
            "warning",
        )


def _try(run: Run, home: Home, scheduler: Scheduler, args: argparse.Namespace) -> int | None:
    """Evaluate the program once; the exit code where the run is not to be started then, None where it is."""
    from worker.cli.sample_evaluation import evaluate_once

    found = scheduler.check(
        run, home.run(run.name), launching.place_of(run, scheduler), scheduler.survey(run)
    )
    if has_errors(found):
        raise ConfigError(found)
    print(f"One evaluation {scheduler.place(1)} first; it is none of the run's.", flush=True)
    code = evaluate_once(run, home, scheduler)
    if code not in (EXIT_DONE, EXIT_NO_SUCCESS) or (args.yes and code != EXIT_DONE):
        print("The run was not started.")
        return code
    if args.yes:
        return None
    if not prompts.somebody_there():
        print("There is no terminal to ask whether to start the run; leave out --try, or add --yes.")
        return code
    question = "Start the run now? [y/N] " if code == EXIT_DONE else "Start the run all the same? [y/N] "
    if prompts.choose(question, prompts.YES_OR_NO):
        return None
    print("The run was not started.")
    return code


def _ask(run: Run, home: Home, scheduler: Scheduler, try_first: bool) -> None:
    """Show the config, and go on only if the user wants that. Raises UsageError where there is nobody to ask."""
    print("This config was given:\n")
    for line in toml.write(toml.draft_of(run)).splitlines():
        print(f"    {visible(line)}")
    print("\nThis would be started:\n")
    for line in _in_short(run, home, scheduler):
        print(f"    {line}")
    print()
    if not prompts.somebody_there():
        raise UsageError("There is no terminal to ask whether to start this run; add --yes.")
    question = "Evaluate this once now, as a test? [y/N] " if try_first else "Start this run? [y/N] "
    if not prompts.choose(question, prompts.YES_OR_NO):
        raise UsageError("Nothing was started.")


def _in_short(run: Run, home: Home, scheduler: Scheduler) -> Iterator[str]:
    """What would run, where, and with how many workers; nothing that runs as the user is left out."""
    names = [seed_run.name for seed_run in _one_per_seed(run)]
    yield f"program   {_line(run.objective)}"
    if run.before:
        yield f"at first  {_line(run.before)}"
    if around := [
        *run.setup,
        *preparation.by_hand(preparation.needs(run, Path.cwd())),
        *preparation.exports(run.variables),
    ]:
        yield from _listed("before it", around)
    commands = ((event.value, str(getattr(run, event.attribute))) for event in Event)
    yield from _listed("on", [f"{event}: {command}" for event, command in commands if command])
    workers = f"{counted(run.workers, 'worker')} {scheduler.place(run.workers)}"
    yield (
        f"where     {workers}, {len(names)} runs one after the other"
        if len(names) > 1
        else f"where     {workers}"
    )
    yield f"results   {visible(str(home.run(names[0]).root))}"
    yield f"in        {visible(str(Path.cwd()))}"


def _listed(title: str, lines: Sequence[str]) -> Iterator[str]:
    for line in lines[:_MOST_LINES]:
        yield f"{title:<10}{_line(line)}"
        title = ""
    if len(lines) > _MOST_LINES:
        yield f"{'':<10}and {len(lines) - _MOST_LINES} more lines, shown above"


def _line(text: str) -> str:
    return cut_in_the_middle(text, _LONGEST_LINE)


def _one_per_seed(run: Run) -> list[Run]:
    if len(run.seed) < 2:
        return [run]
    return [replace(run, name=f"{run.name}_seed{seed}", seed=(seed,)) for seed in run.seed]


def _start(run: Run, home: Home, scheduler: Scheduler, args: argparse.Namespace) -> int:
    paths, aside = home.run(run.name), None
    if paths.config.is_file():
        existing = existing_run.ExistingRun.of(paths, run)
        choice = existing.decide(args.existing)
        if choice == "continue":
            return launching.resume(existing.changed(args), paths, args)
        if choice == "stop":
            print(f"The run {run.name} already exists and was left as it is; nothing was started.")
            return EXIT_RUNNING
        if choice == "new":
            run = replace(run, name=existing_run.free_name(home, run.name))
        else:
            aside = existing
    else:
        existing_run.refuse_foreign(paths)
    trust.agree_to_new(home.run(run.name).root)
    similar = warm_start.sources(run, home)
    launching.say_where(run, scheduler, asked=args.local)
    survey = launching.check_cluster(run, home.run(run.name), scheduler)
    if aside is not None:
        aside.set_aside()
    paths = create(home, run, scheduler.site(run))
    warm_start.take_over(similar, paths, run)
    try:
        return launching.begin(run, paths, scheduler, args, survey)
    except ConfigError:
        discard(paths)
        raise


def _show(
    run: Run, home: Home, scheduler: Scheduler, args: argparse.Namespace, problems: Sequence[Problem]
) -> int:
    paths: RunPaths = home.run(run.name)
    print(f"# {paths.config}\n{visible_lines(toml.write(toml.draft_of(run)))}")
    launching.say_where(run, scheduler, asked=args.local)
    scripts, cluster_problems = launching.rehearse(run, paths, scheduler)
    for script in scripts:
        print(f"\n# {script.title}\n{visible_lines(script.text)}")
    print(
        f"Nothing was started. The run would be in {visible(str(paths.root))}; its programs would start in {visible(str(Path.cwd()))}."
    )
    return print_problems((*problems, *cluster_problems))


def visible_lines(text: str) -> str:
    """A text of several lines, safe for a terminal."""
    return "\n".join(map(visible, text.split("\n")))
