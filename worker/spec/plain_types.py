"""The types that new configs have: numbers between bounds, listed values, and what stays fixed."""

from __future__ import annotations

from functools import partial

from worker.spec import dimension_makers as make
from worker.spec import distributions, original_forms, resolution, setting_checks
from worker.spec.parameter_type import ParameterType
from worker.spec.parameters import FIXED_TYPE, INTEGER_TYPE, ORIGINAL_OPTIONS, REAL_TYPE, Parameter


def _as_told(parameter: Parameter) -> bool:
    return parameter.is_on("log")


def _evenly(_: Parameter) -> bool:
    return False


PLAIN_TYPES = (
    ParameterType(
        name=REAL_TYPE,
        title="Real number",
        summary="A number from min to max. Logarithmic is right for what you would try as 0.1, 0.01, 0.001; with a step, "
        "only min, min + step, ... are tried.",
        value="real",
        settings={"min": "real", "max": "real"},
        optional={"log": "switch", "step": "real"},
        check=partial(setting_checks.plain_range, may_be_equal=False),
        dimension=make.reals,
        logarithmic=_as_told,
        likely_ranges=resolution.of_reals,
        distribution=distributions.reals,
        original_lists_as=ORIGINAL_OPTIONS,
        original_form=original_forms.of_reals,
        values_text="reals from min to max; with `step`: min, min + step, ... up to max",
        probability_text="uniform; with `log`: uniform in the logarithm",
        grid_text="`grid_points` of them, evenly from min to max (with `log`: their logarithms), both included; with `step`: every "
        "value",
    ),
    ParameterType(
        name=INTEGER_TYPE,
        title="Whole number",
        summary="A whole number from min to max, both included. Logarithmic is right for what you would try as 10, 100, 1000.",
        value="integer",
        settings={"min": "integer", "max": "integer"},
        optional={"log": "switch", "step": "integer"},
        check=partial(setting_checks.plain_range, may_be_equal=True),
        dimension=make.integers,
        logarithmic=_as_told,
        likely_ranges=resolution.of_no_reals,
        distribution=distributions.integers_between,
        original_lists_as=ORIGINAL_OPTIONS,
        original_form=original_forms.of_integers,
        values_text="min, min + step, ... up to max; the step is 1 where none is given",
        probability_text="all equal; with `log`: ln(b/a), where (a, b) is what rounds to the value, divided by the sum of these",
        grid_text="every value; with `log` and without `step`: `grid_points` of them, their logarithms evenly from min to max",
    ),
    ParameterType(
        name="categorical",
        title="One of a list",
        summary="One of the values, separated by commas. Ordered is right where neighbours in the list are alike: 16, 32, 64.",
        value="category",
        settings={"values": "options"},
        optional={"ordered": "switch"},
        check=partial(setting_checks.options, weighted=False),
        dimension=make.categories,
        logarithmic=_evenly,
        likely_ranges=resolution.of_no_reals,
        distribution=distributions.choices,
        original_lists_as=ORIGINAL_OPTIONS,
        original_form=original_forms.of_options,
        values_text="the given texts, as typed; with `ordered` searched by their places in the list",
        probability_text="all equal",
        grid_text="every value",
    ),
    ParameterType(
        name=FIXED_TYPE,
        title="Fixed value",
        summary="Always this value: nothing is searched.",
        value="category",
        settings={"value": "text"},
        optional={},
        check=setting_checks.anything,
        dimension=make.categories,
        logarithmic=_evenly,
        likely_ranges=resolution.of_no_reals,
        distribution=distributions.choices,
        original_lists_as=ORIGINAL_OPTIONS,
        original_form=original_forms.of_options,
        values_text="the given text, as typed",
        probability_text="certain",
        grid_text="every value",
    ),
)
