"""An option of a program: how it is written, what it takes, and what it is without a word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

OptionKind = Literal["real", "integer", "text", "switch", ""]  # "": not said
_REAL = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
_KINDS: dict[str, OptionKind] = {
    **dict.fromkeys(("float", "double", "real", "numeric", "num", "number", "decimal", "f"), "real"),
    **dict.fromkeys(("int", "integer", "n", "long", "count", "k"), "integer"),
    **dict.fromkeys(
        ("str", "string", "text", "character", "path", "file", "directory", "dir", "filename"), "text"
    ),
    **dict.fromkeys(("bool", "boolean", "logical"), "switch"),
}


@dataclass(frozen=True)
class Option:
    """flag: as it is written, with its dashes. default: its text, None where none is known. low, high: bounds that it
    has by itself; None where it has none.
    """

    flag: str
    kind: OptionKind = ""
    default: str | None = None
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None

    @property
    def name(self) -> str:
        """What the parameter is called: the flag without its dashes."""
        return self.flag.lstrip("-").replace("-", "_")

    @property
    def takes(self) -> OptionKind:
        """What it takes, judged by its default where nothing says so, or where that says something else of a number."""
        if self.default is None or (self.kind and self.kind != "integer"):
            return self.kind
        by_default = kind_of_value(self.default)
        return by_default if not self.kind or by_default == "real" else self.kind

    def word(self) -> str:
        """The option with a placeholder for its value, as the command of the objective program has it."""
        between = "=" if self.flag.startswith("--") else " "
        return f"{self.flag}{between}($" + f"{self.name})"


@dataclass(frozen=True)
class Interface:
    """What a program can be told. program: how it is called, "" where that is not known. needed: what it needs besides."""

    options: tuple[Option, ...]
    program: str = ""
    needed: tuple[str, ...] = ()


def kind_of_word(word: str) -> OptionKind:
    """What a type is called in a program or its help: float, INTEGER, <int>."""
    return _KINDS.get(word.strip("<>[]").lower(), "")


def kind_of_value(text: str) -> OptionKind:
    """What a value could be one of."""
    if _INTEGER.fullmatch(text):
        return "integer"
    if _REAL.fullmatch(text):
        return "real"
    return "switch" if text.lower() in ("true", "false") else "text"


def longest(flags: Sequence[str]) -> str:
    """The one of several spellings that says most: --learning-rate rather than -l."""
    return max(flags, key=len)
