"""The original tool's config.ini and config.json: both are read to a draft and written from one."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from worker.spec.convert import (
    ConversionError,
    field_raw_text,
    field_text,
    integer,
    is_missing,
    raw_text,
    real,
    setting_raw_text,
)
from worker.spec.fields import FIELDS, Field
from worker.spec.ini import format_sections, given_twice, parse
from worker.spec.numbered import MOST_PARAMETERS, count_parameters, impossible_count, parameter_draft
from worker.spec.parameters import (
    DEFAULT_TYPE,
    MOST_VALUES,
    PARAMETER_TYPES,
    SETTING_ORIGINALS,
    SETTING_QUERIES,
    SettingKind,
)
from worker.spec.problem import Problem, UnreadableError
from worker.spec.reading import MOST_PROBLEMS, bounded, is_flat, unreadable
from worker.spec.run import Draft, ParameterDraft, ReadResult
from worker.spec.text import encodable, quoted, visible

_FIELDS = {field.original: field for field in FIELDS if field.original}
_DEFAULT_TYPE_KEY = "range_generator_name"
_COUNT = "dimensions"
# What a dimension's key is called in config.ini (before its number) and in the objects of config.json.
_STEMS = {stem: key for key, stem in SETTING_ORIGINALS.items()} | {"range_generator": "type"}
_OBJECT_KEYS = {key: key for key in SETTING_QUERIES} | _STEMS | {"name": "name", "type": "type"}
_NUMBERED = re.compile(r"(" + "|".join(_STEMS) + r")_(\d{1,9})|dim_(\d{1,9})_name", re.ASCII)
_MEANINGLESS = ("debug", "mongodb")


def read_ini(text: str) -> ReadResult:
    """Read a config.ini. Raises UnreadableError where the text is none."""
    problems: list[Problem] = []
    sections = parse(bounded(text), problems)
    if "data" not in sections and "dimensions" not in sections:
        raise unreadable(
            "This is no config.ini of OmniOpt: it has no section [DATA].", "Give a config with [DATA]."
        )
    for section in sections:
        if section in _MEANINGLESS:
            problems.append(_meaningless_section(section))
        elif section not in ("data", "dimensions"):
            problems.append(_ignored(f"The section [{visible(section)}]"))
    dimensions = _numbered_dimensions(sections.get("dimensions", {}), problems)
    return _result(sections.get("data", {}), dimensions, problems)


def read_json(text: str) -> ReadResult:
    """Read a config.json. Raises UnreadableError where the text is none."""
    problems: list[Problem] = []
    root = _lowered(_parsed(text, problems))
    for section in _MEANINGLESS:
        if root.pop(section, None):
            problems.append(_meaningless_section(section))
    nested = root.pop("data", None)
    data = {**root, **_lowered(nested)} if isinstance(nested, dict) else root
    return _result(data, _json_dimensions(data.pop(_COUNT, None), problems), problems)


def _parsed(text: str, problems: list[Problem]) -> dict[str, object]:
    def table(pairs: list[tuple[str, object]]) -> dict[str, object]:
        found = dict(pairs)
        if len(found) < len(pairs) and len(problems) < MOST_PROBLEMS:
            problems.append(given_twice(Counter(key for key, _ in pairs).most_common(1)[0][0]))
        return found

    try:
        document = json.loads(bounded(text), object_pairs_hook=table)
    except RecursionError as error:
        raise unreadable("This is nested too deeply.", "Check that it is a config of OmniOpt.") from error
    except UnreadableError:
        raise
    except ValueError as error:
        raise unreadable(f"This is not valid JSON: {visible(str(error))}.", "Correct that place.") from error
    if not isinstance(document, dict):
        raise unreadable("This is JSON, but no config: it is no object.", "A config.json starts with {.")
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
        "", f"The section [{section.upper()}] of the original means nothing here.", "It is left out.", "note"
    )


def _ignored(what: str, path: str = "") -> Problem:
    return Problem(path, f"{what} means nothing here.", "It is left out.", "note")


def _result(
    data: Mapping[str, object], dimensions: Sequence[Mapping[str, object]], problems: list[Problem]
) -> ReadResult:
    values: dict[str, object] = {}
    for key, raw in data.items():
        field = _FIELDS.get(key)
        if field is None:
            if key != _DEFAULT_TYPE_KEY and len(problems) < MOST_PROBLEMS:
                problems.append(_ignored(quoted(key)))
        elif not is_flat(raw):
            problems.append(Problem(field.path, "This is nested too deeply.", "Write a single value."))
        elif raw not in ("", None) or field.kind == "seeds":  # only an empty seed means something
            values[field.path] = "" if raw is None else _encodable(raw)
    if raw_text(values.get("slurm.gpus", "")) == "0":  # the original's way to ask for none
        del values["slurm.gpus"]
        values["slurm.enable_gpus"] = "0"
    default = encodable(raw_text(data.get(_DEFAULT_TYPE_KEY) or DEFAULT_TYPE))
    parameters = tuple(parameter_draft(dimension, default) for dimension in dimensions)
    return ReadResult(Draft(values, parameters), tuple(problems))


def _numbered_dimensions(table: Mapping[str, object], problems: list[Problem]) -> list[dict[str, object]]:
    """The dimensions of a [DIMENSIONS] section, whose keys end in the number of the dimension."""
    found: dict[int, dict[str, object]] = {}
    for key, raw in table.items():
        if match := _NUMBERED.fullmatch(key):
            number = int(match[2] or match[3])
            dimension = found.setdefault(number, {})
            if not is_missing(raw):
                dimension[_STEMS.get(match[1], "name")] = raw
        elif key != _COUNT and len(problems) < MOST_PROBLEMS:
            problems.append(_ignored(quoted(key)))
    count, count_problems = count_parameters(raw_text(table.get(_COUNT, "")), found, 0)
    problems.extend(count_problems)
    return [found.get(number, {}) for number in range(count)]


def _json_dimensions(raw: object, problems: list[Problem]) -> list[dict[str, object]]:
    """The dimensions of a config.json: a list of objects, or an object with such a list or with numbered keys."""
    if isinstance(raw, dict):
        table = _lowered(raw)
        if not isinstance(table.get(_COUNT), list):
            return _numbered_dimensions(table, problems)
        raw = table[_COUNT]
    if raw is None:
        return []
    if not isinstance(raw, list):
        message = "The dimensions must be a list of objects."
        problems.append(Problem("parameters", message, 'Write "dimensions": [{"name": ..., ...}].'))
        return []
    if len(raw) > MOST_PARAMETERS:
        problems.append(impossible_count(len(raw)))
    given = enumerate(raw[:MOST_PARAMETERS])
    return [_dimension(f"parameters.{index}", one, problems) for index, one in given]


def _dimension(path: str, raw: object, problems: list[Problem]) -> dict[str, object]:
    if len(problems) >= MOST_PROBLEMS:
        return {}
    if not isinstance(raw, dict):
        problems.append(Problem(path, "A dimension must be an object.", 'Write {"name": ..., ...}.'))
        return {}
    found: dict[str, object] = {}
    for key, value in _lowered(raw).items():
        if key not in _OBJECT_KEYS:
            problems.append(_ignored(quoted(key), path))
        elif not is_flat(value):
            problems.append(
                Problem(f"{path}.{_OBJECT_KEYS[key]}", "This is nested too deeply.", "Write a single value.")
            )
        elif not is_missing(value):
            found[_OBJECT_KEYS[key]] = _encodable(value)
    return found


def write_ini(draft: Draft) -> str:
    """The config.ini of `draft`, as far as it can hold it (see `not_held`); values that do not fit stay as typed."""
    data = {
        key: text for key, field in _FIELDS.items() if (text := _text(field, draft)) or field.kind == "seeds"
    }
    dimensions = {_COUNT: str(len(draft.parameters))}
    for number, parameter in enumerate(_as_originals(draft.parameters)):
        dimensions[f"dim_{number}_name"] = parameter.name.strip(" \t")
        dimensions[f"range_generator_{number}"] = parameter.type
        for key, kind, raw in _settings(parameter):
            dimensions[f"{SETTING_ORIGINALS[key]}_{number}"] = setting_raw_text(kind, raw)
    return format_sections({"DATA": data, "DIMENSIONS": dimensions})


def write_json(draft: Draft) -> str:
    """The config.json of `draft`, as far as it can hold it (see `not_held`); values that do not fit stay as typed."""
    data = {key: _json_field(field, _text(field, draft)) for key, field in _FIELDS.items()}
    dimensions = []
    for parameter in _as_originals(draft.parameters):
        dimension: dict[str, object] = {
            "name": parameter.name.strip(" \t"),
            "range_generator": parameter.type,
        }
        for key, kind, raw in _settings(parameter):
            text = setting_raw_text(kind, raw)
            dimension["options" if key == "values" else key] = text if key == "values" else _json_value(text)
        dimensions.append(dimension)
    return json.dumps({"data": data, _COUNT: dimensions}, indent=2) + "\n"


def not_held(draft: Draft) -> tuple[Problem, ...]:
    """What config.ini and config.json of the original have no place for, as warnings."""
    found = []
    for field in FIELDS:
        if not field.original and field.path in draft.values:
            default = field_text(field, field.default)
            if field_raw_text(field, draft.values[field.path]) != default:
                message = f"The original's config has no place for {quoted(field.label)}; it is left out."
                found.append(Problem(field.path, message, "Keep the TOML config.", "warning"))
    for number, (parameter, integers) in enumerate(_with_integers(draft.parameters)):
        path = f"parameters.{number}.type"
        if integers:
            message = "The original writes hp.choiceint as hp.choice with every integer listed."
            found.append(Problem(path, message, "Keep the TOML config.", "note"))
        elif _integers(parameter):
            message = "The original does not know hp.choiceint, and these are too many integers to list."
            found.append(Problem(path, message, "Keep the TOML config.", "warning"))
    return tuple(found)


def _text(field: Field, draft: Draft) -> str:
    """The text of `field`; a default that is left out is stated, since the original had other ones."""
    return field_raw_text(field, draft.values.get(field.path, field_text(field, field.default)))


def _as_originals(parameters: Iterable[ParameterDraft]) -> Iterator[ParameterDraft]:
    """The parameters as the original knows them: hp.choiceint becomes hp.choice with every integer listed."""
    for parameter, integers in _with_integers(parameters):
        if integers:
            kind, values = PARAMETER_TYPES[parameter.type].ini_name, [str(value) for value in integers]
            yield ParameterDraft(parameter.name, kind, {"values": values})
        else:
            yield parameter


def _with_integers(parameters: Iterable[ParameterDraft]) -> Iterator[tuple[ParameterDraft, range]]:
    """Each parameter with the integers to list in its place; none where it is no hp.choiceint, or where they are too many."""
    left = MOST_VALUES  # in all, or a short link could ask for gigabytes
    for parameter in parameters:
        integers = _integers(parameter)
        if len(integers) > left:
            integers = range(0)
        left -= len(integers)
        yield parameter, integers


def _integers(parameter: ParameterDraft) -> range:
    """The values of an hp.choiceint; none for other types, and where its bounds cannot be read."""
    if parameter.type != "hp.choiceint":
        return range(0)
    try:
        low, high = (integer(parameter.settings.get(key, "")) for key in ("min", "max"))
    except ConversionError:
        return range(0)
    return range(low, high + 1)


def _settings(parameter: ParameterDraft) -> Iterator[tuple[str, SettingKind, object]]:
    """The settings that are given and that the type needs (all of them where the type is unknown)."""
    kind = PARAMETER_TYPES.get(parameter.type)
    needed: Mapping[str, SettingKind] = kind.settings if kind else dict.fromkeys(SETTING_QUERIES, "options")
    for key, setting_kind in needed.items():
        raw = parameter.settings.get(key)
        if not is_missing(raw):
            yield key, setting_kind, raw


def _json_field(field: Field, text: str) -> float | str:
    return _json_value(text) if field.kind in ("integer", "switch", "seeds") else text


def _json_value(text: str) -> float | str:
    """A number where `text` is exactly how JSON writes one, so that nothing changes on the way."""
    try:
        number = real(text)
    except ConversionError:
        return text
    return number if str(number) == text else text
