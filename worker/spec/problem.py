"""What is wrong with an input: where, what, and what to do about it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

MOST_LISTED = 20  # of anything in one sentence, and of sentences of the same kind

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True)
class Problem:
    """One finding about an input.

    path: the field's place in the config ("run.name", "parameters.0.max"), "" for the whole input.
    message: one sentence, what is wrong and why. hint: one sentence, what to do.
    Only severity "error" keeps a run from starting.
    """

    path: str
    message: str
    hint: str = ""
    severity: Severity = "error"

    def __str__(self) -> str:
        place = f"{self.path}: " if self.path else ""
        hint = f" {self.hint}" if self.hint else ""
        return f"{place}{self.message}{hint}"

    def as_json(self) -> dict[str, str]:
        """The problem as the page's script reads it."""
        return {"path": self.path, "message": self.message, "hint": self.hint, "severity": self.severity}


def has_errors(problems: Iterable[Problem]) -> bool:
    """Whether any of `problems` keeps the run from starting."""
    return any(problem.severity == "error" for problem in problems)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint that names the closest of `known` words, or lists them where none is close."""
    words = sorted(known)
    if close := closest(word, words):
        return f'Did you mean "{close}"?'
    return f"Known are: {listed(words)}." if words else ""


def closest(word: str, known: Iterable[str]) -> str:
    """The one of `known` words that `word` is most like, "" where none is close."""
    return next(iter(difflib.get_close_matches(word[:100], known, n=1)), "")


def listed(words: Sequence[str]) -> str:
    """`words` with commas, the first 20 of them."""
    return ", ".join(words[:MOST_LISTED]) + (" and others" if len(words) > MOST_LISTED else "")


class UnreadableError(ValueError):
    """An input that cannot be read at all (not TOML, not a token); carries the problems to show."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))
