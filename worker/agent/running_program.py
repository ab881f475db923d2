"""The interpreter that a command has come to while it runs, as the system shows its processes: nobody has to guess what a shell does."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from worker import processes
from worker.agent.wrappers import SHELL, interpreter_of, is_runner

_PROC = Path("/proc")
_IMAGES = ("APPTAINER_CONTAINER", "SINGULARITY_CONTAINER")  # the path of the image, in the programs inside
_FIRST_WORDS = 3  # among which a tool in Python has its own name: python -I /path/conda


@dataclass(frozen=True)
class Running:
    """An interpreter at work. path: how to call it, "" where it is in another container than this process.

    environment, cwd: with which it began, and where it is. image: of the container, where that is known.
    """

    path: str
    language: str
    environment: Mapping[str, str]
    cwd: str
    image: str = ""


def running_below(root: int) -> Running | None:
    """The first interpreter among a process and its descendants that no shell and no tool on the way is; None for none yet."""
    for pid in (root, *processes.descendants(root)):
        with suppress(OSError):
            if found := _interpreter(_PROC / str(pid)):
                return found
    return None


def _interpreter(process: Path) -> Running | None:
    """The interpreter that a process is. Raises OSError where it has ended, or is somebody else's."""
    words = [os.fsdecode(word) for word in (process / "cmdline").read_bytes().split(b"\0")]
    language = interpreter_of(Path(words[0]).name)
    tool = any(is_runner(Path(word).name) for word in words[1:_FIRST_WORDS])
    if not language or SHELL.fullmatch(language) or tool:
        return None
    pairs = (os.fsdecode(entry).partition("=") for entry in (process / "environ").read_bytes().split(b"\0"))
    environment = {name: value for name, _, value in pairs if name}
    cwd = str((process / "cwd").readlink())
    if (process / "ns/mnt").readlink() != (_PROC / "self/ns/mnt").readlink():
        image = next((environment[name] for name in _IMAGES if environment.get(name)), "")
        return Running("", language, environment, cwd, image)
    return Running(
        _path(words[0], environment, cwd, (process / "exe").readlink()), language, environment, cwd
    )


def _path(word: str, environment: Mapping[str, str], cwd: str, program: Path) -> str:
    """How the process was called, which says of virtual environments what the path of its `program` does not."""
    called = str(Path(cwd, word)) if "/" in word else shutil.which(word, path=environment.get("PATH"))
    return called if called and Path(called).resolve() == program else str(program)
