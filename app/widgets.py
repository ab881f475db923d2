"""The choice of a parameter's type, which is the same for nearly all of them, and what each type needs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from markupsafe import Markup

from worker.spec.parameter_settings import COMMON, SETTINGS
from worker.spec.parameter_types import PARAMETER_TYPES
from worker.spec.plain_types import PLAIN_TYPES
from worker.spec.text import shown

# The settings that are boxes to tick, and what stands above these.
SWITCHES = {
    key: SETTINGS[key].symbol
    for kind in PARAMETER_TYPES.values()
    for key, read_as in kind.known.items()
    if read_as == "switch"
}


def types_for_script() -> Mapping[str, Mapping[str, object]]:
    """What lets the script show the fields that a type needs, and its summary, without asking the server."""
    return {
        kind.name: {
            "settings": [key for key in kind.known if key not in COMMON],
            "optional": [key for key in kind.optional if key not in SWITCHES],
            "summary": kind.summary,
        }
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
    """Those of this OmniOpt first, and apart from them those that only who knows the first one looks for."""
    options = {name: _option(name, _label(name), name == chosen) for name in names}
    plain = Markup("").join(options.pop(kind.name) for kind in PLAIN_TYPES)
    others = Markup("").join(options.values())
    return plain + Markup('<optgroup label="First OmniOpt">{}</optgroup>').format(others)


def _label(name: str) -> str:
    return f"{PARAMETER_TYPES[name].title} ({name})"


def _option(value: str, label: str, selected: bool) -> Markup:
    # A page of many parameters has thousands of them: what a browser knows without is not sent.
    named = Markup(' value="{}"').format(value) if value != label else ""
    return Markup("<option{}{}>{}</option>").format(named, Markup(" selected") if selected else "", label)
