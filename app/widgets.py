"""The widgets of a parameter's fields; WTForms' own ones take seconds for a form of hundreds of parameters."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from markupsafe import Markup, escape

from worker.spec.parameters import PARAMETER_TYPES
from worker.spec.text import visible


def text_input(field: Any, **attributes: object) -> Markup:
    """A field for one line of text."""
    given = {"id": field.id, "name": field.name, "type": "text", "value": field._value(), **attributes}
    return Markup(f"<input {_written(given)}>")


def type_select(field: Any, **attributes: object) -> Markup:
    """The choice of a parameter's type."""
    given = {"id": field.id, "name": field.name, **attributes}
    return Markup(f"<select {_written(given)}>{_type_options(field.data or '')}</select>")


@lru_cache(maxsize=64)
def _type_options(chosen: str) -> str:
    """The options, with a type that is unknown among them, so that a wrong link is seen and not corrected."""
    names = [*PARAMETER_TYPES, *([] if chosen in PARAMETER_TYPES else [chosen])]
    return "".join(
        f"<option {_written({'value': name, 'selected': name == chosen, **_for_script(name)})}>"
        f"{escape(name if name in PARAMETER_TYPES else f'{visible(name)} (unknown)')}</option>"
        for name in names
    )


def _for_script(name: str) -> Mapping[str, object]:
    """What lets the script show the fields that a type needs, and its summary, without asking the server."""
    kind = PARAMETER_TYPES.get(name)
    return {"data-settings": " ".join(kind.settings), "data-summary": kind.summary} if kind else {}


def _written(attributes: Mapping[str, object]) -> str:
    """Attributes as HTML; those that are True are written without a value, those that are False are left out."""
    return " ".join(
        name if value is True else f'{name}="{escape(value)}"'
        for name, value in attributes.items()
        if value is not False
    )
