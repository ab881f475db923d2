"""The values of parameters' settings: from raw ones to typed ones, and back to canonical text."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeGuard

from worker.spec.lists import has_gaps, join_list, split_list, split_table
from worker.spec.notation import real_text
from worker.spec.parameter_settings import SettingKind
from worker.spec.parameters import MOST_VALUES, SettingValue
from worker.spec.raw_values import ConversionError, integer, line, raw_list_text, raw_text, real, switch
from worker.spec.remembered import remembers_short_texts
from worker.spec.text import quoted

_LONGEST_LIST = 1_000_000  # characters


@remembers_short_texts
def setting_value(kind: SettingKind, raw: object) -> SettingValue:
    """The typed setting of a parameter from `raw`. Raises ConversionError."""
    if kind == "integer":
        return integer(raw)
    if kind == "real":
        return real(raw)
    if kind == "switch":
        return switch(raw)
    if kind in ("text", "condition"):
        return line(raw)
    if kind == "options":
        return _options(raw)
    return _weights(raw)


def _options(raw: object) -> tuple[str, ...]:
    return tuple(option for option in (line(part) for part in _parts(raw)) if option)


def _parts(raw: object) -> Sequence[object]:
    """The parts of a list, or of the text of one."""
    if isinstance(raw, (list, tuple)):
        parts: Sequence[object] = raw
    else:
        text = line(raw, _LONGEST_LIST)
        parts = split_list(text) if text else ()
    if len(parts) > MOST_VALUES:
        message = f"These are {len(parts):,} values; the maximum is {MOST_VALUES:,}."
        raise ConversionError(message, "List fewer.")
    return parts


def _weights(raw: object) -> tuple[tuple[str, float], ...]:
    """Options with their percentages as typed, of any sum."""
    pairs = tuple(_weight_pairs(raw))
    for name, weight in pairs:
        if weight < 0:
            raise ConversionError(
                f"The percentage of {quoted(name)} is negative.", "Write a percentage of at least 0."
            )
    total = math.fsum(weight for _, weight in pairs)
    if pairs and total <= 0:
        raise ConversionError("The percentages sum to 0.", "Give at least one value a percentage above 0.")
    return pairs


def _weight_pairs(raw: object) -> Iterator[tuple[str, float]]:
    table = split_table(raw) if isinstance(raw, str) else None
    for part in table or _parts(list(raw.items()) if isinstance(raw, Mapping) else raw):
        if _is_pair(part):
            yield line(part[0]), _percentage(part[1])
            continue
        text = line(part)
        if not text:
            continue
        name, equals, percent = text.rpartition("=")
        if not equals:
            hint = "Write value=percent pairs: a=20,b=70,c=10."
            if typed := re.fullmatch(r"(.*\S)[ \t]*:[ \t]*([0-9.]+)", text):
                hint = f"Write it with an equals sign: {typed[1]}={typed[2]}."
            raise ConversionError(f"{quoted(text)} has no percentage.", hint)
        yield name.strip(" \t"), _percentage(percent)


def _is_pair(part: object) -> TypeGuard[Sequence[object]]:
    return isinstance(part, (list, tuple)) and len(part) == 2


def _percentage(raw: object) -> float:
    percent = real(raw)
    if percent > 1e9:
        raise ConversionError(
            f"A percentage of {real_text(percent)} is too large.", "The percentages sum to 100."
        )
    return percent


def setting_text(value: SettingValue) -> str:
    """The canonical text of a parameter's setting, as a form field or URL holds it."""
    if isinstance(value, tuple):
        return join_list(
            [part if isinstance(part, str) else f"{part[0]}={real_text(part[1])}" for part in value]
        )
    if isinstance(value, bool):
        return "1" if value else ""
    return value if isinstance(value, str) else real_text(value)


def is_off(kind: SettingKind | None, raw: object) -> bool:
    """Whether a raw setting is a switch that is off, which need not be said."""
    try:
        return kind == "switch" and not switch(raw)
    except ConversionError:
        return False


def setting_raw_text(kind: SettingKind, raw: object) -> str:
    """The text of a raw setting: canonical where it fits, as typed where it does not or has gaps."""
    is_list = kind in ("options", "weights")
    if not (is_list and has_gaps(raw)):
        try:
            return setting_text(setting_value(kind, raw))
        except ConversionError:
            pass
    if not is_list or not isinstance(raw, (Mapping, list, tuple)):
        return raw_text(raw)
    if kind == "weights" and not isinstance(raw, Mapping):
        raw = ["=".join(map(raw_text, part)) if _is_pair(part) else part for part in raw]
    return raw_list_text(raw)
