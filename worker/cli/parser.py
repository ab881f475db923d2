"""The parser of every command line: errors are one sentence with what to do, and options are written out."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

from worker.errors import UsageError
from worker.spec.problem import closest
from worker.spec.text import quoted, together, visible
from worker.store.starter import command

# How argparse says that a word is not there.
_MISSING = re.compile(r"the following arguments are required: (.*)")
_WITHOUT_VALUE = re.compile(r"argument (\S+): expected one argument")


class CommandParser(argparse.ArgumentParser):
    """An argparse parser that raises UsageError instead of printing its usage.

    An option is never taken for the one that it begins like: the installer, which has to find --workdir among the
    words of `omniopt start`, cannot know what is unambiguous, nor can a script know what becomes so later.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(allow_abbrev=False, **settings)
        self._words = self.prog.split()[1:]

    def parse_args(self, arguments: Sequence[str]) -> argparse.Namespace:  # type: ignore[override]
        """The arguments. Raises UsageError where a word is unknown or missing."""
        args, unknown = self.parse_known_args(arguments)
        if unknown:
            self._refuse_word(unknown[0])
        return args

    def _refuse_word(self, word: str) -> NoReturn:
        if word.startswith("-"):
            option = word.partition("=")[0]
            self.refuse(f"There is no option {quoted(option)}.", option, self._option_string_actions)
        self.refuse(f"{quoted(word)} is one argument too many.")

    def refuse(self, sentence: str, word: str = "", choices: Iterable[str] = ()) -> NoReturn:
        """Raise UsageError with `sentence`, and with the one of `choices` that `word` may have been meant to be."""
        close = closest(word, choices)
        hint = f'Did you mean "{close}"?' if close else ""
        help_line = visible(command(*self._words, "--help"))
        raise UsageError(together(sentence, hint, f"For help: {help_line}"))

    def error(self, message: str) -> NoReturn:
        """What argparse calls where arguments are missing or wrong."""
        if missing := _MISSING.fullmatch(message):
            self.refuse(f"{missing[1]} is missing.")
        if bare := _WITHOUT_VALUE.fullmatch(message):
            self.refuse(f"{bare[1]} needs a value.")
        self.refuse(f"{self.prog}: {visible(message)}.")
