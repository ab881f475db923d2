"""The table of parameter types: all that is said and done differently for each of them, in one place.

First those of this OmniOpt, `plain_types.py`; below them the fourteen of the first one, which are hyperopt's, as they always were.
Whoever needs to tell types apart asks this table. A type that lacks something cannot be written down: the row has no defaults.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from worker.spec import dimension_makers as make
from worker.spec import distributions, original_forms, resolution, setting_checks
from worker.spec.parameter_settings import SettingKind
from worker.spec.parameter_type import ParameterType, table_of
from worker.spec.parameters import Parameter
from worker.spec.plain_types import PLAIN_TYPES


def _evenly(_: Parameter) -> bool:
    return False


def _logarithmically(_: Parameter) -> bool:
    return True


_NONE: Mapping[str, SettingKind] = {}
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
        *PLAIN_TYPES,
        ParameterType(
            name="hp.randint",
            title="Whole number below max",
            summary="An integer from 0 up to, not including, max.",
            value="integer",
            settings={"max": "integer"},
            optional=_NONE,
            check=setting_checks.integers_below,
            dimension=make.integers_below,
            logarithmic=_evenly,
            likely_ranges=resolution.of_no_reals,
            distribution=distributions.integers_below,
            original_lists_as="",
            original_form=original_forms.itself,
            values_text="0, 1, ..., max - 1",
            probability_text=_SAME,
            grid_text=_EVERY_VALUE,
        ),
        ParameterType(
            name="hp.choice",
            title="One of a list",
            summary="One of the values, all equally likely.",
            value="category",
            settings={"values": "options"},
            optional=_NONE,
            check=partial(setting_checks.options, weighted=False),
            dimension=make.listed_texts,
            logarithmic=_evenly,
            likely_ranges=resolution.of_no_reals,
            distribution=distributions.choices,
            original_lists_as="",
            original_form=original_forms.itself,
            values_text="the given texts, as typed",
            probability_text=_SAME,
            grid_text=_EVERY_VALUE,
        ),
        ParameterType(
            name="hp.pchoice",
            title="One of a list, weighted",
            summary="One of the values, each with its percentage: a=20,b=70,c=10.",
            value="category",
            settings={"values": "weights"},
            optional=_NONE,
            check=partial(setting_checks.options, weighted=True),
            dimension=make.weighted_texts,
            logarithmic=_evenly,
            likely_ranges=resolution.of_no_reals,
            distribution=distributions.choices,
            original_lists_as="",
            original_form=original_forms.itself,
            values_text="the given texts, as typed",
            probability_text="as given; 0 % is never drawn",
            grid_text=_EVERY_VALUE,
        ),
        ParameterType(
            name="hp.choiceint",
            title="Whole number, as a category",
            summary="An integer from min to max, searched as unordered categories.",
            value="integer",
            settings=_INTEGER_RANGE,
            optional=_NONE,
            check=setting_checks.listed_integers,
            dimension=make.integers_as_categories,
            logarithmic=_evenly,
            likely_ranges=resolution.of_no_reals,
            distribution=distributions.integers_between,
            original_lists_as="hp.choice",
            original_form=original_forms.itself,
            values_text="min, ..., max",
            probability_text=_SAME,
            grid_text=_EVERY_VALUE,
        ),
        ParameterType(
            name="hp.choicestep",
            title="Whole number in steps, as a category",
            summary="An integer from min to max in steps, searched as unordered categories.",
            value="integer",
            settings={**_INTEGER_RANGE, "step": "integer"},
            optional=_NONE,
            check=setting_checks.listed_integers,
            dimension=make.integers_as_categories,
            logarithmic=_evenly,
            likely_ranges=resolution.of_no_reals,
            distribution=distributions.integers_between,
            original_lists_as="",
            original_form=original_forms.itself,
            values_text="min, min + step, ... up to max",
            probability_text=_SAME,
            grid_text=_EVERY_VALUE,
        ),
        ParameterType(
            name="hp.uniform",
            title="Real number",
            summary="A real number between min and max.",
            value="real",
            settings=_REAL_RANGE,
            optional=_NONE,
            check=setting_checks.real_range,
            dimension=make.even_reals,
            logarithmic=_evenly,
            likely_ranges=resolution.of_even_reals,
            distribution=distributions.reals_between,
            original_lists_as="",
            original_form=original_forms.itself,
            values_text="reals from min to max",
            probability_text="uniform",
            grid_text="`grid_points` of them, evenly from min to max, both included",
        ),
        ParameterType(
            name="hp.uniformint",
            title="Whole number",
            summary="An integer from min to max, all equally likely.",
            value="integer",
            settings=_INTEGER_RANGE,
            optional=_NONE,
            check=setting_checks.integer_range,
            dimension=make.integers_between,
            logarithmic=_evenly,
            likely_ranges=resolution.of_no_reals,
            distribution=distributions.integers_between,
            original_lists_as="",
            original_form=original_forms.itself,
            values_text="min, ..., max",
            probability_text="all equal, the ends included",
            grid_text=_EVERY_VALUE,
        ),
        ParameterType(
            name="hp.quniform",
            title="Real number, multiples of q",
            summary="A multiple of q between min and max, all equally likely.",
            value="real",
            settings=_REAL_STEPS,
            optional=_NONE,
            check=setting_checks.real_range,
            dimension=make.even_multiples,
            logarithmic=_evenly,
            likely_ranges=resolution.of_no_reals,
            distribution=distributions.multiples_from_to,
            original_lists_as="",
            original_form=original_forms.itself,
            values_text="every k q (k an integer) from min to max",
            probability_text=_SAME,
            grid_text=_EVERY_VALUE,
        ),
        ParameterType(
            name="hp.loguniform",
            title="Logarithmic, by exponents",
            summary="A real number between e^min and e^max, uniform in its logarithm.",
            value="real",
            settings=_REAL_RANGE,
            optional=_NONE,
            check=setting_checks.exponent_range,
            dimension=make.log_reals,
            logarithmic=_logarithmically,
            likely_ranges=resolution.of_log_reals,
            distribution=distributions.reals_between_powers,
            original_lists_as="",
            original_form=original_forms.itself,
            values_text="reals from e^min to e^max",
            probability_text="uniform in the logarithm",
            grid_text="`grid_points` of them, their exponents evenly from min to max, both included",
        ),
        ParameterType(
            name="hp.qloguniform",
            title="Logarithmic, multiples of q",
            summary="A multiple of q between e^min and e^max, uniform in its logarithm.",
            value="real",
            settings=_REAL_STEPS,
            optional=_NONE,
            check=setting_checks.exponent_range,
            dimension=make.log_multiples,
            logarithmic=_logarithmically,
            likely_ranges=resolution.of_no_reals,
            distribution=distributions.reals_between_powers,
            original_lists_as="",
            original_form=original_forms.itself,
            values_text="every k q from e^min to e^max",
            probability_text="ln(b/a), where (a, b) is the part of ((k - ½) q, (k + ½) q) inside the bounds, divided by the sum "
            "of these",
            grid_text=_EVERY_VALUE,
        ),
        ParameterType(
            name="hp.normal",
            title="Normal distribution",
            summary="A real number, normally distributed.",
            value="real",
            settings=_NORMAL,
            optional=_NONE,
            check=partial(setting_checks.bell, exponential=False),
            dimension=partial(make.bell_reals, exponential=False),
            logarithmic=_evenly,
            likely_ranges=resolution.of_normal_reals,
            distribution=distributions.unbounded_reals,
            original_lists_as="",
            original_form=original_forms.itself,
            values_text="reals",
            probability_text="normal with mean μ and standard deviation σ",
            grid_text=_QUANTILES,
        ),
        ParameterType(
            name="hp.qnormal",
            title="Normal, multiples of q",
            summary="A multiple of q, normally distributed.",
            value="real",
            settings=_NORMAL_STEPS,
            optional=_NONE,
            check=partial(setting_checks.bell, exponential=False),
            dimension=partial(make.bell_multiples, exponential=False),
            logarithmic=_evenly,
            likely_ranges=resolution.of_no_reals,
            distribution=distributions.unbounded_reals,
            original_lists_as="",
            original_form=original_forms.itself,
            values_text="every k q",
            probability_text="that a normal number lies in ((k - ½) q, (k + ½) q)",
            grid_text=_QUANTILES,
        ),
        ParameterType(
            name="hp.lognormal",
            title="Log-normal distribution",
            summary="e to the power of a normally distributed number.",
            value="real",
            settings=_NORMAL,
            optional=_NONE,
            check=partial(setting_checks.bell, exponential=True),
            dimension=partial(make.bell_reals, exponential=True),
            logarithmic=_logarithmically,
            likely_ranges=resolution.of_lognormal_reals,
            distribution=distributions.unbounded_reals,
            original_lists_as="",
            original_form=original_forms.itself,
            values_text="e^x",
            probability_text="x is normal with mean μ and standard deviation σ",
            grid_text=_QUANTILES,
        ),
        ParameterType(
            name="hp.qlognormal",
            title="Log-normal, multiples of q",
            summary="A multiple of q near e to the power of a normally distributed number.",
            value="real",
            settings=_NORMAL_STEPS,
            optional=_NONE,
            check=partial(setting_checks.bell, exponential=True),
            dimension=partial(make.bell_multiples, exponential=True),
            logarithmic=_logarithmically,
            likely_ranges=resolution.of_no_reals,
            distribution=distributions.unbounded_reals,
            original_lists_as="",
            original_form=original_forms.itself,
            values_text="every k q, 0 included",
            probability_text="that e^x, with x normal, lies in ((k - ½) q, (k + ½) q)",
            grid_text=_QUANTILES,
        ),
    )
)


def type_of(parameter: Parameter) -> ParameterType:
    """The row of the table for a checked parameter."""
    return PARAMETER_TYPES[parameter.type]
