"""The page's URL: the query string of a link to a draft, and of a draft to a link."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl, quote

from worker.spec.config_limits import RUN, Limits
from worker.spec.field_values import field_raw_text, field_text
from worker.spec.fields import BY_QUERY, FIELDS
from worker.spec.formats.input_limits import bounded
from worker.spec.formats.numbered_keys import count_parameters, parameter_draft
from worker.spec.parameter_settings import SETTINGS
from worker.spec.parameter_types import PARAMETER_TYPES
from worker.spec.parameters import DEFAULT_TYPE
from worker.spec.raw_values import is_missing
from worker.spec.run import Draft, ParameterDraft, ReadResult
from worker.spec.setting_values import is_off, setting_raw_text
from worker.spec.text import encodable

COUNT = "number_of_parameters"
_SETTINGS = {setting.query: key for key, setting in SETTINGS.items()}
# The oldest links have no _ behind the number.
_PARAMETER_KEY = re.compile(r"param_(\d{1,9})(_?)(name|type|" + "|".join(_SETTINGS) + ")", re.ASCII)
_BARE_MU = re.compile(r"mu_(\d{1,9})", re.ASCII)  # the original's key for the mean of a normal distribution
_UNQUOTED = "/:,"  # as safe in a query string as letters, and a link with them can be read


def read(query: str, limits: Limits = RUN) -> ReadResult:
    """Read a query string, with or without its "?". Keys that mean nothing are left out; the last of several wins.

    Raises TooMuchError only.
    """
    pairs = parse_qsl(bounded(query, limits).lstrip("?"), keep_blank_values=True)
    return from_pairs(dict(pairs), limits)


def from_pairs(pairs: Mapping[str, str], limits: Limits = RUN) -> ReadResult:
    """Read the same keys and values as a query string has, as a posted form holds them."""
    values = {BY_QUERY[key].path: text for key, text in pairs.items() if key in BY_QUERY}
    parameters = _parameters(pairs)
    typed = [index for index, settings in parameters.items() if any(settings.values())]
    count, problems = count_parameters(pairs.get(COUNT, ""), typed, 1, limits)
    drafts = tuple(parameter_draft(parameters.get(index, {})) for index in range(count))
    draft = Draft(values, drafts)
    limits.check_values(draft.listed)
    return ReadResult(draft, problems)


def _parameters(pairs: Mapping[str, str]) -> dict[int, dict[str, str]]:
    """What is given of each parameter, by its number: "name", "type" and settings by their TOML key."""
    by_number: dict[int, dict[str, str]] = {}
    for key, text in pairs.items():
        if match := _PARAMETER_KEY.fullmatch(key):
            settings, setting = by_number.setdefault(int(match[1]), {}), _SETTINGS.get(match[3], match[3])
            if match[2] or setting not in settings:
                settings[setting] = text
    for key, text in pairs.items():
        if match := _BARE_MU.fullmatch(key):
            by_number.setdefault(int(match[1]), {}).setdefault("mu", text)
    return by_number


def write(draft: Draft) -> str:
    """The query string of `draft`, without "?": fields in the order of the form, defaults left out.

    Fields for which the page has a default of its own are always stated.
    """
    return "&".join(f"{key}={quote(encodable(text), safe=_UNQUOTED)}" for key, text in _pairs(draft))


def _pairs(draft: Draft) -> Iterator[tuple[str, str]]:
    for field in FIELDS:
        if field.path not in draft.values and not field.always_in_url:
            continue
        text = default = field_text(field, field.default)
        if field.path in draft.values:
            text = field_raw_text(field, draft.values[field.path])
        if text != default or field.always_in_url:
            yield field.query, text
    if len(draft.parameters) != 1:
        yield COUNT, str(len(draft.parameters))
    for index, parameter in enumerate(draft.parameters):
        yield from _parameter_pairs(f"param_{index}", parameter)


def _parameter_pairs(prefix: str, parameter: ParameterDraft) -> Iterator[tuple[str, str]]:
    if parameter.name:
        yield f"{prefix}_name", parameter.name.strip(" \t")
    if parameter.type != DEFAULT_TYPE:
        yield f"{prefix}_type", parameter.type
    kind = PARAMETER_TYPES.get(parameter.type)
    for key, setting in SETTINGS.items():
        if key not in parameter.settings:
            continue
        raw = parameter.settings[key]
        if is_missing(raw) or (kind and key not in kind.known):
            continue
        setting_kind = kind.known[key] if kind else "options"
        if not is_off(setting_kind, raw):
            yield f"{prefix}_{setting.query}", setting_raw_text(setting_kind, raw)
