"""A draft as the original tool's config.ini and config.json, and what these have no place for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from worker.spec.config_limits import RUN, Limits
from worker.spec.dimension import AnyDimension
from worker.spec.field_definition import Field
from worker.spec.field_values import field_raw_text, field_text
from worker.spec.fields import FIELDS
from worker.spec.formats.ini import format_sections
from worker.spec.formats.original import DIMENSIONS, ORIGINAL_FIELDS
from worker.spec.parameter_settings import SETTINGS, SettingKind
from worker.spec.parameter_types import PARAMETER_TYPES, ParameterType
from worker.spec.parameters import Parameter
from worker.spec.problem import Problem
from worker.spec.raw_values import ConversionError, is_missing, real
from worker.spec.run import Draft, ParameterDraft
from worker.spec.setting_values import setting_raw_text, setting_value
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
    for number, (parameter, listed) in enumerate(_with_what_is_listed(draft.parameters, limits)):
        path = f"parameters.{number}.type"
        if listed:
            message = (
                f"The original writes {listed.kind.name} as {listed.kind.original_lists_as} with every "
                f"{listed.word} listed."
            )
            remarks.append(Problem(path, message, "Keep the TOML config.", "note"))
        elif too_many := _to_list(parameter):
            message = (
                f"The original does not know {too_many.kind.name}, and these are too many {too_many.word}s "
                "to list."
            )
            remarks.append(Problem(path, message, "Keep the TOML config.", "warning"))
    return tuple(remarks)


def _text(field: Field, draft: Draft) -> str:
    """The text of `field`; a default that is left out is stated, since the original had other ones."""
    return field_raw_text(field, draft.values.get(field.path, field_text(field, field.default)))


@dataclass(frozen=True)
class _Listed:
    """The values of a parameter whose type the original does not have, so that it lists them; they may be very many."""

    kind: ParameterType
    values: AnyDimension

    @property
    def word(self) -> str:
        """What one of them is."""
        return {"integer": "integer", "real": "number", "category": "value"}[self.kind.value]

    def as_draft(self, name: str) -> ParameterDraft:
        """The parameter `name` as the original knows it."""
        texts = [str(self.values.value(index)) for index in range(self.values.count)]
        return ParameterDraft(name, self.kind.original_lists_as, {"values": texts})


def _as_originals(parameters: Iterable[ParameterDraft], limits: Limits) -> Iterator[ParameterDraft]:
    """The parameters as the original knows them: every value is listed of those whose type it does not have."""
    for parameter, listed in _with_what_is_listed(parameters, limits):
        yield listed.as_draft(parameter.name) if listed else parameter


def _with_what_is_listed(
    parameters: Iterable[ParameterDraft], limits: Limits
) -> Iterator[tuple[ParameterDraft, _Listed | None]]:
    """Each parameter with the values to list in its place; None where the original has its type, or where they are too many."""
    left = limits.values  # in all, or a short link could ask for gigabytes
    for parameter in parameters:
        listed = _to_list(parameter)
        if listed and listed.values.count > left:
            listed = None
        left -= listed.values.count if listed else 0
        yield parameter, listed


def _to_list(parameter: ParameterDraft) -> _Listed | None:
    """What to list for a parameter whose type the original does not have; None where its settings cannot be read."""
    kind = PARAMETER_TYPES.get(parameter.type)
    if kind is None or not kind.original_lists_as:
        return None
    try:
        settings = {
            key: setting_value(setting_kind, parameter.settings.get(key, ""))
            for key, setting_kind in kind.settings.items()
        }
    except ConversionError:
        return None
    values = kind.dimension(Parameter(parameter.name, kind.name, settings), _PRECISION)
    return _Listed(kind, values) if values.count > 0 else None


def _settings(parameter: ParameterDraft) -> Iterator[tuple[str, SettingKind, object]]:
    """The settings that are given and that the type needs (all of them where the type is unknown)."""
    kind = PARAMETER_TYPES.get(parameter.type)
    needed: Mapping[str, SettingKind] = kind.settings if kind else dict.fromkeys(SETTINGS, "options")
    for key, setting_kind in needed.items():
        raw = parameter.settings.get(key)
        if not is_missing(raw):
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
