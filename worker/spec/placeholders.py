"""Placeholders of an objective program, ($x_0), ($name) and int($x_0), and the command that a trial runs."""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence

from worker.spec.convert import real_text
from worker.spec.parameters import Value
from worker.spec.problem import Problem, did_you_mean

_PLACEHOLDER = re.compile(r"(?P<int>\bint)?\(\$(?P<name>[A-Za-z0-9_.-]+)\)")
_POSITION = re.compile(r"x_(\d+)")
_BARE = re.compile(r"\$\{?(x_\d+)\b")
# What the placeholders of paths stand for; the agent fills them in.
PATH_PLACEHOLDERS = ("projectdir", "trialdir")


def value_text(value: Value) -> str:
    """The text of a trial's value, as the objective program gets it."""
    return value if isinstance(value, str) else real_text(value)


def render(objective: str, values: Mapping[str, Value], paths: Mapping[str, str]) -> str:
    """The shell command of a trial: every placeholder of `objective` replaced by its value.

    values: parameter name -> value, in the order of the parameters (for ($x_N)). paths: name -> path.
    Values that are text are quoted for the shell. Raises KeyError for a placeholder that stands for nothing.
    """
    names = list(values)

    def replaced(match: re.Match[str]) -> str:
        name = _resolve(match["name"], names)
        if name is None:
            return shlex.quote(paths[match["name"]])
        value = values[name]
        if match["int"]:
            return value_text(_integer_part(value))
        return shlex.quote(value_text(value)) if isinstance(value, str) else value_text(value)

    return _PLACEHOLDER.sub(replaced, objective)


def _integer_part(value: Value) -> Value:
    try:
        return math.trunc(float(value))
    except (ValueError, OverflowError):
        return value


def _resolve(placeholder: str, names: Sequence[str]) -> str | None:
    if placeholder in names:
        return placeholder
    position = _POSITION.fullmatch(placeholder)
    if position and int(position[1]) < len(names):
        return names[int(position[1])]
    return None


def problems(objective: str, names: Sequence[str]) -> Iterator[Problem]:
    """What is wrong with the placeholders of `objective`: undefined ones (errors), unused parameters, bare $x_N."""
    used: set[str] = set()
    for match in _PLACEHOLDER.finditer(objective):
        name = _resolve(match["name"], names)
        if name is not None:
            used.add(name)
        elif match["name"] not in PATH_PLACEHOLDERS:
            yield Problem(
                "run.objective",
                f"The placeholder {match[0]} stands for no parameter.",
                did_you_mean(match["name"], [*names, *(f"x_{n}" for n in range(len(names)))]),
            )
    for match in _BARE.finditer(objective):
        if objective[max(0, match.start() - 1)] != "(":
            yield Problem(
                "run.objective",
                f"{match[0]} is not replaced, since it stands without parentheses.",
                f"Write (${match[1]}).",
                "warning",
            )
    for index, name in enumerate(names):
        if name and name not in used:
            yield Problem(
                "run.objective",
                f'The parameter "{name}" does not occur in the objective program.',
                f"Write ($x_{index}) or (${name}) where its value belongs.",
                "warning",
            )
