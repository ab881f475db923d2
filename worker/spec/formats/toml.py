"""The config file: TOML text to a draft, and a draft to its canonical TOML."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from worker.spec.config_limits import RUN, Limits
from worker.spec.confirmation import confirm_of
from worker.spec.field_definition import Field
from worker.spec.field_values import field_raw_text, field_text, field_value
from worker.spec.fields import BY_PATH, FIELDS, SECTIONS
from worker.spec.formats.input_limits import MOST_PROBLEMS, bounded, is_flat, unreadable
from worker.spec.formats.toml_values import (
    LONGEST_LINE,
    toml_array,
    toml_key,
    toml_of_text,
    toml_pairs,
    toml_string,
    toml_table,
    toml_value,
)
from worker.spec.gpu_amounts import gpu_count, gpu_type
from worker.spec.parameter_settings import SETTINGS, SettingKind
from worker.spec.parameter_types import PARAMETER_TYPES
from worker.spec.parameters import DEFAULT_TYPE, REAL_TYPE
from worker.spec.problem import Problem, did_you_mean
from worker.spec.raw_values import ConversionError, duration_text, is_missing, raw_text
from worker.spec.run import Draft, ParameterDraft, ReadResult, Run
from worker.spec.setting_values import is_off, setting_raw_text, setting_value
from worker.spec.text import encodable, quoted, visible
from worker.spec.units import megabytes, seconds

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

# The parser's time grows with the square of the dots in one key: 20,000 dots take 6 s.
_MOST_DOTS_SQUARED = 40_000_000
_FEW_DOTS = 10  # in a line, which are not looked at any closer
_MOST_KEYS_SQUARED = (
    1_000_000  # the same of what may be a key; lists of numbers have commas between their dots
)
_NOT_OF_A_KEY = re.compile(r""""(?:[^"\\]|\\.)*"|'[^']*'""")
# A value that begins with a digit; not all of them can do without quotes.
_BARE_AMOUNT = re.compile(
    r"^[ \t]*([A-Za-z_]{1,40})[ \t]*=[ \t]*(\d[0-9A-Za-z.:-]{0,30})[ \t]*(?=#|$)", re.MULTILINE
)


def read(text: str, limits: Limits = RUN) -> ReadResult:
    """Read a config; keys that mean nothing are problems. Raises UnreadableError where it is no TOML, or too much."""
    return of_document(parse(text, limits), limits)


def parse(text: str, limits: Limits = RUN) -> dict[str, Any]:
    """The tables of a TOML text. Raises UnreadableError where it is none, or too much."""
    text = bounded(text, limits)
    _check_dots(text, limits)
    try:
        document: dict[str, Any] = tomllib.loads(text)
        return document
    except RecursionError as error:
        raise unreadable(
            "This is nested too deeply.", "A config has tables of values, but nothing deeper."
        ) from error
    except ValueError as error:
        raise unreadable(
            f"This is not valid TOML: {visible(str(error))}.", _syntax_hint(text, str(error))
        ) from error


def of_document(document: Mapping[str, Any], limits: Limits = RUN) -> ReadResult:
    """The draft in the tables of a config; keys that mean nothing are problems. Raises TooMuchError."""
    problems: list[Problem] = []
    values: dict[str, object] = {}
    for section, table in document.items():
        if section in SECTIONS:
            found = _read_section(section, table, problems)
            problems += (_twice(path) for path in found if path in values)
            values.update(found)
        elif section != "parameters" and len(problems) < MOST_PROBLEMS:
            problems.append(_unknown("", section, [*SECTIONS, "parameters"]))
    draft = Draft(values, _read_parameters(document.get("parameters", {}), problems, limits))
    limits.check_values(draft.listed)
    return ReadResult(draft, tuple(problems))


def _twice(path: str) -> Problem:
    """What is given under its own name and under that of earlier versions."""
    field = BY_PATH[path]
    return Problem(path, f"This is given twice, also as {field.former}.", "Leave one of them out.")


def _check_dots(text: str, limits: Limits) -> None:
    """Raises UnreadableError where the parser would take very long."""
    dotted = [line for line in text.split("\n") if line.count(".") > _FEW_DOTS]
    # As many as a list of numbers may have, also where they are no list.
    allowed = min(_MOST_DOTS_SQUARED, limits.values**2)
    keys = (
        part.count(".") ** 2 for line in dotted for part in re.split(r"[,{}]", _NOT_OF_A_KEY.sub("", line))
    )
    if sum(line.count(".") ** 2 for line in dotted) > allowed or sum(keys) > _MOST_KEYS_SQUARED:
        raise unreadable("This has lines with very many dots.", "Write one value per line.")


def _syntax_hint(text: str, complaint: str) -> str:
    if re.search("declare|overwrite|mutate", complaint):
        return "Write each section and each key only once."
    if "Unescaped '\\'" in complaint:
        return "In double quotes, write a backslash twice; single quotes keep a text as it is."
    if re.search(r"^[^#\n\"']*=[ \t]*\d+:\d\d", text, re.MULTILINE):
        return 'Put a time in quotes: runtime = "1:30:00".'
    for key, amount in re.findall(_BARE_AMOUNT, text):
        if megabytes(amount) is not None or seconds(amount) is not None:
            return f'Put a value with a unit in quotes: {key} = "{amount}".'
    return 'Put texts in quotes: name = "my_run".'


def _unknown(section: str, key: str, keys: Iterable[str]) -> Problem:
    path = visible(f"{section}.{key}" if section else key)
    homes = [field.section for field in FIELDS if field.key == key]
    if homes:
        message = (
            f"{quoted(key)} does not belong to [{section}]."
            if section
            else f"{quoted(key)} does not belong outside of a section."
        )
        return Problem(path, message, f"Move it to [{homes[0]}].")
    return Problem(path, f"{quoted(key)} has no meaning here.", did_you_mean(key, keys))


def _read_section(section: str, table: object, problems: list[Problem]) -> dict[str, object]:
    if not isinstance(table, dict):
        problems.append(
            Problem(section, "This must be a section.", f"Write [{section}] on a line of its own.")
        )
        return {}
    fields = {field.key: field for field in FIELDS if field.section == section}
    fields |= {
        field.former.partition(".")[2]: field for field in FIELDS if field.former.startswith(f"{section}.")
    }
    values: dict[str, object] = {}
    for key, raw in table.items():
        path = fields[key].path if key in fields else f"{section}.{key}"
        if key in fields and is_flat(raw):
            values[path] = raw
        elif key in fields:
            problems.append(_too_deep(path))
        else:
            problems.append(_unknown(section, key, fields))
        if len(problems) >= MOST_PROBLEMS:
            break
    return values


def _too_deep(path: str) -> Problem:
    return Problem(path, "This is nested too deeply.", "Write a single value, or a list of values.")


def _read_parameters(tables: object, problems: list[Problem], limits: Limits) -> tuple[ParameterDraft, ...]:
    """Parameters from [parameters.NAME] tables, or from a list of [[parameters]] tables with a name each."""
    named: Iterable[tuple[str, object]]
    if isinstance(tables, (dict, list)):
        limits.check_parameters(len(tables))
    if isinstance(tables, dict):
        named = tables.items()
    elif isinstance(tables, list):
        named = [(_popped(table, "name", ""), table) for table in tables]
    else:
        problems.append(
            Problem("parameters", "This must be a table of parameters.", "Write [parameters.NAME] for each.")
        )
        return ()
    return tuple(_read_parameter(index, *pair, problems) for index, pair in enumerate(named))


def _read_parameter(index: int, name: str, table: object, problems: list[Problem]) -> ParameterDraft:
    path = f"parameters.{index}"
    if not isinstance(table, dict):
        problems.append(
            Problem(
                path,
                f"The parameter {quoted(name)} must be a table.",
                f'Write {{ type = "{REAL_TYPE}", ... }}.',
            )
        )
        return ParameterDraft(name)
    kind = _popped(table, "type", DEFAULT_TYPE)
    settings: dict[str, object] = {}
    for key, raw in table.items():
        if problem := _setting_problem(f"{path}.{key}", key, raw, kind):
            problems.append(problem)
        else:
            settings[key] = raw
        if len(problems) >= MOST_PROBLEMS:
            break
    return ParameterDraft(name, kind, settings)


def _popped(table: object, key: str, default: str) -> str:
    """Take the text at `key` out of a parsed table."""
    raw = table.pop(key, default) if isinstance(table, dict) else default
    return raw_text(raw)


def _setting_problem(path: str, key: str, raw: object, kind: str) -> Problem | None:
    needed = PARAMETER_TYPES[kind].known if kind in PARAMETER_TYPES else SETTINGS
    if key not in needed:
        if isinstance(raw, dict) and key not in SETTINGS:
            hint = 'Put a name that contains a point in quotes: [parameters."a.b"].'
            return Problem(visible(path), f"{quoted(key)} has no meaning here.", hint)
        message = f"{quoted(key)} has no meaning for {quoted(kind)}."
        return Problem(visible(path), message, did_you_mean(key, [*needed, "type"]))
    return None if is_flat(raw) else _too_deep(path)


def write(draft: Draft) -> str:
    """The canonical TOML of `draft`: defaults left out, values that do not fit written as text."""
    blocks = []
    for section in SECTIONS:
        lines = list(_section_lines(section, draft.values))
        if lines:
            blocks.append([f"[{section}]", *lines])
    names = [parameter.name.strip(" \t") for parameter in draft.parameters]
    # A table cannot have two entries of the same name; such a draft is wrong, but must not lose one.
    unique = max(Counter(map(encodable, names)).values(), default=1) == 1
    for name, parameter in zip(names, draft.parameters, strict=True):
        head = (
            [f"[parameters.{toml_key(name)}]"]
            if unique
            else ["[[parameters]]", f"name = {toml_string(name)}"]
        )
        blocks.append([*head, *_parameter_lines(parameter)])
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def draft_of(run: Run) -> Draft:
    """The draft that `check` makes `run` of; fields with their default are left out."""
    values: dict[str, object] = {}
    for field in FIELDS:
        value = getattr(run, field.attribute)
        if value != field.default:
            # A bare number would mean hours.
            values[field.path] = duration_text(value) if field.kind == "duration" else value
    parameters = (
        ParameterDraft(parameter.name, parameter.type, dict(parameter.settings))
        for parameter in run.parameters
    )
    return Draft(values, tuple(parameters))


def _section_lines(section: str, values: Mapping[str, object]) -> Iterator[str]:
    for field in FIELDS:
        if field.section != section or field.path not in values:
            continue
        raw = values[field.path]
        try:
            typed = field_value(field, raw)
        except ConversionError:
            yield f"{field.key} = {toml_string(field_raw_text(field, raw))}"
            continue
        if typed != field.default:
            yield f"{field.key} = {_field_toml(field, typed)}"


def _field_toml(field: Field, typed: Any) -> str:
    if field.kind == "duration":
        return toml_string(duration_text(typed))
    if field.kind == "seeds" and len(typed) == 1:
        return toml_value(typed[0])
    if field.kind == "points" and any(len(dict(point)) < len(point) for point in typed):
        return toml_string(field_text(field, typed))  # a table cannot have a name twice
    if field.kind == "points":
        return toml_array(
            [toml_table({name: toml_of_text(text) for name, text in point}) for point in typed],
            len(field.key) + 3,
        )
    if field.kind in ("goals", "reference"):
        return toml_table({name: toml_of_text(text) for name, text in typed})
    if field.kind == "confirm" and (confirmed := confirm_of(typed)):
        return toml_table({name: toml_value(count) for name, count in confirmed._asdict().items()})
    if field.kind == "variables":
        return toml_pairs(typed, len(field.key) + 3)
    if field.kind == "result":
        return toml_of_text(typed)
    if field.kind == "gpus" and not gpu_type(typed):
        return toml_value(gpu_count(typed))
    return toml_value(typed, len(field.key) + 3)


def _parameter_lines(parameter: ParameterDraft) -> Iterator[str]:
    yield f"type = {toml_string(parameter.type)}"
    kind = PARAMETER_TYPES.get(parameter.type)
    kinds: Mapping[str, SettingKind | None] = kind.known if kind else dict.fromkeys(SETTINGS)
    for key, setting_kind in kinds.items():
        raw = parameter.settings.get(key)
        if not (is_missing(raw) or is_off(setting_kind, raw)):
            yield f"{key} = {_setting_toml(key, setting_kind, raw)}"


def _setting_toml(key: str, kind: SettingKind | None, raw: object) -> str:
    if kind is None:
        return toml_string(raw_text(raw))
    try:
        typed: Any = setting_value(kind, raw)
    except ConversionError:
        return toml_string(setting_raw_text(kind, raw))
    if kind != "weights":
        return toml_value(typed, len(key) + 3)
    weights = dict(typed)
    if len(weights) < len(typed):  # a value is listed twice, which a table cannot hold
        return toml_string(setting_raw_text(kind, raw))
    table = toml_table({name: toml_value(weight) for name, weight in typed})
    if typed and len(table) + len(key) + 3 <= LONGEST_LINE:
        return table
    return toml_value([f"{name}={raw_text(weight)}" for name, weight in typed], len(key) + 3)
