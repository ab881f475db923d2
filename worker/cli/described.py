"""All commands with their words and options, for completions and the man page: read from the parsers of the commands."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module

from worker.cli import COMMANDS

RUN = "RUN"  # how the word for a run is called in every command


@dataclass(frozen=True)
class Option:
    """An option. value: what its value is called, "" where it takes none; choices: the only values, where they are known."""

    flags: tuple[str, ...]
    value: str
    choices: tuple[str, ...]
    help: str


@dataclass(frozen=True)
class Described:
    """A command, with one sentence about it. words: what stands behind its name, as its usage writes it."""

    name: str
    sentence: str
    words: tuple[str, ...]
    choices: tuple[str, ...]
    options: tuple[Option, ...]

    @property
    def takes_run(self) -> bool:
        """Whether its first word is a run."""
        return self.words[:1] == (RUN,)

    @property
    def flags(self) -> list[str]:
        """Everything with a dash that it knows."""
        return [flag for option in self.options for flag in option.flags]


def described() -> list[Described]:
    """All commands for people, in the order of the help; imports each of them."""
    return [_described(name, module, sentence) for name, (module, sentence) in COMMANDS.items()]


def _described(name: str, module: str, sentence: str) -> Described:
    parser = argparse.ArgumentParser(prog=f"omniopt {name}")
    import_module(f"worker.cli.commands.{module}").configure(parser)
    # argparse has no public list of what was added to a parser.
    words = [action for action in parser._actions if not action.option_strings]
    options = [action for action in parser._actions if action.option_strings]
    return Described(
        name,
        sentence,
        tuple(_name(action) for action in words),
        tuple(choice for action in words[:1] for choice in _texts(action.choices)),
        tuple(_option(parser, action) for action in options),
    )


def _option(parser: argparse.ArgumentParser, action: argparse.Action) -> Option:
    text = parser._get_formatter()._expand_help(action) if action.help else ""
    value = "" if action.nargs == 0 else _name(action)
    return Option(tuple(action.option_strings), value, tuple(_texts(action.choices)), text)


def _name(action: argparse.Action) -> str:
    """What a value is called."""
    if action.metavar:
        return action.metavar if isinstance(action.metavar, str) else " ".join(action.metavar)
    return "|".join(_texts(action.choices)) or action.dest.replace("_", "-").upper()


def _texts(values: Iterable[object] | None) -> list[str]:
    return [str(value) for value in values or ()]
