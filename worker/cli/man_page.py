"""The manual page of `omniopt` in the language of man, made from the commands as they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from worker import __version__
from worker.cli.described import Described
from worker.errors import (
    EXIT_DONE,
    EXIT_INTERRUPTED,
    EXIT_NO_SUCCESS,
    EXIT_RUNNING,
    EXIT_SYSTEM,
    EXIT_USAGE,
)

_DESCRIPTION = (
    "Finds the parameters of a program that give the best RESULT, on a Slurm cluster or on one machine. RUN is the "
    "name of a run or the path of its folder; CONFIG is a config file, a token or a link of the page, or - for "
    "standard input."
)
EXITS: Mapping[int, str] = {
    EXIT_DONE: "done",
    EXIT_NO_SUCCESS: "the run ended without any successful evaluation",
    EXIT_USAGE: "wrong usage, or an error in the config",
    EXIT_RUNNING: "the run is being driven already, or exists and was left alone",
    EXIT_INTERRUPTED: "stopped by the user before its end; resume goes on",
    EXIT_SYSTEM: "a problem with Slurm, the disk or the machine",
}


def man_page(commands: Sequence[Described]) -> str:
    """The source of the page; all commands and their options stand in it."""
    return "\n".join(_lines(commands)) + "\n"


def _lines(commands: Sequence[Described]) -> Iterator[str]:
    yield f'.TH OMNIOPT 1 "" "OmniOpt {_text(__version__)}" "User commands"'
    yield from (".SH NAME", r"omniopt \- find the parameters of a program that give the best result")
    yield from (".SH SYNOPSIS", r".B omniopt", r".I COMMAND \fR...")
    yield from (".SH DESCRIPTION", _text(_DESCRIPTION), ".SH COMMANDS")
    for command in commands:
        words = "".join(f" {_text(word)}" for word in command.words)
        yield from (f".SS {_text(command.name)}{words}", _text(command.sentence))
        for option in command.options:
            flags = ", ".join(f"\\fB{_text(flag)}\\fR" for flag in option.flags)
            value = f" \\fI{_text(option.value)}\\fR" if option.value else ""
            yield from (".TP", f"{flags}{value}", _text(option.help))
    yield ".SH EXIT STATUS"
    for code, meaning in EXITS.items():
        yield from (".TP", f"\\fB{code}\\fR", _text(meaning))


def _text(text: str) -> str:
    """`text` in which man takes nothing for its own language."""
    escaped = text.replace("\\", r"\e").replace("-", r"\-")
    return rf"\&{escaped}" if escaped.startswith((".", "'")) else escaped
