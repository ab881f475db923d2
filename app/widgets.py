"""The choice of a parameter's type, which is the same for nearly all of them, and what each type needs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from markupsafe import Markup

from worker.spec.parameter_types import PARAMETER_TYPES
from worker.spec.text import shown


def types_for_script() -> Mapping[str, Mapping[str, object]]:
    """What lets the script show the fields that a type needs, and its summary, without asking the server."""
    return {
        kind.name: {"settings": list(kind.settings), "summary": kind.summary}
        for kind in PARAMETER_TYPES.values()
    }


def type_options(chosen: str) -> Markup:
    """The options, with a type that is unknown among them, so that a wrong link is seen and not corrected."""
    names = tuple(PARAMETER_TYPES)
    if chosen in PARAMETER_TYPES:
        return _options(names, chosen)
    return _options(names, "") + _option(chosen, f"{shown(chosen)} (unknown)", True)


@lru_cache(maxsize=100)  # a page has as many of them as parameters
def _options(names: tuple[str, ...], chosen: str) -> Markup:
    return Markup("").join(_option(name, name, name == chosen) for name in names)


def _option(value: str, label: str, selected: bool) -> Markup:
    return Markup('<option value="{}"{}>{}</option>').format(
        value, Markup(" selected") if selected else "", label
    )
