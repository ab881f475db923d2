"""The page's URL: the query string of a link to a draft, and of a draft to a link."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl, quote

from worker.spec.convert import field_raw_text, field_text, is_missing, setting_raw_text
from worker.spec.fields import BY_QUERY, FIELDS
from worker.spec.numbered import count_parameters, parameter_draft
from worker.spec.parameters import DEFAULT_TYPE, PARAMETER_TYPES, SETTING_QUERIES
from worker.spec.reading import LONGEST_INPUT, unreadable
from worker.spec.run import Draft, ParameterDraft, ReadResult
from worker.spec.text import encodable

COUNT = "number_of_parameters"
_SETTINGS = {suffix: key for key, suffix in SETTING_QUERIES.items()}
_PARAMETER_KEY = re.compile(r"param_(\d{1,9})_(name|type|" + "|".join(_SETTINGS) + ")", re.ASCII)
_BARE_MU = re.compile(r"mu_(\d{1,9})", re.ASCII)  # the original's key for hp.qnormal
_UNQUOTED = "/:,"  # as safe in a query string as letters, and a link with them can be read


def read(query: str) -> ReadResult:
    """Read a query string, with or without its "?". Keys that mean nothing are left out; the last of several wins.

    Raises UnreadableError only where it is absurdly long.
    """
    if len(query) > LONGEST_INPUT:
        raise unreadable(
            f"This link has {len(query):,} characters; at most {LONGEST_INPUT:,} are possible.",
            "Check that it is a link of this page.",
        )
    pairs = parse_qsl(encodable(query).lstrip("?"), keep_blank_values=True)
    return from_pairs(dict(pairs))


def from_pairs(pairs: Mapping[str, str]) -> ReadResult:
    """Read the same keys and values as a query string has, as a posted form holds them."""
    values = {BY_QUERY[key].path: text for key, text in pairs.items() if key in BY_QUERY}
    parameters = _parameters(pairs)
    typed = [index for index, given in parameters.items() if any(given.values())]
    count, problems = count_parameters(pairs.get(COUNT, ""), typed, 1)
    drafts = tuple(parameter_draft(parameters.get(index, {})) for index in range(count))
    return ReadResult(Draft(values, drafts), problems)


def _parameters(pairs: Mapping[str, str]) -> dict[int, dict[str, str]]:
    """What is given of each parameter, by its number: "name", "type" and settings by their TOML key."""
    found: dict[int, dict[str, str]] = {}
    for key, text in pairs.items():
        if match := _PARAMETER_KEY.fullmatch(key):
            found.setdefault(int(match[1]), {})[_SETTINGS.get(match[2], match[2])] = text
    for key, text in pairs.items():
        if match := _BARE_MU.fullmatch(key):
            found.setdefault(int(match[1]), {}).setdefault("mu", text)
    return found


def write(draft: Draft) -> str:
    """The query string of `draft`, without "?": fields in the order of the form, defaults left out.

    Fields for which the page has a default of its own are always stated.
    """
    return "&".join(f"{key}={quote(encodable(text), safe=_UNQUOTED)}" for key, text in _pairs(draft))


def _pairs(draft: Draft) -> Iterator[tuple[str, str]]:
    for field in FIELDS:
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
    for key, suffix in SETTING_QUERIES.items():
        raw = parameter.settings.get(key)
        if is_missing(raw) or (kind and key not in kind.settings):
            continue
        setting_kind = kind.settings[key] if kind else "options"
        yield f"{prefix}_{suffix}", setting_raw_text(setting_kind, raw)
