"""A plausible point of a search space, for a test of the program: what the run begins with, or the middle of every range."""

from __future__ import annotations

from worker.spec.notation import value_text
from worker.spec.parameter_types import type_of
from worker.spec.parameters import Value
from worker.spec.rules import Rules
from worker.spec.run import Run
from worker.spec.start_points import StartPoint


def plausible_point(run: Run) -> StartPoint | None:
    """The first point of `start_with`, else the median of each number and the first of each list, as far as conditions let them exist.

    None where this point violates a constraint.
    """
    if run.start_with:
        return run.start_with[0]
    rules = Rules(run.parameters, run.constraints)
    values: dict[str, Value] = {}
    for parameter in run.parameters:
        if rules.exists(parameter.name, values):
            dimension = type_of(parameter).dimension(parameter, run.precision)
            values[parameter.name] = dimension.at_share(0.5) if dimension.ordered else dimension.value(0)
    if rules.violated(values):
        return None
    return tuple((name, value_text(value)) for name, value in values.items())
