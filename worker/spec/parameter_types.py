"""The table of parameter types: all that is said and done differently for each of them, in one place.

Whoever needs to tell types apart asks this table. A type that lacks something cannot be written down: the row has no defaults.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

from worker.spec import dimension_makers as make
from worker.spec import distributions, resolution, setting_checks
from worker.spec.dimension import AnyDimension
from worker.spec.distributions import Distribution
from worker.spec.parameter_settings import SETTINGS, SettingKind
from worker.spec.parameters import NAMED_TYPES, Parameter
from worker.spec.problem import Problem

ValueKind = Literal["integer", "real", "category"]


@dataclass(frozen=True, kw_only=True)
class ParameterType:
    """One type of parameter. The functions take a checked parameter of this type.

    summary: for the page, hints and the documentation. value: what its values are; categories are listed by the setting "values".
    settings: key of each setting that it needs, in the order of the config -> how it is read.
    check: what is wrong with settings that can be read, at a path. dimension: its values, their order and how likely they
    are, with so many significant digits. logarithmic: whether plots and other programs show it on a logarithmic scale.
    likely_ranges: where its numbers mostly come from, if they are rounded to digits. distribution: its bounds or choices, for other programs.
    original_lists_as: the type under which the original's config lists every value, "" where the original has this type itself.
    values_text, probability_text, grid_text: what docs/search.md says of its values, of how likely they are, and of the levels in
    a grid.
    """

    name: str
    summary: str
    value: ValueKind
    settings: Mapping[str, SettingKind]
    check: Callable[[Parameter, str], Iterator[Problem]]
    dimension: Callable[[Parameter, int], AnyDimension]
    logarithmic: Callable[[Parameter], bool]
    likely_ranges: Callable[[Parameter], Sequence[resolution.Range]]
    distribution: Callable[[Parameter], Distribution]
    original_lists_as: str
    values_text: str
    probability_text: str
    grid_text: str

    def __post_init__(self) -> None:
        """Raises ValueError where the row contradicts itself or the table of settings."""
        if unknown := self.settings.keys() - SETTINGS.keys():
            raise ValueError(f"{self.name} needs settings that there are not: {sorted(unknown)}")
        if (self.value == "category") != ("values" in self.settings):
            raise ValueError(f"{self.name}: categories, and nothing else, are listed by the setting values")


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


def _evenly(_: Parameter) -> bool:
    return False


def _logarithmically(_: Parameter) -> bool:
    return True


_REAL_RANGE: Mapping[str, SettingKind] = {"min": "real", "max": "real"}
_INTEGER_RANGE: Mapping[str, SettingKind] = {"min": "integer", "max": "integer"}
_NORMAL: Mapping[str, SettingKind] = {"mu": "real", "sigma": "real"}
_REAL_STEPS: Mapping[str, SettingKind] = {**_REAL_RANGE, "q": "real"}
_NORMAL_STEPS: Mapping[str, SettingKind] = {**_NORMAL, "q": "real"}
_SAME = "all equal"
_EVERY_VALUE = "every value"
_QUANTILES = "the quantiles (i + ½) / `grid_points` for i = 0, 1, ..."

PARAMETER_TYPES = table_of(
    (
        ParameterType(
            name="hp.randint",
            summary="An integer from 0 up to, not including, max.",
            value="integer",
            settings={"max": "integer"},
            check=setting_checks.integers_below,
            dimension=make.integers_below,
            logarithmic=_evenly,
            likely_ranges=resolution.of_no_reals,
            distribution=distributions.integers_below,
            original_lists_as="",
            values_text="0, 1, ..., max - 1",
            probability_text=_SAME,
            grid_text=_EVERY_VALUE,
        ),
        ParameterType(
            name="hp.choice",
            summary="One of the values, all equally likely.",
            value="category",
            settings={"values": "options"},
            check=partial(setting_checks.options, weighted=False),
            dimension=make.listed_texts,
            logarithmic=_evenly,
            likely_ranges=resolution.of_no_reals,
            distribution=distributions.choices,
            original_lists_as="",
            values_text="the given texts, as typed",
            probability_text=_SAME,
            grid_text=_EVERY_VALUE,
        ),
        ParameterType(
            name="hp.pchoice",
            summary="One of the values, each with its percentage: a=20,b=70,c=10.",
            value="category",
            settings={"values": "weights"},
            check=partial(setting_checks.options, weighted=True),
            dimension=make.weighted_texts,
            logarithmic=_evenly,
            likely_ranges=resolution.of_no_reals,
            distribution=distributions.choices,
            original_lists_as="",
            values_text="the given texts, as typed",
            probability_text="as given; 0 % is never drawn",
            grid_text=_EVERY_VALUE,
        ),
        ParameterType(
            name="hp.choiceint",
            summary="An integer from min to max, searched as unordered categories.",
            value="integer",
            settings=_INTEGER_RANGE,
            check=setting_checks.listed_integers,
            dimension=make.integers_as_categories,
            logarithmic=_evenly,
            likely_ranges=resolution.of_no_reals,
            distribution=distributions.integers_between,
            original_lists_as="hp.choice",
            values_text="min, ..., max",
            probability_text=_SAME,
            grid_text=_EVERY_VALUE,
        ),
        ParameterType(
            name="hp.choicestep",
            summary="An integer from min to max in steps, searched as unordered categories.",
            value="integer",
            settings={**_INTEGER_RANGE, "step": "integer"},
            check=setting_checks.listed_integers,
            dimension=make.integers_as_categories,
            logarithmic=_evenly,
            likely_ranges=resolution.of_no_reals,
            distribution=distributions.integers_between,
            original_lists_as="",
            values_text="min, min + step, ... up to max",
            probability_text=_SAME,
            grid_text=_EVERY_VALUE,
        ),
        ParameterType(
            name="hp.uniform",
            summary="A real number between min and max.",
            value="real",
            settings=_REAL_RANGE,
            check=setting_checks.real_range,
            dimension=make.even_reals,
            logarithmic=_evenly,
            likely_ranges=resolution.of_even_reals,
            distribution=distributions.reals_between,
            original_lists_as="",
            values_text="reals from min to max",
            probability_text="uniform",
            grid_text="`grid_points` of them, evenly from min to max, both included",
        ),
        ParameterType(
            name="hp.uniformint",
            summary="An integer from min to max, all equally likely.",
            value="integer",
            settings=_INTEGER_RANGE,
            check=setting_checks.integer_range,
            dimension=make.integers_between,
            logarithmic=_evenly,
            likely_ranges=resolution.of_no_reals,
            distribution=distributions.integers_between,
            original_lists_as="",
            values_text="min, ..., max",
            probability_text="all equal, the ends included",
            grid_text=_EVERY_VALUE,
        ),
        ParameterType(
            name="hp.quniform",
            summary="A multiple of q between min and max, all equally likely.",
            value="real",
            settings=_REAL_STEPS,
            check=setting_checks.real_range,
            dimension=make.even_multiples,
            logarithmic=_evenly,
            likely_ranges=resolution.of_no_reals,
            distribution=distributions.reals_between,
            original_lists_as="",
            values_text="every k q (k an integer) from min to max",
            probability_text=_SAME,
            grid_text=_EVERY_VALUE,
        ),
        ParameterType(
            name="hp.loguniform",
            summary="A real number between e^min and e^max, uniform in its logarithm.",
            value="real",
            settings=_REAL_RANGE,
            check=setting_checks.exponent_range,
            dimension=make.log_reals,
            logarithmic=_logarithmically,
            likely_ranges=resolution.of_log_reals,
            distribution=distributions.reals_between_powers,
            original_lists_as="",
            values_text="reals from e^min to e^max",
            probability_text="uniform in the logarithm",
            grid_text="`grid_points` of them, their exponents evenly from min to max, both included",
        ),
        ParameterType(
            name="hp.qloguniform",
            summary="A multiple of q between e^min and e^max, uniform in its logarithm.",
            value="real",
            settings=_REAL_STEPS,
            check=setting_checks.exponent_range,
            dimension=make.log_multiples,
            logarithmic=_logarithmically,
            likely_ranges=resolution.of_no_reals,
            distribution=distributions.reals_between_powers,
            original_lists_as="",
            values_text="every k q from e^min to e^max",
            probability_text="ln(b/a), where (a, b) is the part of ((k - ½) q, (k + ½) q) inside the bounds, divided by the sum "
            "of these",
            grid_text=_EVERY_VALUE,
        ),
        ParameterType(
            name="hp.normal",
            summary="A real number, normally distributed.",
            value="real",
            settings=_NORMAL,
            check=partial(setting_checks.bell, exponential=False),
            dimension=partial(make.bell_reals, exponential=False),
            logarithmic=_evenly,
            likely_ranges=resolution.of_normal_reals,
            distribution=distributions.unbounded_reals,
            original_lists_as="",
            values_text="reals",
            probability_text="normal with mean μ and standard deviation σ",
            grid_text=_QUANTILES,
        ),
        ParameterType(
            name="hp.qnormal",
            summary="A multiple of q, normally distributed.",
            value="real",
            settings=_NORMAL_STEPS,
            check=partial(setting_checks.bell, exponential=False),
            dimension=partial(make.bell_multiples, exponential=False),
            logarithmic=_evenly,
            likely_ranges=resolution.of_no_reals,
            distribution=distributions.unbounded_reals,
            original_lists_as="",
            values_text="every k q",
            probability_text="that a normal number lies in ((k - ½) q, (k + ½) q)",
            grid_text=_QUANTILES,
        ),
        ParameterType(
            name="hp.lognormal",
            summary="e to the power of a normally distributed number.",
            value="real",
            settings=_NORMAL,
            check=partial(setting_checks.bell, exponential=True),
            dimension=partial(make.bell_reals, exponential=True),
            logarithmic=_logarithmically,
            likely_ranges=resolution.of_lognormal_reals,
            distribution=distributions.unbounded_reals,
            original_lists_as="",
            values_text="e^x",
            probability_text="x is normal with mean μ and standard deviation σ",
            grid_text=_QUANTILES,
        ),
        ParameterType(
            name="hp.qlognormal",
            summary="A multiple of q near e to the power of a normally distributed number.",
            value="real",
            settings=_NORMAL_STEPS,
            check=partial(setting_checks.bell, exponential=True),
            dimension=partial(make.bell_multiples, exponential=True),
            logarithmic=_logarithmically,
            likely_ranges=resolution.of_no_reals,
            distribution=distributions.unbounded_reals,
            original_lists_as="",
            values_text="every k q, 0 included",
            probability_text="that e^x, with x normal, lies in ((k - ½) q, (k + ½) q)",
            grid_text=_QUANTILES,
        ),
    )
)


def type_of(parameter: Parameter) -> ParameterType:
    """The row of the table for a checked parameter."""
    return PARAMETER_TYPES[parameter.type]
