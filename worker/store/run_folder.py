"""Making the folder of a run, and the scripts beside all runs: the starter of commands, and the menu of results."""

from __future__ import annotations

import os
import secrets
import shlex
import shutil
import sys
from contextlib import suppress
from pathlib import Path

from worker.errors import EXIT_RUNNING, OmnioptError
from worker.spec.formats import toml
from worker.spec.guard import GUARD
from worker.spec.run import Run
from worker.store.files import replacing
from worker.store.journal import newest, prepare
from worker.store.paths import Home, RunPaths
from worker.store.starter import HOME_VARIABLE, MADE_HERE, is_ours

_SCRIPT = """#!/bin/sh
# {what} {made}
{guard}
self=$0
while [ -h "$self" ]; do  # called by a link
    to=$(readlink "$self") || exit
    case $to in /*) self=$to ;; *) self=$(dirname "$self")/$to ;; esac
done
here=$(CDPATH='' cd "$(dirname "$self")" && pwd -P) || exit
[ -x {python} ] || {{
    echo "omniopt: the Python that OmniOpt was installed with no longer exists:" {python} >&2
    echo "omniopt: install it again; the page's command does that" >&2
    exit 5
}}
consent strangers "$here" {python}
{variable}=$here exec {python} -I -m worker {words}"$@"
"""


class RunExistsError(OmnioptError):
    """The run exists already."""

    exit_code = EXIT_RUNNING


def create(home: Home, run: Run, site: str = "") -> RunPaths:
    """Make the folder of `run` with its config in it. site: the name of the cluster that its jobs go to, "" for none.

    Raises RunExistsError where it has one, be it since a moment ago, OmnioptError where it cannot be made.
    """
    paths = home.run(run.name)
    try:
        paths.root.mkdir(parents=True, exist_ok=True)
        paths.trials.mkdir(exist_ok=True)
        paths.agents.mkdir(exist_ok=True)
        prepare(paths)
        _write_new(paths.config, toml.write(toml.draft_of(run)))
        paths.started_in.write_bytes(os.fsencode(Path.cwd()))
        if site:
            paths.site.write_text(f"{site}\n", encoding="utf-8")
    except FileExistsError as error:
        raise RunExistsError(f"The run {run.name} has just been started by somebody else.") from error
    except OSError as error:
        raise OmnioptError(
            f"The folder {paths.root} cannot be created ({error.strerror}). Choose another --workdir, or free some space there."
        ) from error
    write_starters(home)
    return RunPaths(paths.root.resolve())


def set_aside(paths: RunPaths) -> RunPaths:
    """Give the folder of a run the first name NAME.1, NAME.2 and so on that is free. Raises OmnioptError."""
    number = 1
    while os.path.lexists(kept := paths.root.with_name(f"{paths.name}.{number}")):
        number += 1
    try:
        paths.root.rename(kept)
    except OSError as error:
        raise OmnioptError(f"The folder {paths.root} cannot be renamed ({error.strerror}).") from error
    return RunPaths(kept)


def discard(paths: RunPaths) -> None:
    """Remove the folder of a run that never began, so that its name is free; one in which anything happened stays."""
    if newest(paths) == 0 and not any(paths.agents.iterdir()):
        shutil.rmtree(paths.root, ignore_errors=True)


def _write_new(path: Path, text: str) -> None:
    """Write a whole file at once; raises FileExistsError where there is one."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    try:
        with temporary.open("x", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        try:
            path.hardlink_to(temporary)
        except FileExistsError:
            raise
        except OSError:  # a file system without links
            if path.exists():
                raise FileExistsError(path) from None
            temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_starters(home: Home) -> None:
    """Write the starter and evaluate-run.sh for this installation; a run goes on without them where that is not possible."""
    _write_starter(home, home.starter, "Runs any command for the runs in this folder.")
    _write_starter(
        home, home.evaluate_script, "Opens the menu of results.", 'evaluate --workdir "${here%/*}" '
    )


def _write_starter(home: Home, path: Path, what: str, arguments: str = "") -> None:
    """One script; a file of somebody else's making that has its name stays as it is."""
    text = _SCRIPT.format(
        what=what,
        made=MADE_HERE,
        guard=GUARD.strip(),
        python=_python(home),
        variable=HOME_VARIABLE,
        words=arguments,
    )
    with suppress(OSError, UnicodeDecodeError):
        if os.path.lexists(path) and (not is_ours(path) or path.read_text(encoding="utf-8") == text):
            return
        with replacing(path) as file:
            file.write(text)
        path.chmod(0o755)


def _python(home: Home) -> str:
    """The Python of this installation as a word of the scripts; one inside the folder moves with it."""
    python = Path(sys.executable)
    if python.is_relative_to(home.root):
        return f'"$here"/{shlex.quote(str(python.relative_to(home.root)))}'
    return shlex.quote(str(python))
