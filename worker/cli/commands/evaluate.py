"""`omniopt evaluate`: a menu of runs and of what can be made of them, for any terminal."""

from __future__ import annotations

import argparse
import importlib
import os
import textwrap
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from worker.cli import extra_packages, main, prompts, run_lookup
from worker.cli.menu_settings import (
    LEAST_SIDE,
    MOST_SIDE,
    SEPARATORS,
    Settings,
    read_settings,
    settings_file,
    side,
)
from worker.cli.whereabouts import note_elsewhere
from worker.errors import EXIT_DONE, OmnioptError
from worker.report.live.watched import Watched
from worker.report.pictures import figure_style
from worker.spec.extras import USUAL
from worker.spec.text import visible
from worker.store.claim import claim
from worker.store.paths import Home, RunPaths
from worker.store.run_config import read_run
from worker.store.starter import command as command_line
from worker.store.starter import homes


@dataclass(frozen=True)
class Question:
    """What is asked, the option that the answer is for ("" where it stands alone), and what no answer means (nothing, where "")."""

    text: str
    option: str = ""
    usual: str = ""


@dataclass(frozen=True)
class Item:
    """A line of the menu: what it says, the command behind it, and what has to be asked first.

    needs: the groups of packages without which it gives less.
    """

    text: str
    arguments: tuple[str, ...]
    questions: tuple[Question, ...] = ()
    needs: tuple[str, ...] = ()


ITEMS = (
    Item("summary: best parameters, evaluations, wall-clock time, nodes, config", ("summary",)),
    Item("report: everything in one html file", ("report",), needs=("importance",)),
    Item("parallel plot (interactive html)", ("parallel",)),
    Item(
        "parallel plot of chosen columns",
        ("parallel",),
        (Question("Columns, such as lr,layers,RESULT (Enter: all)", "--columns"),),
    ),
    Item("scatter plots (html, svg, png)", ("scatter",), needs=("plots",)),
    Item(
        "scatter plots up to a maximum result (html, svg, png)",
        ("scatter",),
        (Question("Largest result (Enter: any)", "--max"),),
        needs=("plots",),
    ),
    Item("csv to a file", ("csv",)),
    Item("csv to the screen", ("csv", "--stdout")),
    Item("errors: what went wrong, with advice", ("errors",)),
    Item("logs: an overview", ("logs",)),
    Item(
        "log of one evaluation",
        ("logs",),
        (Question("Number of the evaluation (Enter: an overview of all)"),),
    ),
    Item("gpu: how busy the GPUs were", ("gpu",)),
    Item("video of the optimization (html)", ("video",)),
    Item("debug-zip: pack what others need to help", ("debug-zip",)),
    Item("export as JSON", ("export", "--json")),
    Item("importance: which parameters matter, how sure the best is", ("importance",), needs=("importance",)),
    Item(
        "figure: one chart for a paper (pdf, svg, png)",
        ("figure",),
        (
            Question(
                textwrap.fill(f"Charts: {', '.join(figure_style.NAMES)}. Chart (Enter: progress)", 76),
                usual="progress",
            ),
            Question("Width: column or page (Enter: column)", "--width"),
            Question("Format: pdf, svg or png (Enter: pdf)", "--format"),
        ),
        needs=("plots", "importance"),
    ),
)
RUNNING_ITEMS = (
    Item("status: evaluations done, failed and running, jobs", ("status",)),
    Item("follow the progress", ("follow",)),
    Item("dashboard: live plots in a browser", ("dashboard",)),
    Item("stop: let running evaluations end", ("stop",)),
    Item("cancel: stop now", ("cancel",)),
)
RESUMABLE_ITEMS = (
    Item("resume the run", ("resume",)),
    Item("retry: repeat failed evaluations", ("retry", "--failed")),
)


class LeaveError(Exception):
    """The user wants to leave the menu."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `omniopt evaluate`."""
    run_lookup.configure_run(parser, required=False)


def execute(args: argparse.Namespace) -> int:
    """Show menus until the user leaves."""
    settings, trouble = read_settings()
    if trouble:
        print(f"Some settings in {settings_file()} are ignored. {trouble}")
    try:
        if args.run:
            run_menu(run_lookup.find_run(args.run, args.workdir), settings)
        else:
            start_menu(next(homes(args.workdir)), settings)
    except (LeaveError, KeyboardInterrupt, EOFError):
        print()
    return EXIT_DONE


def start_menu(home: Home, settings: Settings) -> None:
    """Choose a run, or one of the things that are about several runs."""
    watched: dict[Path, Watched] = {}  # each list reads only what is new
    while True:
        runs = run_lookup.runs(home)
        print(f"\nRuns in {visible(str(home.projects))}:")
        if not runs:
            print("  none yet")
        for name in run_lookup.older_projects(home):
            print(f"       {visible(name):<32} {run_lookup.OLDER}")
        width = max((len(paths.name) for paths in runs), default=0)
        for number, paths in enumerate(runs, 1):
            run = watched.setdefault(paths.root, Watched(paths))
            run.look()
            print(f"  {number:>3}  {visible(paths.name):<{width}}  {visible(run.line)}")
        print("  c  compare several  d  dashboard  r  resume  f  folder  s  settings  q  quit")
        _show_changed(settings)
        answer = ask("Run (number or name)").strip()
        if answer == "f":
            home = _other_home(home)
        elif answer == "s":
            settings_menu(settings)
        elif answer == "c":
            chosen = [_choose(runs, word) for word in ask("Runs to compare (numbers or names)").split()]
            if len(existing := [paths for paths in chosen if paths]) > 1:
                call("compare", *(str(paths.root) for paths in existing), *settings.options("compare"))
        elif answer == "d":
            call("dashboard", "--workdir", str(home.root.parent))
        elif answer == "r":
            if resumed := _choose(runs, ask("Run to resume (number or name)")):
                call("resume", str(resumed.root))
        elif answer and (run_paths := _choose(runs, answer)):
            run_menu(run_paths, settings)


def run_menu(paths: RunPaths, settings: Settings) -> None:
    """Choose what to make of one run."""
    while True:
        current_claim = claim(paths)
        more = RUNNING_ITEMS if current_claim.held else RESUMABLE_ITEMS
        items = (*ITEMS, *more)
        print(f"\n{visible(paths.name)}: {current_claim.word}")
        with suppress(OmnioptError):  # a config that cannot be read is told of by the command that is chosen
            note_elsewhere(paths, read_run(paths))
        for number, item in enumerate(items, 1):
            print(f"  {number:>3}  {item.text}{_lack(item)}")
        lacking = extra_packages.missing(USUAL)
        if lacking:
            print(f"  i  install what is missing for {' and '.join(lacking)}")
        print("  s  settings    b  back    q  quit")
        _show_changed(settings)
        answer = ask("Item").strip()
        if answer == "b":
            return
        if answer == "s":
            settings_menu(settings)
            continue
        if answer == "i" and lacking:
            call("install", *lacking)
            importlib.invalidate_caches()
            continue
        chosen = _item(items, answer)
        if chosen is None:
            print(f"There is no item {visible(answer)}; type one of the numbers above." if answer else "")
            continue
        command, *arguments = chosen.arguments
        for question in chosen.questions:
            if typed := ask(question.text).strip() or question.usual:
                arguments.append(f"{question.option}={typed}" if question.option else typed)
        call(command, str(paths.root), *arguments, *settings.options(command, paths.name))
        ask("Press Enter to continue")


def _lack(item: Item) -> str:
    """What an item gives less of, as packages are missing."""
    lacking = extra_packages.missing(item.needs)
    return f" [{' and '.join(lacking)}: see i]" if lacking else ""


def _show_changed(settings: Settings) -> None:
    """What was set some time ago must not surprise anybody."""
    if changed := settings.changed():
        print(f"  ({visible('; '.join(changed))})")


def _item(items: Sequence[Item], answer: str) -> Item | None:
    """By number, or by the first word of the item."""
    if answer.isascii() and answer.isdigit():
        return items[int(answer) - 1] if 1 <= int(answer) <= len(items) else None
    return next((item for item in items if item.arguments[0] == answer), None)


def settings_menu(settings: Settings) -> None:
    """Change settings, and keep them."""
    while True:
        print("\nSettings:")
        for number, line in enumerate(settings.lines(), 1):
            print(f"  {number}  {visible(line)}")
        answer = ask("Setting to change (Enter: back)").strip()
        if not answer:
            return
        if answer == "1":
            following = SEPARATORS.index(settings.separator) + 1
            settings.separator = SEPARATORS[following % len(SEPARATORS)]
        elif answer == "2":
            settings.scientific = not settings.scientific
        elif answer == "3":
            settings.no_failed = not settings.no_failed
        elif answer == "4":
            settings.size = _ask_side(settings.size)
        elif answer == "5":
            folder = ask("Folder (Enter: that of the run)").strip()
            settings.out = str(Path(os.path.expanduser(folder)).absolute()) if folder else ""  # noqa: PTH111 - "~nobody" is no error
        elif answer == "6":
            settings.spreadsheet = not settings.spreadsheet
        else:
            print(f"There is no setting {visible(answer)}; type one of the numbers above.")
            continue
        if why_not := settings.save():
            print(f"The settings last only until you quit: they cannot be saved ({why_not}).")


def _ask_side(before: float) -> float:
    answer = ask(f"Inches, {LEAST_SIDE:g} to {MOST_SIDE:g}").strip()
    try:
        return side(answer)
    except ValueError:
        print(f"{visible(answer)} is not a number from {LEAST_SIDE:g} to {MOST_SIDE:g}." if answer else "")
        return before


def _choose(runs: Sequence[RunPaths], word: str) -> RunPaths | None:
    """The run with that number or name, or the only one whose name begins so; says so where there is none."""
    word = word.strip()
    if word.isascii() and word.isdigit() and 1 <= int(word) <= len(runs):
        return runs[int(word) - 1]
    exact = [paths for paths in runs if paths.name == word]
    matching = exact or [paths for paths in runs if paths.name.startswith(word)]
    if len(matching) == 1:
        return matching[0]
    print(
        f"Several runs have names that begin with {visible(word)}."
        if matching
        else f"No run has a name that begins with {visible(word)}."
    )
    return None


def _other_home(home: Home) -> Home:
    word = ask("Folder (one that contains an omniopt folder, or the omniopt folder itself)").strip()
    for candidate in (Home.in_workdir(Path(word).expanduser()), Home(Path(word).expanduser())):
        if candidate.projects.is_dir():
            return candidate
    print(f"There are no runs below {visible(word)}.")
    return home


def call(*arguments: str) -> None:
    """Run a command as a user would; what it says about errors is printed, and the menu goes on."""
    print(f"\n{visible(command_line(*arguments))}", flush=True)
    try:
        main(arguments)
    except SystemExit:
        pass  # argparse has said what is wrong
    except KeyboardInterrupt:
        print()
    except OSError as error:
        print(OmnioptError(f"The system says: {error}."))


def ask(question: str) -> str:
    """What the user types. Raises LeaveError where that is q, or where nobody can type any more."""
    answer = prompts.ask(f"{question}: ")
    if answer.strip() in ("q", "quit", "exit"):
        raise LeaveError
    return answer
