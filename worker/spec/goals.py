"""The results that a run is about, by the names under which programs print them, and which way each of them is good."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from worker.spec.algorithms import ALGORITHMS
from worker.spec.direction import DIRECTIONS, MAX, MIN, rank
from worker.spec.early_stopping import OFF
from worker.spec.lists import split_list
from worker.spec.notation import real_text
from worker.spec.problem import Problem, did_you_mean
from worker.spec.raw_values import ConversionError, line, real
from worker.spec.text import quoted

COLUMN_NAME = r"[A-Za-z_][A-Za-z0-9_./-]{0,63}"  # of a line `name: number`
RESULT = "RESULT"
MOST_RESULTS = 10
_RESULTS, _REFERENCE = "search.results", "search.reference"
_EXAMPLE = "Write for example loss=min, accuracy=max."
_REFERENCE_EXAMPLE = "Write for example loss=1.5, accuracy=0."

GoalTexts = tuple[tuple[str, str], ...]  # names of results, each with its direction, or with its number


@dataclass(frozen=True)
class Goal:
    """A result that programs print, and whether the smallest or the largest one is the best."""

    name: str
    direction: str = MIN

    def rank(self, result: float) -> float:
        """What stands for a result where the smaller is the better."""
        return rank(self.direction, result)

    @property
    def maximises(self) -> bool:
        """Whether the largest result is the best."""
        return self.direction == MAX

    @property
    def words(self) -> str:
        """The name and which way is good."""
        return f"{self.name} (the {'largest' if self.maximises else 'smallest'} is best)"


def goal_texts(raw: object) -> GoalTexts:
    """Names and directions in a table, or in a text of name=direction pairs. Raises ConversionError."""
    pairs = tuple(_pairs(raw, _EXAMPLE))
    for name, direction in pairs:
        if direction not in DIRECTIONS:
            hint = did_you_mean(direction, DIRECTIONS)
            raise ConversionError(f"{quoted(direction)} is neither min nor max.", f"{hint} {_EXAMPLE}")
        if not re.fullmatch(COLUMN_NAME, name):
            raise ConversionError(
                f"{quoted(name)} cannot be the name of a result.",
                "It begins with a letter or _, goes on with letters, digits and _ . - /, and has at most 64 characters.",
            )
    if len(pairs) > MOST_RESULTS:
        message = f"These are {len(pairs)} results; at most {MOST_RESULTS} can be searched together."
        raise ConversionError(message, "Name those that you would choose by.")
    return pairs


def reference_texts(raw: object) -> GoalTexts:
    """Names and numbers, the same way. Raises ConversionError."""
    return tuple((name, real_text(real(number))) for name, number in _pairs(raw, _REFERENCE_EXAMPLE))


def _pairs(raw: object, example: str) -> Iterator[tuple[str, str]]:
    found: dict[str, str] = {}
    parts: Sequence[object] = raw if isinstance(raw, (list, tuple)) else ()
    if isinstance(raw, Mapping):
        parts = list(raw.items())
    elif not isinstance(raw, (list, tuple)):
        parts = [part for part in split_list(line(raw)) if part.strip(" \t")]
    for part in parts:
        if isinstance(part, (list, tuple)) and len(part) == 2:
            name, value = line(part[0]), line(part[1])
        else:
            name, equals, value = (piece.strip(" \t") for piece in line(part).partition("="))
            if not equals:
                raise ConversionError(f"{quoted(name)} lacks its =.", example)
        if name in found:
            raise ConversionError(f"{quoted(name)} is named twice.", "Name each result once.")
        found[name] = value
        yield name, value


def goal_texts_text(pairs: GoalTexts) -> str:
    """The canonical text of either."""
    return ", ".join(f"{name}={value}" for name, value in pairs)


def problems(values: Mapping[str, object]) -> Iterator[Problem]:
    """What does not fit together about the results; values: of the fields, by attribute."""
    results, reference = _read(values.get("results")), _read(values.get("reference"))
    names = list(results)
    for name in reference:
        if name not in results:
            message = f"{quoted(name)} is not one of the results."
            yield Problem(_REFERENCE, message, did_you_mean(name, names) if names else "Name it in results.")
    if reference and len(results) == 1:
        message = "With a single result there is no front, so this does nothing."
        yield Problem(_REFERENCE, message, "Leave it out, or name several results.", "note")
    if not results:
        return
    first = Goal(names[0], results[names[0]])
    if values.get("direction") == MAX and not first.maximises:
        message = f"The direction is max, but the first of the results is to be as small as possible: {first.name}=min."
        yield Problem(
            "search.direction", message, "Leave the direction out: each of the results has its own."
        )
    if len(results) < 2:
        return
    if values.get("early_stopping", OFF) != OFF:
        message = "This compares one result, and would end evaluations that are good in another."
        yield Problem("search.early_stopping", message, f'Write "{OFF}", or name a single result.')
    algorithm = ALGORITHMS.get(str(values.get("algorithm")))
    if algorithm and algorithm.learns and not algorithm.fronts:
        able = ", ".join(one.name for one in ALGORITHMS.values() if one.fronts)
        message = (
            f"{algorithm.name} searches one result, so it looks at {first.name} alone, the first of them."
        )
        yield Problem(
            "search.algorithm", message, f"For the best compromises, choose one of {able}.", "warning"
        )
    if values.get("patience"):
        message = f"This counts evaluations that are no better in {first.name}, the first of the results."
        hint = "They may be better in another one: give it room, or write 0."
        yield Problem("search.patience", message, hint, "note")
    if values.get("target"):
        message = f"The target is one for {first.name}, the first of the results."
        hint = "If you mean another one, name that first."
        yield Problem("search.target", message, hint, "note")


def _read(pairs: object) -> dict[str, str]:
    """A field's value as a table; empty where it could not be read."""
    return dict(pairs) if isinstance(pairs, tuple) else {}
