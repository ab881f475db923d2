"""What a driver writes down of itself and of the program's code: versions, and the state of the folder in git; looked for in the background."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from worker import __version__
from worker.agent.folder import node_name
from worker.agent.machine import machine
from worker.agent.program_parts import parts_of
from worker.agent.shell import HOLE
from worker.driver.plan import Plan
from worker.spec.environment import runs_in
from worker.spec.placeholders import complete, with_holes
from worker.store import provenance
from worker.store.versions import installed

_PATIENCE = 10.0  # seconds for one question to git, whose folder may be on a slow disk
_LAST = 0.5  # seconds that a driver which ends waits for the answer
_LARGEST = 100_000_000  # bytes of a program of which the checksum is taken
# No lock, and no program that the folder's own settings name: it may be somebody else's.
_GIT = ("git", "--no-optional-locks", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")


class CodeVersion:
    """What the driver of `epoch` runs with, and the code that its programs are."""

    def __init__(self, plan: Plan, epoch: int) -> None:
        self._thread = threading.Thread(target=_note, args=(plan, epoch), daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Give a run that was short the time to find it out."""
        self._thread.join(_LAST)


def _note(plan: Plan, epoch: int) -> None:
    entry = provenance.of_driver(plan.paths, epoch)
    if entry is None:
        return
    facts: dict[str, object] = {
        "epoch": epoch,
        "at": time.time(),
        "omniopt": __version__,
        "python": sys.version.split()[0],
        "libraries": installed(sys.path),
        "machine": machine(node_name()),
        "folder": str(plan.cwd),
    }
    entry.write({**facts, **_program(plan)})


def _program(plan: Plan) -> dict[str, object]:
    """The program's file with its checksum, and the git repository that it is in, else the one that the run was started in."""
    facts: dict[str, object] = {}
    command = with_holes(complete(plan.run.objective, plan.run.parameters), HOLE)
    cwd = runs_in(plan.run.run_in, plan.cwd, plan.paths.trial_dir(1))
    file = parts_of(command, cwd, os.environ.get("PATH", "")).file
    if file is not None:
        facts["program"] = str(file)
        if checksum := _checksum(file):
            facts["sha256"] = checksum
    for folder in dict.fromkeys([(file.resolve().parent if file else cwd), cwd]):
        if found := git_state(folder):
            return {**facts, "git": found}
    return facts


def _checksum(path: Path) -> str:
    with suppress(OSError):
        if path.is_file() and path.stat().st_size <= _LARGEST:
            return hashlib.sha256(path.read_bytes()).hexdigest()
    return ""


def git_state(folder: Path) -> dict[str, object]:
    """The commit that a folder is at, whether followed files differ from it, and the branch; {} where it is in no repository."""
    commit, top = _git(folder, "rev-parse", "HEAD", "--show-toplevel").partition("\n")[::2]
    if not commit:
        return {}
    facts: dict[str, object] = {"commit": commit, "folder": top.strip()}
    if branch := _git(folder, "symbolic-ref", "--quiet", "--short", "HEAD").strip():
        facts["branch"] = branch
    with suppress(_UnknownError):
        facts["dirty"] = bool(_asked(folder, "status", "--porcelain", "--untracked-files=no"))
    return facts


class _UnknownError(Exception):
    """Git has not answered."""


def _git(folder: Path, *words: str) -> str:
    try:
        return _asked(folder, *words)
    except _UnknownError:
        return ""


def _asked(folder: Path, *words: str) -> str:
    try:
        done = subprocess.run(
            [*_GIT, *words],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise _UnknownError from error
    return done.stdout.decode(errors="replace")
