"""The original tool's config.ini and config.json, read to a draft; `original_writer` writes them."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence

from worker.spec.config_limits import RUN, Limits
from worker.spec.fields import FIELDS
from worker.spec.formats import original_meaning
from worker.spec.formats.ini import duplicate_key, parse
from worker.spec.formats.input_limits import MOST_PROBLEMS, bounded, is_flat, unreadable
from worker.spec.formats.numbered_keys import count_parameters, parameter_draft
from worker.spec.parameter_settings import SETTINGS
from worker.spec.parameters import DEFAULT_TYPE
from worker.spec.problem import Problem
from worker.spec.raw_values import is_missing, raw_text
from worker.spec.run import Draft, ReadResult
from worker.spec.text import encodable, quoted, visible

ORIGINAL_FIELDS = {field.original: field for field in FIELDS if field.original}
DIMENSIONS = "dimensions"
# The keys that are written here whatever the draft is.
_ALWAYS_WRITTEN = {key for key, field in ORIGINAL_FIELDS.items() if field.default not in ("", ())}
_NOTHING: Mapping[str, object] = {}
_DEFAULT_TYPE_KEY = "range_generator_name"
# What a dimension's key is called in config.ini (before its number) and in the objects of config.json.
_STEMS = {setting.original: key for key, setting in SETTINGS.items()} | {"range_generator": "type"}
_OBJECT_KEYS = (
    {key: key for key in SETTINGS}
    | {setting.original_json: key for key, setting in SETTINGS.items()}
    | _STEMS
    | {"name": "name", "type": "type"}
)
_NUMBERED = re.compile(r"(" + "|".join(_STEMS) + r")_(\d{1,9})|dim_(\d{1,9})_name", re.ASCII)
_MEANINGLESS = ("debug", "mongodb")


def read(text: str, besides: Mapping[str, object] = _NOTHING, limits: Limits = RUN) -> ReadResult:
    """Read a config.ini or config.json. Raises UnreadableError where the text is neither, or too much.

    besides: path of a field -> what was said of it elsewhere, which counts where the config does not say it.
    """
    reader = read_json if text.lstrip("\ufeff \t\r\n").startswith("{") else read_ini
    return reader(text, besides, limits)


def read_ini(text: str, besides: Mapping[str, object] = _NOTHING, limits: Limits = RUN) -> ReadResult:
    """Read a config.ini. Raises UnreadableError where the text is none, or too much."""
    problems: list[Problem] = []
    sections = parse(bounded(text, limits), problems)
    if "data" not in sections and "dimensions" not in sections:
        raise unreadable(
            "This is not a config.ini of OmniOpt: it has no section [DATA].", "Give a config with [DATA]."
        )
    for section in sections:
        if section in _MEANINGLESS:
            problems.append(_meaningless_section(section))
        elif section not in ("data", "dimensions"):
            problems.append(_ignored(f"The section [{visible(section)}]"))
    dimensions = _numbered_dimensions(sections.get("dimensions", {}), problems, limits)
    return _result(sections.get("data", {}), dimensions, problems, besides, limits)


def read_json(text: str, besides: Mapping[str, object] = _NOTHING, limits: Limits = RUN) -> ReadResult:
    """Read a config.json. Raises UnreadableError where the text is none, or too much."""
    problems: list[Problem] = []
    root = _lowered(_parsed(bounded(text, limits), problems))
    for section in _MEANINGLESS:
        if root.pop(section, None):
            problems.append(_meaningless_section(section))
    nested = root.pop("data", None)
    data = {**root, **_lowered(nested)} if isinstance(nested, dict) else root
    return _result(
        data, _json_dimensions(data.pop(DIMENSIONS, None), problems, limits), problems, besides, limits
    )


def _parsed(text: str, problems: list[Problem]) -> dict[str, object]:
    def table(pairs: list[tuple[str, object]]) -> dict[str, object]:
        entries = dict(pairs)
        if len(entries) < len(pairs) and len(problems) < MOST_PROBLEMS:
            problems.append(duplicate_key(Counter(key for key, _ in pairs).most_common(1)[0][0]))
        return entries

    try:
        document = json.loads(text, object_pairs_hook=table)
    except RecursionError as error:
        raise unreadable("This is nested too deeply.", "Check that it is an OmniOpt config.") from error
    except ValueError as error:
        raise unreadable(f"This is not valid JSON: {visible(str(error))}.", "Correct that place.") from error
    if not isinstance(document, dict):
        raise unreadable(
            "This is JSON, but not a config: it is not an object.", "A config.json starts with {."
        )
    return document


def _lowered(table: Mapping[str, object]) -> dict[str, object]:
    return {encodable(key).lower(): raw for key, raw in table.items()}


def _encodable(raw: object) -> object:
    """`raw`, which is flat, without the half characters that JSON can spell."""
    if isinstance(raw, dict):
        return {encodable(key): _encodable(part) for key, part in raw.items()}
    if isinstance(raw, list):
        return [_encodable(part) for part in raw]
    return encodable(raw) if isinstance(raw, str) else raw


def _meaningless_section(section: str) -> Problem:
    return Problem(
        "", f"The section [{section.upper()}] of the original has no meaning here.", "It is left out.", "note"
    )


def _ignored(what: str, path: str = "") -> Problem:
    return Problem(path, f"{what} has no meaning here.", "It is left out.", "note")


def _result(
    data: Mapping[str, object],
    dimensions: Sequence[Mapping[str, object]],
    problems: list[Problem],
    besides: Mapping[str, object],
    limits: Limits,
) -> ReadResult:
    values = dict(besides)
    for key, raw in data.items():
        field = ORIGINAL_FIELDS.get(key)
        if field is None:
            if key != _DEFAULT_TYPE_KEY and len(problems) < MOST_PROBLEMS:
                problems.append(_ignored(quoted(key)))
        elif not is_flat(raw):
            problems.append(Problem(field.path, "This is nested too deeply.", "Write a single value."))
        elif raw not in ("", None) or field.kind == "seeds":  # only an empty seed means something
            values[field.path] = "" if raw is None else _encodable(raw)
    default = encodable(raw_text(data.get(_DEFAULT_TYPE_KEY) or DEFAULT_TYPE))
    parameters = tuple(parameter_draft(dimension, default) for dimension in dimensions)
    draft = Draft(values, parameters)
    limits.check_values(draft.listed)
    read = ReadResult(draft, tuple(problems))
    return read if _is_ours(list(data)) else original_meaning.of_config(read)


def _is_ours(keys: Sequence[str]) -> bool:
    """Whether [DATA] has the keys that are written here, in the order of the form; nobody else writes them so."""
    written = [key for key in ORIGINAL_FIELDS if key in keys]
    return keys == written and set(keys) >= _ALWAYS_WRITTEN


def _numbered_dimensions(
    table: Mapping[str, object], problems: list[Problem], limits: Limits
) -> list[dict[str, object]]:
    """The dimensions of a [DIMENSIONS] section, whose keys end in the number of the dimension."""
    by_number: dict[int, dict[str, object]] = {}
    for key, raw in table.items():
        if match := _NUMBERED.fullmatch(key):
            number = int(match[2] or match[3])
            dimension = by_number.setdefault(number, {})
            if not is_missing(raw):
                dimension[_STEMS.get(match[1], "name")] = raw
        elif key != DIMENSIONS and len(problems) < MOST_PROBLEMS:
            problems.append(_ignored(quoted(key)))
    count, count_problems = count_parameters(raw_text(table.get(DIMENSIONS, "")), by_number, 0, limits)
    problems.extend(count_problems)
    return [by_number.get(number, {}) for number in range(count)]


def _json_dimensions(raw: object, problems: list[Problem], limits: Limits) -> list[dict[str, object]]:
    """The dimensions of a config.json: a list of objects, or an object with such a list or with numbered keys."""
    if isinstance(raw, dict):
        table = _lowered(raw)
        if not isinstance(table.get(DIMENSIONS), list):
            return _numbered_dimensions(table, problems, limits)
        raw = table[DIMENSIONS]
    if raw is None:
        return []
    if not isinstance(raw, list):
        message = "The dimensions must be a list of objects."
        problems.append(Problem("parameters", message, 'Write "dimensions": [{"name": ..., ...}].'))
        return []
    limits.check_parameters(len(raw))
    return [_dimension(f"parameters.{index}", entry, problems) for index, entry in enumerate(raw)]


def _dimension(path: str, raw: object, problems: list[Problem]) -> dict[str, object]:
    if len(problems) >= MOST_PROBLEMS:
        return {}
    if not isinstance(raw, dict):
        problems.append(Problem(path, "A dimension must be an object.", 'Write {"name": ..., ...}.'))
        return {}
    settings: dict[str, object] = {}
    for key, value in _lowered(raw).items():
        if key not in _OBJECT_KEYS:
            problems.append(_ignored(quoted(key), path))
        elif not is_flat(value):
            problems.append(
                Problem(f"{path}.{_OBJECT_KEYS[key]}", "This is nested too deeply.", "Write a single value.")
            )
        elif not is_missing(value):
            settings[_OBJECT_KEYS[key]] = _encodable(value)
    return settings
