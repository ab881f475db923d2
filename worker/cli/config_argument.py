"""A config as users give it on the command line: a file, a token, a link of the page, or - for standard input."""

from __future__ import annotations

import errno
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from worker.errors import ConfigError, UsageError
from worker.spec.formats import any_config, original_meaning, token
from worker.spec.formats.input_limits import LONGEST_INPUT, text_of
from worker.spec.problem import Problem, UnreadableError, has_errors
from worker.spec.run import Draft, ReadResult
from worker.spec.text import quoted, visible
from worker.store.starter import command

_PARAMETER = re.compile(r"parameters\.(\d+)(.*)", re.DOTALL)
_BARE_NAME = re.compile(r"[A-Za-z0-9_-]+")
_NAME = "run.name"
_LONG = 60  # letters; a token is longer, and hardly any file's name is

HELP = (
    "a config file (TOML, or the original's ini or json), a token, a link from the page or its command in "
    "quotation marks, or - for standard input"
)


def read_config(word: str, name: str | None = None) -> ReadResult:
    """Read the config that `word` stands for. name: of the run, in place of what the config says.

    Raises UsageError where there is no such file, ConfigError where it cannot be read as a config.
    """
    try:
        read = _read_word(word)
    except UnreadableError as error:
        if error.needs:
            hint = f"Install it: {command('install', error.needs)}"
            raise ConfigError(replace(problem, hint=hint) for problem in error.problems) from error
        raise ConfigError(error.problems) from error
    if name is not None:
        values = {**read.draft.values, _NAME: name}
        problems = tuple(problem for problem in read.problems if problem.path != _NAME)
        return ReadResult(replace(read.draft, values=values), problems)
    return read


def _read_word(word: str) -> ReadResult:
    if word == "-":
        return _read(sys.stdin.buffer)
    if any_config.looks_like_link(word) or any_config.looks_like_command(word):
        return any_config.read_any(word)
    try:
        with open(word, "rb") as file:  # noqa: PTH123 - Path("") is the present folder
            path = Path(word).absolute()
            return original_meaning.named(_read(file), path.name, path.parent.name)
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENAMETOOLONG) and token.looks_like_token(word):
            return token.decode(word)
        raise UsageError(_file_sentence(word, error)) from error


def _read(file: BinaryIO) -> ReadResult:
    return any_config.read_any(text_of(file.read(4 * LONGEST_INPUT + 1)))


def _file_sentence(word: str, error: OSError) -> str:
    if error.errno in (errno.ENOENT, errno.ENAMETOOLONG) and len(word) > _LONG and _BARE_NAME.fullmatch(word):
        return f"{quoted(word)} is neither a file nor an intact token. Copy the whole command again."
    if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG):
        return f"There is no file {quoted(word)}. Check the name and the current folder."
    if error.errno == errno.EISDIR:
        return f"{quoted(word)} is a folder, but must be a config file. Name a file in it."
    if error.errno == errno.EACCES:
        return f"The file {quoted(word)} is not readable. Change its permissions with chmod u+r."
    return f"The file {quoted(word)} cannot be read: {error.strerror}."


def came_from_elsewhere(word: str) -> bool:
    """Whether the user cannot have read the config: `word` is a token, a link or a command, which may come from anybody."""
    if any_config.looks_like_link(word) or any_config.looks_like_command(word):
        return True
    try:
        Path(word).stat()
    except OSError:  # most tokens are longer than a file's name may be
        return token.looks_like_token(word)
    return False


def by_name(problems: Iterable[Problem], draft: Draft) -> Iterator[Problem]:
    """`problems` with parameters called by their names instead of their numbers, as in a config file."""
    names = [parameter.name.strip() for parameter in draft.parameters]
    for problem in problems:
        match = _PARAMETER.fullmatch(problem.path)
        name = names[int(match[1])] if match and int(match[1]) < len(names) else ""
        if match and name and names.count(name) == 1:
            word = name if _BARE_NAME.fullmatch(name) else quoted(name)
            problem = replace(problem, path=f"parameters.{word}{match[2]}")
        yield problem


def print_problems(problems: Iterable[Problem]) -> int:
    """Print `problems` on standard error; returns the exit code that they mean."""
    all_problems = tuple(problems)
    for problem in all_problems:
        print(visible(f"{problem.severity}: {problem}"), file=sys.stderr)
    return UsageError.exit_code if has_errors(all_problems) else 0
