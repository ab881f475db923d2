"""Values that differ only in how they are spelled: 16.0 is 16, and True is true."""

from __future__ import annotations

from collections.abc import Collection

from worker.spec.parameters import Value
from worker.spec.raw_values import ConversionError, real

_WORDS = frozenset({"true", "false", "none", "null", "nan"})


def meant(value: Value, options: Collection[Value]) -> Value:
    """The one of `options` that `value` is, or that it is another spelling of. Raises ValueError where it is none, or several."""
    text = str(value)
    if text in options:
        return text
    alike = [option for option in options if _same(text, str(option))]
    if len(alike) != 1:
        raise ValueError(f"{text} is not one of the {len(options):,} values")
    return alike[0]


def _same(text: str, option: str) -> bool:
    if text.lower() == option.lower():
        return text.lower() in _WORDS
    number = _number(text)
    return number is not None and number == _number(option)


def _number(text: str) -> float | None:
    try:
        return real(text)
    except ConversionError:
        return None
