"""Questions to the person at the terminal; what was typed before a question could be read does not answer it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import TypeVar

Answer = TypeVar("Answer")

YES_OR_NO: Mapping[str, bool] = {"y": True, "yes": True, "n": False, "no": False, "": False}


def somebody_there() -> bool:
    """Whether anybody can be asked."""
    return sys.stdin.isatty()


def ask(question: str) -> str:
    """The answer to a question, as typed. Raises EOFError where nobody can type any more."""
    if somebody_there():
        import termios

        sys.stdout.flush()
        with suppress(termios.error):  # a terminal that has just gone
            termios.tcflush(sys.stdin, termios.TCIFLUSH)
    return input(question)


def choose(question: str, answers: Mapping[str, Answer]) -> Answer:
    """Ask until one of `answers` is given, in upper or lower case; the end of the input counts as "", the default."""
    while True:
        try:
            answer = ask(question).strip().lower()
        except EOFError:
            print()
            return answers[""]
        if answer in answers:
            return answers[answer]
