"""Making the folder of a run, and the script beside all runs that opens the menu of results."""

from __future__ import annotations

import os
import secrets
import shlex
import shutil
import sys
from contextlib import suppress
from pathlib import Path

from worker.errors import EXIT_RUNNING, OmnioptError
from worker.spec import toml
from worker.spec.run import Run
from worker.store.files import replacing
from worker.store.journal import newest, prepare
from worker.store.paths import Home, RunPaths

_MENU = """#!/bin/sh
# Opens the menu of results. Made by omniopt start.
here=$(cd "$(dirname "$0")" && pwd) || exit
exec {python} -I -m worker evaluate --workdir "${{here%/*}}" "$@"
"""


class RunExistsError(OmnioptError):
    """The run exists already."""

    exit_code = EXIT_RUNNING


def create(home: Home, run: Run) -> RunPaths:
    """Make the folder of `run` with its config in it.

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
    except FileExistsError as error:
        raise RunExistsError(f"The run {run.name} has just been started by somebody else.") from error
    except OSError as error:
        raise OmnioptError(
            f"The folder {paths.root} cannot be made ({error.strerror}). Choose another --workdir, or make room there."
        ) from error
    write_menu(home)
    return RunPaths(paths.root.resolve())


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


def write_menu(home: Home) -> None:
    """Write evaluate-run.sh for this installation; a run goes on without it where that is not possible."""
    text = _MENU.format(python=shlex.quote(str(Path(sys.executable))))
    with suppress(OSError):
        if home.evaluate_script.is_file() and home.evaluate_script.read_text(encoding="utf-8") == text:
            return
        with replacing(home.evaluate_script) as file:
            file.write(text)
        home.evaluate_script.chmod(0o755)
