"""Settings of parameters that are changed while a run exists: lr: min=0.00001, max=0.5."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from worker.spec.lists import split_list
from worker.spec.parameter_types import PARAMETER_TYPES
from worker.spec.problem import did_you_mean
from worker.spec.raw_values import ConversionError, line
from worker.spec.run import ParameterDraft
from worker.spec.text import quoted

_EXAMPLE = 'Write for example "lr: min=0.00001, max=0.5".'
Changes = Mapping[str, Mapping[str, str]]  # name of a parameter -> key of a setting -> its text
NO_CHANGES: Changes = MappingProxyType({})


def read_changes(lines: Iterable[str]) -> Changes:
    """What such lines change. Raises ConversionError."""
    found: dict[str, dict[str, str]] = {}
    for text in lines:
        name, colon, settings = line(text).partition(":")
        if not colon:
            raise ConversionError(f"{quoted(text)} names no parameter.", _EXAMPLE)
        for part in split_list(settings):
            key, equals, value = part.partition("=")
            if not equals:
                raise ConversionError(f"{quoted(part)} is no setting of a parameter.", _EXAMPLE)
            found.setdefault(name.strip(" \t"), {})[key.strip(" \t")] = value.strip(" \t")
    return found


def changed(drafts: Sequence[ParameterDraft], changes: Changes) -> tuple[ParameterDraft, ...]:
    """The parameters with these changes. Raises ConversionError where there is none of a name, or where its type lacks a setting."""
    names = [draft.name for draft in drafts]
    for name in changes:
        if name not in names:
            raise ConversionError(f"There is no parameter {quoted(name)}.", did_you_mean(name, names))
    for draft in drafts:
        kind = PARAMETER_TYPES.get(draft.type)
        for key in changes.get(draft.name, ()):
            if kind is not None and key not in kind.known:
                raise ConversionError(
                    f"The parameter {draft.name} is of the type {draft.type}, which has no setting {quoted(key)}.",
                    did_you_mean(key, list(kind.known)),
                )
    return tuple(
        replace(draft, settings={**draft.settings, **changes[draft.name]}) if draft.name in changes else draft
        for draft in drafts
    )


def replaced(drafts: Sequence[ParameterDraft], later: Sequence[ParameterDraft]) -> tuple[ParameterDraft, ...]:
    """The parameters, with those in the place of others that have their names."""
    by_name = {draft.name: draft for draft in later}
    return tuple(by_name.get(draft.name, draft) for draft in drafts)
