"""The checks of one field alone: gaps, numbers out of bounds, placeholders of examples, paths."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from worker.spec import near_misses
from worker.spec.field_definition import HOME_VARIABLE_PATTERN, Field
from worker.spec.field_values import field_text
from worker.spec.gpu_amounts import gpu_count
from worker.spec.problem import Fix, Problem
from worker.spec.text import quoted, shown

# <your name> as a word of its own or behind a slash; "<in.txt >out.txt" and "< in > out" are redirections.
_ANGLE_PLACEHOLDER = re.compile(r"<[^<>\s](?:[^<>]*[^<>\s])?>(?=\s|$)|(?<=/)<[^<>\s](?:[^<>]*[^<>\s])?>")
_HOME = re.compile(rf"~|{HOME_VARIABLE_PATTERN}|/(?:home|users|u)/", re.IGNORECASE)
_PATH_STARTS = ("/", "~", ".", "$HOME", "${HOME}")


def missing(field: Field, value: object) -> Iterator[Problem]:
    """That a field that a run needs has no value."""
    if field.required and value in ("", ()):
        yield Problem(field.path, f"{field.label} is missing.", field.help)


def problems(field: Field, value: object, names: Sequence[str]) -> Iterator[Problem]:
    """What is wrong with a field's value, which is of its kind. names: those of the parameters."""
    yield from missing(field, value)
    counted_value = gpu_count(value) if field.kind == "gpus" and isinstance(value, str) else value
    numbers = counted_value if isinstance(counted_value, tuple) else (counted_value,)
    for number in numbers:
        if isinstance(number, bool) or not isinstance(number, (int, float)):
            continue
        if field.minimum is not None and number < field.minimum:
            yield Problem(
                field.path,
                f"{_shown(field, number)} is too small; the minimum is {_shown(field, field.minimum)}.",
                field.help,
                fixes=_bound_fixes(field, value, field.minimum),
            )
        if field.maximum is not None and number > field.maximum:
            yield Problem(
                field.path,
                f"{_shown(field, number)} is too large; the maximum is {_shown(field, field.maximum)}.",
                field.help,
                fixes=_bound_fixes(field, value, field.maximum),
            )
    if (
        isinstance(value, str)
        and field.kind in ("line", "path")
        and (match := _ANGLE_PLACEHOLDER.search(value))
    ):
        message = f"{shown(match[0])} looks like a placeholder from an example."
        meant = _meant(field, match[0], names)
        fixes = (Fix(f"Write {meant}", ((field.path, value.replace(match[0], meant)),)),) if meant else ()
        yield Problem(field.path, message, _angle_hint(field, meant), fixes=fixes)
    elif field.kind == "path" and isinstance(value, str) and value:
        yield from _path_problems(field, value)


def _bound_fixes(field: Field, value: object, bound: float) -> tuple[Fix, ...]:
    """What writes the nearest value that is allowed, where the field is a single number."""
    return (Fix.writing(field.path, field_text(field, int(bound))),) if isinstance(value, int) else ()


def _meant(field: Field, written: str, names: Sequence[str]) -> str:
    """The placeholder that <lr> in a program is likely meant to be, "" where it can be none."""
    return (
        near_misses.Guesses(names).placeholder(written.strip("<> $")) if field.path == "run.objective" else ""
    )


def _angle_hint(field: Field, meant: str) -> str:
    if meant:
        return f"Write {meant}."
    if field.kind == "path":
        return "Put your own text in its place, without the angle brackets."
    return (
        "Put your own text in its place, without the angle brackets; if it is a redirection, write a blank "
        "after the <."
    )


def _path_problems(field: Field, value: str) -> Iterator[Problem]:
    if "$" in re.sub(HOME_VARIABLE_PATTERN, "", value):
        yield Problem(
            field.path,
            f"{quoted(value)} contains a $, which is taken as a letter of the name.",
            "If you mean a variable, write its value; only ~ or $HOME at the beginning means your home "
            "folder.",
            "warning",
        )
    elif field.path == "run.workdir" and not value.startswith(_PATH_STARTS):
        yield Problem(
            field.path,
            f"{quoted(value)} is relative to the folder in which the command is started.",
            "Write a full path that starts with /.",
            "note",
        )
    elif field.path == "run.workdir" and _HOME.match(value):
        yield Problem(
            field.path,
            f"{quoted(value)} is in a home folder, which on a cluster is usually small, slow, and not meant for many files.",
            "On a cluster, use a workspace or a scratch folder; on your own machine this is fine.",
            "note",
        )


def _shown(field: Field, number: float) -> str:
    text = field_text(field, int(number))
    return f"{text} {field.unit}" if field.unit and ":" not in text else text
