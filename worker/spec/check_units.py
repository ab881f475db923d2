"""Remarks on bare numbers whose unit was probably taken for another one: memory = 16 is MB, runtime = 90 is hours."""

from __future__ import annotations

from collections.abc import Iterator

from worker.spec.field_definition import Field
from worker.spec.problem import Fix, Problem
from worker.spec.raw_values import raw_text
from worker.spec.text import counted
from worker.spec.units import is_bare, megabytes

_LITTLE = 256  # MB; more are seldom meant as GB
_DAY, _WEEK = 24, 168  # hours
# From here on, hours are likelier minutes where they are no whole days. Few evaluations take as long as a run.
_MANY, _MANY_FOR_ONE = 30, 10


def problems(field: Field, raw: object, value: object) -> Iterator[Problem]:
    """The remark about `raw`, which was read as `value`: MB or seconds."""
    if field.kind == "memory" and isinstance(raw, str) and megabytes(raw.strip(" \t")) not in (None, value):
        yield Problem(
            field.path,
            f"{raw.strip()} is taken as {value} MB, since Slurm counts whole MB and takes the next one.",
            f"To confirm it, write {value}M.",
            "note",
            fixes=(Fix.writing(field.path, f"{value}M"),),
        )
    if not isinstance(value, int) or not is_bare(raw):
        return
    text = raw_text(raw).strip(" \t")
    if field.kind == "memory" and 0 < value <= _LITTLE:
        yield Problem(
            field.path,
            f"{value} MB is less than most programs need.",
            f"If you mean {value} GB, write {value}G; to confirm that it is MB, write {value}M.",
            "warning",
            fixes=(Fix.writing(field.path, f"{value}G"),),
        )
    if field.kind == "duration" and _likely_minutes(field, value):
        yield Problem(
            field.path,
            f"{text} means hours here, which is {_days_and_hours(value)}.",
            f"If you mean minutes, write {text}min; to confirm that it is hours, write {text}h.",
            "note",
            fixes=(Fix.writing(field.path, f"{text}min"),),
        )


def _likely_minutes(field: Field, seconds: int) -> bool:
    hours = seconds / 3600
    if field.path == "run.time_limit":
        return hours >= _MANY_FOR_ONE and (hours > _WEEK or hours % (_DAY / 2) != 0)
    return hours >= _MANY and (hours > _WEEK or hours % _DAY != 0)


def _days_and_hours(seconds: int) -> str:
    days, hours = divmod(round(seconds / 3600), _DAY)
    parts = [counted(days, "day")] * bool(days) + [counted(hours, "hour")] * bool(hours)
    return " and ".join(parts)
