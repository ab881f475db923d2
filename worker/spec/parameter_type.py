"""What a type of parameter is: one row of the table of types, which cannot lack anything."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from worker.spec import resolution
from worker.spec.dimension import AnyDimension
from worker.spec.distributions import Distribution
from worker.spec.parameter_settings import COMMON, SETTINGS, SettingKind
from worker.spec.parameters import NAMED_TYPES, Parameter
from worker.spec.problem import Problem

ValueKind = Literal["integer", "real", "category"]
OriginalForm = tuple[str, Mapping[str, object]]
_LISTING = frozenset({"values", "value"})


@dataclass(frozen=True, kw_only=True)
class ParameterType:
    """One type of parameter. The functions take a checked parameter of this type.

    title: what the page calls it, with its name beside that. summary: for the page, hints and the documentation. value: what its values are; categories are listed by the setting "values".
    settings: key of each setting that it needs, in the order of the config -> how it is read. optional: the same of what it
    takes besides.
    check: what is wrong with settings that can be read, at a path. dimension: its values, their order and how likely they
    are, with so many significant digits. logarithmic: whether plots and other programs show it on a logarithmic scale.
    likely_ranges: where its numbers mostly come from, if they are rounded to digits. distribution: its bounds or choices, for other programs.
    original_lists_as: the type under which the original's config lists every value, "" where the original has this type itself.
    original_form: the type and the settings that say the same in the original's config; None where only the list does.
    values_text, probability_text, grid_text: what docs/search.md says of its values, of how likely they are, and of the levels in
    a grid.
    """

    name: str
    title: str
    summary: str
    value: ValueKind
    settings: Mapping[str, SettingKind]
    optional: Mapping[str, SettingKind]
    check: Callable[[Parameter, str], Iterator[Problem]]
    dimension: Callable[[Parameter, int], AnyDimension]
    logarithmic: Callable[[Parameter], bool]
    likely_ranges: Callable[[Parameter], Sequence[resolution.Range]]
    distribution: Callable[[Parameter], Distribution]
    original_lists_as: str
    original_form: Callable[[Parameter], OriginalForm | None]
    values_text: str
    probability_text: str
    grid_text: str

    @cached_property
    def known(self) -> Mapping[str, SettingKind]:
        """All settings that it needs or takes, in the order of the config -> how each is read."""
        return {**self.settings, **self.optional, **COMMON}

    def __post_init__(self) -> None:
        """Raises ValueError where the row contradicts itself or the table of settings."""
        if unknown := self.known.keys() - SETTINGS.keys():
            raise ValueError(f"{self.name} needs settings that there are not: {sorted(unknown)}")
        if (self.value == "category") == _LISTING.isdisjoint(self.settings):
            raise ValueError(
                f"{self.name}: categories, and nothing else, are told by the settings {_LISTING}"
            )


def table_of(kinds: Iterable[ParameterType]) -> Mapping[str, ParameterType]:
    """The types by name. Raises ValueError where one comes twice, or where a name that is used is none of them."""
    rows = tuple(kinds)
    table = {kind.name: kind for kind in rows}
    if len(table) < len(rows):
        raise ValueError("the table of parameter types has a name twice")
    used = {*NAMED_TYPES, *(kind.original_lists_as for kind in rows if kind.original_lists_as)}
    if missing := used - table.keys():
        raise ValueError(f"the table of parameter types lacks types that are used: {sorted(missing)}")
    return table
