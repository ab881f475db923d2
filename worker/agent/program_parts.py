"""What a command runs in the end: the interpreter, and the file of the program, as far as its words tell."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from worker.agent import wrappers
from worker.agent.program_files import is_folder
from worker.agent.shell import Word, parse
from worker.agent.shell_commands import BUILTINS, LOADERS
from worker.agent.wrappers import INTERPRETERS, SHELL, interpreter_of

_MOST_INTERPRETERS = 5  # of which one runs the next
_LINE = 256


@dataclass(frozen=True)
class Parts:
    """What is known of the program of a command.

    file: None where the words do not tell. interpreter: the path of the one that reads it, "" where that is not known, as
    where the command itself loads an environment, or in a container. language: such as python; "" for none.
    image: of the container that it runs in, "" for none. plain: nothing but the shell itself, or a compiled program.
    """

    file: Path | None = None
    interpreter: str = ""
    language: str = ""
    image: str = ""
    plain: bool = False


def parts_of(command: str, cwd: Path, search_path: str | None) -> Parts:
    """The parts of the first program in a command that is begun in `cwd`. search_path: None where it is not known."""
    try:
        commands, _ = parse(command)
    except ValueError:
        return Parts()
    for simple in commands:
        words = simple.words
        if any(variable.startswith("PATH=") for variable in simple.variables):
            search_path = None
        if not words or not words[0].known:
            continue
        name = words[0].text
        if name in ("cd", "pushd") and len(words) == 2 and words[1].known:
            cwd = cwd / words[1].text
        elif activated := _activated(words, cwd):
            search_path = os.pathsep.join(filter(None, (str(activated), search_path)))
        elif _loads(words) or (name == "export" and "PATH=" in words[-1].text):
            search_path = None
        elif name not in BUILTINS - {"exec", "command"}:
            return _of_words(words, cwd, search_path)
    return Parts(plain=all(simple.words and simple.words[0].known for simple in commands))


def _activated(words: list[Word], cwd: Path) -> Path | None:
    """The folder that comes first in the search path when these words activate a virtual environment; None where they do not."""
    if words[0].text not in (".", "source") or len(words) != 2 or not words[1].known:
        return None
    script = cwd / words[1].text
    is_venv = script.name == "activate" and (script.parent.parent / "pyvenv.cfg").is_file()
    return script.parent if is_venv else None


def _loads(words: list[Word]) -> bool:
    """Whether a command only loads software for those behind it."""
    name = words[0].text
    runs = wrappers.unwrap(name, words[1:])  # conda activates environments, and runs programs in them
    return name in (".", "source") or (name in LOADERS and not (runs and runs.words))


def _of_words(words: list[Word], cwd: Path, search_path: str | None) -> Parts:
    for _ in range(_MOST_INTERPRETERS):
        if image := wrappers.image_of(Path(words[0].text).name, words[1:]):
            return Parts(image=image if "://" in image else str(cwd / image))
        inner = wrappers.unwrap(Path(words[0].text).name, words[1:])
        if inner is None:
            break
        if not inner.words or not inner.words[0].known or inner.other_folder:
            return Parts()
        words = inner.words
        search_path = None if inner.other_programs else search_path
    program = words[0].text
    language = interpreter_of(Path(program).name)
    if not language:
        file = cwd / program if "/" in program else _which(program, search_path)
        return _with_first_line(Parts(file), search_path) if file and file.is_file() else Parts()
    file = _script(words[1:], language, cwd)
    if SHELL.fullmatch(language):  # what a shell script runs in turn, nobody knows
        return Parts(file, "", language)
    interpreter = cwd / program if "/" in program else _which(program, search_path)
    return Parts(file, str(interpreter or ""), language)


def _script(words: list[Word], language: str, cwd: Path) -> Path | None:
    options = INTERPRETERS[language]
    left = list(words)
    while left and left[0].known and left[0].text.startswith(("-", "+")):
        option = left.pop(0).text
        if options.line and re.fullmatch(options.line, option):
            return None
        if options.module and re.fullmatch(options.module, option):
            return _module(left[0].text, cwd) if left and left[0].known else None
        if option in options.with_value and left:
            left.pop(0)
    path = cwd / left[0].text if left and left[0].known and left[0].text else None
    return path if path is not None and path.exists() else None


def _module(name: str, cwd: Path) -> Path | None:
    path = cwd.joinpath(*name.split("."))
    if is_folder(path):
        return path
    return path.with_suffix(".py") if path.with_suffix(".py").is_file() else None


def _with_first_line(parts: Parts, search_path: str | None) -> Parts:
    """With the interpreter that the first line of the file names."""
    try:
        with parts.file.open("rb") as file:  # type: ignore[union-attr]
            line = os.fsdecode(file.read(_LINE).partition(b"\n")[0])
    except OSError:
        return parts
    if line.startswith("\x7fELF"):
        return replace(parts, plain=True)
    words = line.removeprefix("#!").split() if line.startswith("#!") else []
    if words and Path(words[0]).name == "env":
        words = [word for word in words[1:] if not word.startswith("-") and "=" not in word]
    if not words:
        return parts
    language = interpreter_of(Path(words[0]).name)
    interpreter = Path(words[0]) if "/" in words[0] else _which(words[0], search_path)
    known = bool(language) and not SHELL.fullmatch(language) and interpreter is not None
    return replace(parts, interpreter=str(interpreter) if known else "", language=language)


def _which(name: str, search_path: str | None) -> Path | None:
    found = shutil.which(name, path=search_path) if search_path is not None else None
    return Path(found) if found else None
