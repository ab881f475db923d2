"""The values of a run's fields: from raw ones to typed ones, and back to canonical text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from worker.spec.budget import budget_text
from worker.spec.confirmation import confirm_text
from worker.spec.environment import (
    modules,
    modules_text,
    variables,
    variables_text,
)
from worker.spec.field_definition import LONGEST_NAME, LONGEST_PATH, NAME_PATTERN, WORD_PATTERN, Field
from worker.spec.goals import goal_texts, goal_texts_text, reference_texts
from worker.spec.gpu_amounts import gpus
from worker.spec.lists import has_gaps
from worker.spec.notation import real_text
from worker.spec.problem import closest, did_you_mean
from worker.spec.raw_values import (
    LONGEST_LINE,
    ConversionError,
    duration,
    duration_text,
    integer,
    line,
    memory,
    raw_text,
    real,
    switch,
)
from worker.spec.remembered import remembers_short_texts
from worker.spec.start_points import start_points, start_points_text
from worker.spec.text import quoted

_MOST_LINES = 1000


@remembers_short_texts
def field_value(field: Field, raw: object) -> object:
    """The typed value of `field` from `raw`. Raises ConversionError."""
    if field.kind == "switch":
        return switch(raw)
    if field.kind == "integer":
        return integer(raw)
    if field.kind == "duration":
        return duration(raw)
    if field.kind == "memory":
        return memory(raw)
    if field.kind == "gpus":
        return gpus(raw)
    if field.kind == "budget":
        return budget_text(raw)
    if field.kind == "confirm":
        return confirm_text(raw)
    if field.kind == "seeds":
        return _seeds(raw)
    if field.kind == "lines":
        return _lines(raw)
    if field.kind == "points":
        return start_points(raw)
    if field.kind == "goals":
        return goal_texts(raw)
    if field.kind == "reference":
        return reference_texts(raw)
    if field.kind == "modules":
        return modules(raw)
    if field.kind == "variables":
        return variables(raw)
    if field.kind == "result":
        return real_text(real(raw)) if raw not in ("", None) else ""
    text = line(raw, LONGEST_PATH if field.kind == "path" else LONGEST_LINE)
    if field.kind == "name" and text:
        _check_name(text)
    if field.kind == "word" and text and not re.fullmatch(WORD_PATTERN, text):
        raise ConversionError(
            f"{quoted(text)} contains characters that Slurm names cannot have.", "Write only the name."
        )
    if field.kind == "value" and text and not re.fullmatch(field.pattern, text):
        raise ConversionError(
            f"{quoted(text)} is not what sbatch takes for {field.option}.",
            f"Write for example {field.example}.",
        )
    if field.kind == "choice" and text not in field.choices:
        hint, likely = did_you_mean(text, field.choices), closest(text, field.choices)
        raise ConversionError(f"{quoted(text)} is not one of the choices.", hint, likely)
    return text


def _check_name(text: str) -> None:
    if not re.fullmatch(NAME_PATTERN, text):
        raise ConversionError(
            f"{quoted(text)} contains characters other than letters, digits and underscores.",
            "Use only A-Z, a-z, 0-9 and _.",
        )
    if len(text) > LONGEST_NAME:
        raise ConversionError(
            f"This name is {len(text):,} characters long; at most {LONGEST_NAME} are allowed.",
            "Choose a shorter one.",
        )


def _seeds(raw: object) -> tuple[int, ...]:
    if isinstance(raw, (list, tuple)):
        return tuple(integer(seed) for seed in raw)
    if isinstance(raw, int) and not isinstance(raw, bool):
        return (integer(raw),)
    text = line(raw)
    parts = [part for part in re.split(r"[,; ]+", text) if part]
    return tuple(map(integer, parts or [text])) if text else ()


def _lines(raw: object) -> tuple[str, ...]:
    parts: Sequence[object] = raw if isinstance(raw, (list, tuple)) else (raw,)
    if isinstance(raw, str):
        parts = raw.replace("\r\n", "\n").split("\n")
    if len(parts) > _MOST_LINES:
        message = f"These are {len(parts):,} lines; at most {_MOST_LINES:,} are allowed."
        raise ConversionError(message, "Write them to a file, and use that here.")
    return tuple(text for text in (line(part) for part in parts) if text)


def field_text(field: Field, value: object) -> str:
    """The canonical text of a typed value, as a form field or URL holds it."""
    if field.kind == "switch":
        return "1" if value else "0"
    if field.kind == "duration" and isinstance(value, int):
        return duration_text(value)
    if field.kind == "seeds" and isinstance(value, tuple):
        return ",".join(str(seed) for seed in value)
    if field.kind == "points" and isinstance(value, tuple):
        return start_points_text(value)
    if field.kind in ("goals", "reference") and isinstance(value, tuple):
        return goal_texts_text(value)
    if field.kind == "modules" and isinstance(value, tuple):
        return modules_text(value)
    if field.kind == "variables" and isinstance(value, tuple):
        return variables_text(value)
    if field.kind == "lines" and isinstance(value, tuple):
        return "\n".join(str(part) for part in value)
    return str(value)


def field_raw_text(field: Field, raw: object) -> str:
    """The text of a raw value of `field`: canonical where it fits, as typed where it does not or has gaps."""
    if field.kind == "seeds" and isinstance(raw, str) and has_gaps(raw):
        return raw  # so that whoever reads the text is told of them as well
    try:
        return field_text(field, field_value(field, raw))
    except ConversionError:
        if field.kind in ("lines", "points", "modules", "variables") and isinstance(raw, (list, tuple)):
            return "\n".join(raw_text(part) for part in raw)
        return raw_text(raw)
