"""How a person calls a command: where `omniopt` looks for runs, and the line that can be pasted as it stands."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from worker.store.paths import FOLDER, Home, RunPaths

HOME_VARIABLE = "OMNIOPT_HOME"  # the starter says here beside which runs it lies
MADE_HERE = (
    "Made by omniopt start."  # stands in every script that is ours; others with its name stay as they are
)
_WRITABLE_BY_OTHERS = 0o022
_HEAD = 400  # bytes at the beginning of a script, in which the mark is


def homes(workdir: Path | None = None) -> Iterator[Home]:
    """The omniopt folders in which runs are looked for, the most likely one first."""
    if workdir is not None:
        yield Home.in_workdir(workdir.expanduser().resolve())
        return
    if called_from := os.environ.get(HOME_VARIABLE):
        yield Home(Path(called_from))
    here = Path.cwd()
    yield Home.in_workdir(here)
    for folder in (here, *here.parents):
        if folder.name == FOLDER:
            yield Home(folder)
    installation = Path(sys.prefix).parent  # <workdir>/omniopt/.venv
    if installation.name == FOLDER:
        yield Home(installation)


def command(*arguments: str, lasting: bool = False) -> str:
    """The line that calls a command of this installation which is about no run in particular.

    lasting: for what is read later and elsewhere, such as a report; it depends on no folder and no variable then. So
    does every line that is not printed on a terminal.
    """
    return _line(_program(*homes(), lasting=lasting), arguments)


def run_command(verb: str, paths: RunPaths, *options: str, lasting: bool = False) -> str:
    """The line that calls `verb` for the run in `paths`; lasting: see `command`."""
    program = _program(paths.home, lasting=lasting)
    by_its_starter = program == _way(paths.home.starter, lasting)
    run = paths.name if by_its_starter or (not lasts(lasting) and _is_found(paths)) else str(paths.root)
    return _line(program, (verb, run, *options))


def menu_command(paths: RunPaths) -> str:
    """The line that opens the menu of results, where the run is one of its items."""
    script = paths.home.evaluate_script
    return _way(script) if _may_be_run(script) else run_command("evaluate", paths)


_SHORT = "omniopt"


def _line(program: str, arguments: tuple[str, ...]) -> str:
    return " ".join((program, *map(shlex.quote, arguments)))


def _program(*all_homes: Home, lasting: bool = False) -> str:
    """What calls this installation: `omniopt` where the shell finds that, a starter, or in the worst case Python."""
    if not lasts(lasting) and _in_path():
        return _SHORT
    for home in all_homes:
        if _may_be_run(home.starter):
            return _way(home.starter, lasting)
    return f"{shlex.quote(sys.executable)} -I -m worker"


def lasts(lasting: bool = False) -> bool:
    """Whether a line must work elsewhere, too: what goes to a file or a job's output is read wherever that is opened."""
    return lasting or not sys.stdout.isatty()


def _way(script: Path, lasting: bool = False) -> str:
    """How to call a script: by its path from the present folder, or by one that works in every folder."""
    script, here = script.absolute(), Path.cwd()
    near = not lasts(lasting) and script.is_relative_to(here)
    return shlex.quote(f"./{script.relative_to(here)}" if near else str(script))


def _in_path() -> bool:
    """Whether the word `omniopt` stands for this installation in the shell."""
    program = shutil.which(_SHORT)
    ours = [Path(sys.prefix, "bin", _SHORT)]
    if called_from := os.environ.get(HOME_VARIABLE):
        ours.append(Home(Path(called_from)).starter)
    return program is not None and Path(program).resolve() in [path.resolve() for path in ours]


def _is_found(paths: RunPaths) -> bool:
    """Whether the name alone leads to this run, wherever others of that name are."""
    first = next((home for home in homes() if home.run(paths.name).root.is_dir()), None)
    return first is not None and first.run(paths.name).root.resolve() == paths.root.resolve()


def is_ours(script: Path) -> bool:
    """Whether a script bears the mark of this project. Raises nothing: one that cannot be read does not."""
    try:
        with script.open("rb") as file:
            return MADE_HERE.encode() in file.read(_HEAD)
    except OSError:
        return False


def strange_scripts(home: Home) -> list[Path]:
    """What stands where our scripts would, and is not ours."""
    scripts = (home.starter, home.evaluate_script)
    return [script for script in scripts if os.path.lexists(script) and not is_ours(script)]


def _may_be_run(script: Path) -> bool:
    """Whether a script of ours is there that nobody else can have changed: a line in a message must not run theirs."""
    try:
        state = script.stat()
    except OSError:
        return False
    if not is_ours(script):
        return False
    mine = state.st_uid in (0, os.getuid()) and not state.st_mode & _WRITABLE_BY_OTHERS
    return mine and os.access(script, os.X_OK)
