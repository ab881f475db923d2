"""How the first OmniOpt, which had hyperopt's types only, is told of the types that it did not have."""

from __future__ import annotations

import math

from worker.spec.parameter_type import OriginalForm
from worker.spec.parameters import (
    ORIGINAL_INTEGERS,
    ORIGINAL_OPTIONS,
    ORIGINAL_POWERS,
    ORIGINAL_REALS,
    ORIGINAL_STEPPED_POWERS,
    Parameter,
)


def itself(_: Parameter) -> OriginalForm | None:
    """None: it has this type, or lists every value."""
    return None


def of_reals(parameter: Parameter) -> OriginalForm | None:
    """Real numbers from min to max; None for steps, which began at 0 there."""
    if "step" in parameter.settings:
        return None
    return (
        (ORIGINAL_POWERS, _exponents(parameter))
        if parameter.is_on("log")
        else (ORIGINAL_REALS, _ends(parameter))
    )


def of_integers(parameter: Parameter) -> OriginalForm | None:
    """Integers from min to max; None for steps of more than 1."""
    if parameter.step > 1:
        return None
    if parameter.is_on("log"):
        return ORIGINAL_STEPPED_POWERS, {**_exponents(parameter), "q": 1}
    return ORIGINAL_INTEGERS, _ends(parameter)


def of_options(parameter: Parameter) -> OriginalForm | None:
    """The listed values, or the fixed one; an order is lost."""
    return ORIGINAL_OPTIONS, {"values": list(parameter.options)}


def _ends(parameter: Parameter) -> dict[str, object]:
    return {key: parameter.number(key) for key in ("min", "max")}


def _exponents(parameter: Parameter) -> dict[str, object]:
    return {key: math.log(parameter.number(key)) for key in ("min", "max")}
