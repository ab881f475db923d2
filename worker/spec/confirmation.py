"""How the best points are confirmed after a run: so many of them, evaluated so often again, such as best=5, times=10."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from worker.spec.lists import split_list
from worker.spec.problem import did_you_mean
from worker.spec.raw_values import ConversionError, integer, line
from worker.spec.text import quoted

EXAMPLE = "best=5, times=10"
_LIMITS = {"best": (1, 100), "times": (2, 1000)}


class Confirm(NamedTuple):
    """The best so many points are evaluated so many times again."""

    best: int
    times: int


def confirm_text(raw: object) -> str:
    """The canonical text of what is to be confirmed, "" for nothing. Raises ConversionError."""
    if isinstance(raw, Mapping):
        given = {str(name): value for name, value in raw.items()}
    else:
        text = "" if raw is None else line(raw)
        if not text:
            return ""
        given = dict(_pair(part) for part in split_list(text))
    for name in given:
        if name not in _LIMITS:
            raise ConversionError(f"{quoted(name)} is not known here.", did_you_mean(name, list(_LIMITS)))
    if missing := [name for name in _LIMITS if name not in given]:
        raise ConversionError(f"It does not say {missing[0]}.", f"Write for example {EXAMPLE}.")
    return ", ".join(f"{name}={_count(name, given[name])}" for name in _LIMITS)


def _pair(part: str) -> tuple[str, str]:
    name, equals, value = part.partition("=")
    if not equals:
        raise ConversionError(f"{quoted(part)} is not understood.", f"Write for example {EXAMPLE}.")
    return name.strip(" \t"), value.strip(" \t")


def _count(name: str, raw: object) -> int:
    count, (low, high) = integer(raw), _LIMITS[name]
    if not low <= count <= high:
        raise ConversionError(
            f"{name} is {count}; it can be {low} to {high:,}.", f"Write for example {EXAMPLE}."
        )
    return count


def confirm_of(text: str) -> Confirm | None:
    """What a canonical text says; None for nothing."""
    if not text:
        return None
    return Confirm(*(int(part.partition("=")[2]) for part in text.split(", ")))
