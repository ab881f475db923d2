"""A config as users give it on the command line: a file, a token, a link of the page, or - for standard input."""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from worker.errors import ConfigError, UsageError
from worker.spec import source, token
from worker.spec.problem import Problem, UnreadableError, has_errors
from worker.spec.reading import LONGEST_INPUT, text_of
from worker.spec.run import ReadResult
from worker.spec.text import quoted, visible

HELP = "a config file (TOML, or the original's ini or json), a token, a link of the page, or - for standard input"


def read_given(word: str) -> ReadResult:
    """Read the config that `word` stands for.

    Raises UsageError where there is no such file, ConfigError where it cannot be read as a config.
    """
    try:
        if word == "-":
            return _read(sys.stdin.buffer)
        if source.looks_like_link(word):
            return source.read_any(word)
        try:
            with open(word, "rb") as file:  # noqa: PTH123 - Path("") is the present folder
                return _read(file)
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.ENAMETOOLONG) and token.looks_like_token(word):
                return token.decode(word)
            raise UsageError(_file_sentence(word, error)) from error
    except UnreadableError as error:
        raise ConfigError(error.problems) from error


def _read(file: BinaryIO) -> ReadResult:
    return source.read_any(text_of(file.read(4 * LONGEST_INPUT + 1)))


def _file_sentence(word: str, error: OSError) -> str:
    if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG):
        return f"There is no file {quoted(word)}. Check the name and the folder that you are in."
    if error.errno == errno.EISDIR:
        return f"{quoted(word)} is a folder, and must be a config file. Name a file in it."
    if error.errno == errno.EACCES:
        return f"The file {quoted(word)} may not be read. Change its permissions with chmod u+r."
    return f"The file {quoted(word)} cannot be read: {error.strerror}."


def came_from_elsewhere(word: str) -> bool:
    """Whether the user cannot have read the config: `word` is a token or a link, which may come from anybody."""
    if source.looks_like_link(word):
        return True
    try:
        Path(word).stat()
    except OSError:  # most tokens are longer than a file's name may be
        return token.looks_like_token(word)
    return False


def print_problems(problems: Iterable[Problem]) -> int:
    """Print `problems` on standard error; returns the exit code that they mean."""
    found = tuple(problems)
    for problem in found:
        print(visible(f"{problem.severity}: {problem}"), file=sys.stderr)
    return UsageError.exit_code if has_errors(found) else 0
