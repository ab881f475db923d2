"""What is wrong with an input: where, what, and what to do about it."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import nlargest
from typing import Literal

MOST_LISTED = 20  # of anything in one sentence, and of problems of one kind
_NUMBER = re.compile(r"\.\d+(?=\.|$)", re.ASCII)
_CLOSE = 0.6  # as difflib has it
_LONGEST_COMPARED = 50  # letters
_MOST_COMPARED = 4

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True)
class Fix:
    """What would solve a problem, where that can be computed.

    label: of a button. changes: path of a field or a setting -> its new text. adds: names of parameters that are to be added.
    """

    label: str
    changes: tuple[tuple[str, str], ...] = ()
    adds: tuple[str, ...] = ()

    @classmethod
    def writing(cls, path: str, text: str) -> Fix:
        """The one that writes `text` at a path."""
        return cls(f"Write {text}", ((path, text),))


@dataclass(frozen=True)
class Problem:
    """One finding about an input.

    path: the field's place in the config ("run.name", "parameters.0.max"), "" for the whole input.
    message: one sentence, what is wrong and why. hint: one sentence, what to do.
    stands_for: how many findings it is. fixes: what would solve it, the likeliest first; never done unasked. Only severity "error" keeps a run from starting.
    """

    path: str
    message: str
    hint: str = ""
    severity: Severity = "error"
    stands_for: int = 1
    fixes: tuple[Fix, ...] = ()

    def __str__(self) -> str:
        path = f"{self.path}: " if self.path else ""
        hint = f" {self.hint}" if self.hint else ""
        return f"{path}{self.message}{hint}"

    def as_json(self) -> dict[str, str]:
        """The problem as the page's script reads it."""
        return {"path": self.path, "message": self.message, "hint": self.hint, "severity": self.severity}


def capped(
    problems: Iterable[Problem], exempt: Callable[[Problem], bool] = lambda problem: problem.stands_for > 1
) -> Iterator[Problem]:
    """`problems`, but only the first ones of a kind that has very many, and behind the last of these how many follow.

    Those of the same severity about the same field are of one kind, whichever parameter the field belongs to.
    exempt: which ones are left alone, such as what is left of an earlier pass.
    """
    all_problems = tuple(problems)
    totals = Counter(_kind(problem) for problem in all_problems if not exempt(problem))
    seen: Counter[tuple[str, str]] = Counter()
    for problem in all_problems:
        if exempt(problem):
            yield problem
            continue
        kind = _kind(problem)
        seen[kind] += 1
        if seen[kind] <= MOST_LISTED:
            yield problem
        elif seen[kind] == totals[kind]:
            more = totals[kind] - MOST_LISTED
            path = "" if "*" in kind[0] else problem.path
            hint = "Correct the first ones; then the others are shown."
            yield Problem(path, f"And {more:,} more of this kind.", hint, problem.severity, more)


def _kind(problem: Problem) -> tuple[str, str]:
    return _NUMBER.sub(".*", problem.path), problem.severity


def has_errors(problems: Iterable[Problem]) -> bool:
    """Whether any of `problems` keeps the run from starting."""
    return any(problem.severity == "error" for problem in problems)


def did_you_mean(word: str, candidates: Iterable[str]) -> str:
    """A hint that names the closest of the words `candidates`, or lists them where none is close."""
    ordered = sorted(candidates)
    if close := closest(word, ordered):
        return f'Did you mean "{close}"?'
    return f"Possible: {listed(ordered)}." if ordered else ""


def closest(word: str, candidates: Iterable[str]) -> str:
    """The one of the words `candidates` that `word` is most like, "" where none is close."""
    # Comparing two words takes the product of their lengths: only the beginnings are, and only the few known words
    # with the most letters in common with it.
    matcher = difflib.SequenceMatcher(b=word[:_LONGEST_COMPARED], autojunk=False)
    likely: list[tuple[float, str]] = []
    for candidate in candidates:
        matcher.set_seq1(candidate[:_LONGEST_COMPARED])
        if matcher.real_quick_ratio() >= _CLOSE and (bound := matcher.quick_ratio()) >= _CLOSE:
            likely.append((bound, candidate))
    best_ratio, best_candidate = 0.0, ""
    for bound, candidate in nlargest(_MOST_COMPARED, likely):
        if bound < best_ratio:
            break
        matcher.set_seq1(candidate[:_LONGEST_COMPARED])
        if (ratio := matcher.ratio()) > best_ratio:
            best_ratio, best_candidate = ratio, candidate
    return best_candidate if best_ratio >= _CLOSE else ""


def listed(texts: Sequence[str]) -> str:
    """`texts` with commas, the first 20 of them."""
    return ", ".join(texts[:MOST_LISTED]) + (" and others" if len(texts) > MOST_LISTED else "")


class UnreadableError(ValueError):
    """An input that cannot be read at all (not TOML, not a token); carries the problems to show.

    needs: the group of packages without which it cannot, where that is the reason.
    """

    def __init__(self, problems: Iterable[Problem], needs: str = "") -> None:
        self.problems = tuple(problems)
        self.needs = needs
        super().__init__("\n".join(str(problem) for problem in self.problems))
