"""What a shell makes of a command line, as far as can be told without running it: simple commands and what joins them."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field

HOLE = "\0"  # stands in a command where something is filled in that is not known yet
_HOME = re.compile(r"\$(?:HOME(?![A-Za-z0-9_])|\{HOME\})")
_TILDE = re.compile(r"~[\w.-]*(?=[/\s]|$)")
_REDIRECTION = re.compile(r"&>>|&>|>>|>\||>&|<&|<>|>|<")
_OPERATOR = re.compile(r"&&|\|\||\|&|[|&;\n]")
_EXPANDED = "$*?[{"  # what makes a word depend on more than its letters, outside of quotes
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\+?=")
_GRAMMAR = frozenset(
    [
        "if",
        "for",
        "while",
        "until",
        "case",
        "function",
        "select",
        "coproc",
        "[[",
        "((",
        "{",
        "}",
        "!",
        "do",
        "then",
        "else",
        "fi",
        "done",
        "esac",
    ]
)


@dataclass(frozen=True)
class Word:
    """A word after the shell has taken its quotes away. literal: whether the shell fills nothing in."""

    text: str
    literal: bool = True

    @property
    def known(self) -> bool:
        """Whether all of it is known: nothing is filled in by the shell, or by the run."""
        return self.literal and HOLE not in self.text


@dataclass
class SimpleCommand:
    """A simple command: its words, the variables set for it, its redirections, and the operator behind it."""

    words: list[Word] = field(default_factory=list)
    variables: list[str] = field(default_factory=list)
    redirections: list[tuple[str, Word]] = field(default_factory=list)
    after: str = ""


class _NotSimpleError(Exception):
    """Something follows that only a shell understands: a loop, a group, a substitution."""


def parse(command: str) -> tuple[list[SimpleCommand], bool]:
    """The simple commands of a line, and whether that is all of it.

    Raises ValueError where a quotation mark has no partner.
    """
    reader = _Reader(command)
    try:
        while reader.next():
            pass
    except _NotSimpleError:
        return reader.commands, False
    return reader.commands, True


class _Reader:
    """Goes through a line once."""

    def __init__(self, command: str) -> None:
        self._text, self._at = command, 0
        self.commands: list[SimpleCommand] = []
        self._command = SimpleCommand()
        self._pending = ""  # a redirection whose file comes next

    def next(self) -> bool:
        """Take in a word or an operator; False at the end."""
        ahead = self._text[self._at :]
        if not ahead.strip(" \t"):
            self._end("")
            return False
        if ahead[0] in " \t":
            self._at += 1
        elif ahead.startswith("\\\n"):
            self._at += 2
        elif ahead[0] == "#":
            self._at += len(ahead.partition("\n")[0])
        elif ahead[0] in "()`" or ahead.startswith(("<<", "<(", ">(")):
            raise _NotSimpleError
        elif match := _REDIRECTION.match(ahead):
            self._pending = match[0]
            self._at += match.end()
        elif match := _OPERATOR.match(ahead):
            self._at += match.end()
            self._end(";" if match[0] == "\n" else match[0])
        else:
            self._take(self._word())
        return True

    def _end(self, operator: str) -> None:
        if self._command.words or self._command.variables or self._command.redirections:
            self._command.after = operator
            self.commands.append(self._command)
        self._command = SimpleCommand()

    def _take(self, word: Word) -> None:
        command = self._command
        if word.text.isdigit() and _REDIRECTION.match(self._text, self._at):
            return  # the number of a stream
        if self._pending:
            command.redirections.append((self._pending, word))
            self._pending = ""
        elif not command.words and _ASSIGNMENT.match(word.text):
            command.variables.append(word.text)
        elif not command.words and word.text in _GRAMMAR:
            raise _NotSimpleError
        else:
            command.words.append(word)

    def _word(self) -> Word:
        """The word that begins here."""
        letters: list[str] = []
        literal, start, text = True, self._at, self._text
        while self._at < len(text) and text[self._at] not in " \t\n;&|<>()":
            letter = text[self._at]
            if letter == "`" or text.startswith("$(", self._at):
                raise _NotSimpleError
            if letter == "\\":
                letters.append(text[self._at + 1 : self._at + 2].replace("\n", ""))
                self._at += 2
            elif letter in "'\"":
                inside, plain = self._quotation(letter)
                letters.append(inside)
                literal &= plain
            elif match := _HOME.match(text, self._at):
                letters.append(os.path.expanduser("~"))  # noqa: PTH111 - never fails
                self._at = match.end()
            else:
                literal &= letter not in _EXPANDED
                letters.append(letter)
                self._at += 1
        text_of_word = "".join(letters)
        if _TILDE.match(text, start):
            text_of_word = os.path.expanduser(text_of_word)  # noqa: PTH111 - "~nobody" is no error, but no path either
        return Word(text_of_word, literal)

    def _quotation(self, mark: str) -> tuple[str, bool]:
        """What stands in quotation marks from here on, and whether it is known."""
        start = self._at
        pattern = r"'[^']*'" if mark == "'" else r'"(?:[^"\\]|\\.)*"'
        match = re.compile(pattern, re.DOTALL).match(self._text, start)
        if match is None:
            raise ValueError("an unmatched quotation mark")
        self._at = match.end()
        inside = match[0][1:-1]
        if mark == "'":
            return inside, True
        inside = _HOME.sub(lambda _: os.path.expanduser("~"), inside)  # noqa: PTH111 - never fails
        literal = not re.search(r"(?<!\\)[$`]", inside)
        return re.sub(r'\\([\\"$`])', r"\1", inside.replace("\\\n", "")), literal
