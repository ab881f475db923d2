"""What an amount that was typed with a unit has been taken for, so that people see it beside the field."""

from __future__ import annotations

from collections.abc import Mapping

from worker.spec.field_definition import Field
from worker.spec.field_values import field_text, field_value
from worker.spec.fields import FIELDS
from worker.spec.raw_values import ConversionError

AMOUNTS = tuple(field for field in FIELDS if field.kind in ("duration", "memory"))


def readings(texts: Mapping[str, str]) -> dict[str, str]:
    """A sentence for each amount whose text is another one than it will have in the config, by the key in the URL."""
    found = {field.query: _reading(field, texts[field.query].strip()) for field in AMOUNTS}
    return {query: sentence for query, sentence in found.items() if sentence}


def _reading(field: Field, text: str) -> str:
    try:
        value = field_value(field, text)
    except ConversionError:
        return ""  # a problem of its own
    meant = field_text(field, value)
    if meant == text or not isinstance(value, int):
        return ""
    if field.kind == "memory":
        return f"That is {value:,} MB." if value else "No memory is asked for."
    return f"That is {meant}." if ":" in meant else f"That is {meant} h."
