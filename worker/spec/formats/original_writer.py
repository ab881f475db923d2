"""A draft as the original tool's config.ini and config.json, and what these have no place for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from worker.spec.check_parameters import parameter_of
from worker.spec.config_limits import RUN, Limits
from worker.spec.field_definition import Field
from worker.spec.field_values import field_raw_text, field_text
from worker.spec.fields import FIELDS
from worker.spec.formats.ini import format_sections
from worker.spec.formats.original import DIMENSIONS, ORIGINAL_FIELDS
from worker.spec.parameter_settings import COMMON, SETTINGS, SettingKind
from worker.spec.parameter_types import PARAMETER_TYPES
from worker.spec.parameters import Parameter
from worker.spec.problem import Problem, Severity, has_errors
from worker.spec.raw_values import ConversionError, is_missing, real
from worker.spec.run import Draft, ParameterDraft
from worker.spec.setting_values import setting_raw_text
from worker.spec.text import quoted

_PRECISION = 17  # that of values which are listed has no say in how they are written


def write_ini(draft: Draft, limits: Limits = RUN) -> str:
    """The config.ini of `draft`, as far as it can hold it (see `not_held`); values that do not fit stay as typed."""
    data = {
        key: text
        for key, field in ORIGINAL_FIELDS.items()
        if (text := _text(field, draft)) or field.kind == "seeds"
    }
    dimensions = {DIMENSIONS: str(len(draft.parameters))}
    for number, parameter in enumerate(_as_originals(draft.parameters, limits)):
        dimensions[f"dim_{number}_name"] = parameter.name.strip(" \t")
        dimensions[f"range_generator_{number}"] = parameter.type
        for key, kind, raw in _settings(parameter):
            dimensions[f"{SETTINGS[key].original}_{number}"] = setting_raw_text(kind, raw)
    return format_sections({"DATA": data, "DIMENSIONS": dimensions})


def write_json(draft: Draft, limits: Limits = RUN) -> str:
    """The config.json of `draft`, as far as it can hold it (see `not_held`); values that do not fit stay as typed."""
    data = {key: _json_field(field, _text(field, draft)) for key, field in ORIGINAL_FIELDS.items()}
    dimensions = []
    for parameter in _as_originals(draft.parameters, limits):
        dimension: dict[str, object] = {
            "name": parameter.name.strip(" \t"),
            "range_generator": parameter.type,
        }
        for key, kind, raw in _settings(parameter):
            text = setting_raw_text(kind, raw)
            dimension[SETTINGS[key].original_json] = text if key == "values" else _json_value(text)
        dimensions.append(dimension)
    return json.dumps({"data": data, DIMENSIONS: dimensions}, indent=2) + "\n"


def not_held(draft: Draft, limits: Limits = RUN) -> tuple[Problem, ...]:
    """What config.ini and config.json of the original have no place for, as warnings."""
    remarks = []
    for field in FIELDS:
        if not field.original and field.path in draft.values:
            default = field_text(field, field.default)
            if field_raw_text(field, draft.values[field.path]) != default:
                message = f"The original's config cannot hold {quoted(field.label)}; it is left out."
                remarks.append(Problem(field.path, message, "Keep the TOML config.", "warning"))
    for number, parameter in enumerate(draft.parameters):
        if not is_missing(parameter.settings.get("when")):
            message = "The original's config cannot hold conditions; it is left out."
            remarks.append(Problem(f"parameters.{number}.when", message, "Keep the TOML config.", "warning"))
    for number, (_, remark) in enumerate(_with_remarks(draft.parameters, limits)):
        if remark:
            path = f"parameters.{number}.type"
            remarks.append(Problem(path, remark.sentence, "Keep the TOML config.", remark.severity))
    return tuple(remarks)


def _text(field: Field, draft: Draft) -> str:
    """The text of `field`; a default that is left out is stated, since the original had other ones."""
    return field_raw_text(field, draft.values.get(field.path, field_text(field, field.default)))


@dataclass(frozen=True)
class _Remark:
    """What there is to say of a parameter whose type the original does not have."""

    sentence: str
    severity: Severity


_WORDS = {"integer": "integer", "real": "number", "category": "value"}


def _as_originals(parameters: Iterable[ParameterDraft], limits: Limits) -> Iterator[ParameterDraft]:
    """The parameters as the original knows them."""
    for parameter, _ in _with_remarks(parameters, limits):
        yield parameter


def _with_remarks(
    parameters: Iterable[ParameterDraft], limits: Limits
) -> Iterator[tuple[ParameterDraft, _Remark | None]]:
    """Each parameter as the original knows it, with what there is to say about that: where it does not have the type, in another
    form or with every value listed, as it stands where these are too many or wrong."""
    left = limits.values  # in all, or a short link could ask for gigabytes
    for draft in parameters:
        parameter = _checked(draft)
        kind = PARAMETER_TYPES.get(draft.type)
        if parameter is None or kind is None:
            yield draft, None
            continue
        if form := kind.original_form(parameter):
            yield (
                ParameterDraft(draft.name, *form),
                _Remark(f"The original writes {kind.name} as {form[0]}.", "note"),
            )
            continue
        values = kind.dimension(parameter, _PRECISION)
        if values.count > left:
            sentence = f"The original does not know {kind.name}, and these are too many {_WORDS[kind.value]}s to list."
            yield draft, _Remark(sentence, "warning")
            continue
        left -= values.count
        texts = [str(values.value(index)) for index in range(values.count)]
        sentence = f"The original writes {kind.name} as {kind.original_lists_as} with every {_WORDS[kind.value]} listed."
        yield ParameterDraft(draft.name, kind.original_lists_as, {"values": texts}), _Remark(sentence, "note")


def _checked(draft: ParameterDraft) -> Parameter | None:
    """A parameter whose type the original does not have; None where it has it, or where the settings are wrong."""
    kind = PARAMETER_TYPES.get(draft.type)
    if kind is None or not kind.original_lists_as:
        return None
    problems: list[Problem] = []
    checked = parameter_of("", draft, problems)
    return None if has_errors(problems) else checked


def _settings(parameter: ParameterDraft) -> Iterator[tuple[str, SettingKind, object]]:
    """The settings that are given and that the type needs (all of them where the type is unknown)."""
    kind = PARAMETER_TYPES.get(parameter.type)
    needed: Mapping[str, SettingKind] = kind.known if kind else dict.fromkeys(SETTINGS, "options")
    for key, setting_kind in needed.items():
        raw = parameter.settings.get(key)
        if key not in COMMON and not is_missing(raw):
            yield key, setting_kind, raw


def _json_field(field: Field, text: str) -> float | str:
    return _json_value(text) if field.kind in ("integer", "memory", "gpus", "switch", "seeds") else text


def _json_value(text: str) -> float | str:
    """A number where `text` is exactly how JSON writes one, so that nothing changes on the way."""
    try:
        number = real(text)
    except ConversionError:
        return text
    return number if str(number) == text else text
