"""`omniopt scan`: what a program can be told, and a config that searches it, from its help or its source."""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from worker.cli.config_argument import by_name, print_problems
from worker.errors import ConfigError, UsageError
from worker.spec.config_limits import RUN
from worker.spec.foreign import any_space
from worker.spec.formats import original_meaning, toml
from worker.spec.formats.input_limits import LONGEST_INPUT, text_of
from worker.spec.problem import UnreadableError
from worker.spec.run import ReadResult
from worker.spec.scan import scan
from worker.spec.scan.option import Interface
from worker.spec.text import quoted
from worker.store.starter import command

_PATIENCE = 60.0  # seconds for --help; some programs load half a gigabyte of libraries before they read it
_READ = frozenset({".py", ".R", ".r", ".txt", ".md", ".toml", ".json", ".yaml", ".yml"})
_RUNNERS = {".py": "python3", ".R": "Rscript", ".r": "Rscript"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `omniopt scan`."""
    parser.add_argument(
        "program",
        metavar="PROGRAM",
        help='a command in quotation marks, such as "python train.py", which is called with --help; or a file with '
        "the source of a Python or R program or with a help text, which is only read; or - for standard input",
    )


def execute(args: argparse.Namespace) -> int:
    """Print the proposed config on standard output, and what there is to say about it on standard error."""
    try:
        read = _scanned(args.program)
    except UnreadableError as error:
        raise ConfigError(error.problems) from error
    print(toml.write(read.draft), end="")
    return print_problems(by_name(read.problems, read.draft))


def _scanned(word: str) -> ReadResult:
    """What `word` stands for, read. Raises UsageError, UnreadableError."""
    if word == "-":
        return _of_text(sys.stdin.buffer.read(LONGEST_INPUT + 1))
    path = Path(word)
    if not _is_source(path, word):
        return _of_command(word)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{quoted(word)} cannot be read: {error.strerror}.") from error
    runner = _RUNNERS.get(path.suffix, "")
    read = _of_text(data[: LONGEST_INPUT + 1], f"{runner} {shlex.quote(word)}" if runner else "")
    return original_meaning.named(read, path.name)


def _is_source(path: Path, word: str) -> bool:
    """Whether a word is a file that is to be read, there or not, and no command."""
    try:
        if path.is_file():
            return "/" not in word or not os.access(path, os.X_OK)
    except OSError:  # it is in a folder that nobody may look into, or its name is too long
        pass
    return path.suffix in _READ and len(word.split()) == 1 and shutil.which(word) is None


def _of_text(data: bytes, program: str = "") -> ReadResult:
    text = text_of(data)
    if program and (interface := scan.interface_of(text)) and interface.options:
        return scan.read(interface, RUN, program)
    read = any_space.of_text(text, RUN)
    if read is None:
        raise UsageError(
            "This is neither the help of a program nor the source of one that takes options. "
            f"Give the command that starts it: {command('scan', 'python train.py')}"
        )
    return read


def _of_command(line: str) -> ReadResult:
    """Call the program with --help and read what it prints; where that says nothing, read its source."""
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise UsageError(f"A quotation mark of {quoted(line)} does not end.") from error
    if not words:
        raise UsageError('There is no program. Give one, such as "python train.py".')
    script = next((Path(word) for word in words if Path(word).suffix in _RUNNERS), Path(words[-1]))
    printed = _help_of(words)
    interface = scan.interface_of(printed)
    if (interface is None or not interface.options) and script.is_file():
        interface = scan.interface_of(text_of(script.read_bytes()[: LONGEST_INPUT + 1]))
    if interface is None or not interface.options:
        raise UsageError(
            f"{quoted(line)} --help prints no list of options: {quoted(' '.join(printed.split()) or 'nothing')}. "
            "Write the parameters by hand."
        )
    # What the user has typed is what starts the program, whatever the help calls it.
    return original_meaning.named(
        scan.read(Interface(interface.options, line, interface.needed), RUN), script.name
    )


def _help_of(words: list[str]) -> str:
    """What the program prints when it is asked for help. Raises UsageError where it cannot be started, or does not end."""
    try:
        with subprocess.Popen(
            [*words, "--help"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"},
            start_new_session=True,
        ) as process:
            try:
                printed, _ = process.communicate(timeout=_PATIENCE)
            except subprocess.TimeoutExpired as error:
                raise UsageError(
                    f"{quoted(shlex.join(words))} --help has not ended after {_PATIENCE:.0f} s. "
                    "Give the file with its source instead."
                ) from error
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
    except OSError as error:
        raise UsageError(f"{quoted(words[0])} cannot be started: {error.strerror}.") from error
    return printed[:LONGEST_INPUT].decode(errors="replace")
