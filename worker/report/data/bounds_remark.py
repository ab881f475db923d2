"""Whether the best evaluation lies on a bound of the search space, beyond which better ones may lie."""

from __future__ import annotations

from collections.abc import Iterator

from worker.report.data.readable import readable_value
from worker.spec.dimension import AnyDimension, Numbers
from worker.spec.parameter_types import type_of
from worker.spec.parameters import Parameter, Value
from worker.spec.run import Run
from worker.spec.scale import Even
from worker.spec.text import together, visible
from worker.trial import Trial

_LEAST_RESULTS = 10  # with fewer, where the best one lies is chance
_LEAST_VALUES = 4  # of a parameter; of fewer, one that lies on no bound would be the exception
_CLOSE = 0.01  # of a range without steps
_MOST_NAMED = 3


def remark(run: Run, best: Trial | None, results: int) -> str:
    """Which of the best values lie on a bound, and what to do; "" where none does, or too few results are known."""
    if best is None or results < _LEAST_RESULTS:
        return ""
    found = [
        f"{visible(name)} = {visible(readable_value(best.values[name], run.number_format))} ({end})"
        for name, end in ends(run, best).items()
    ]
    if not found:
        return ""
    more = len(found) - _MOST_NAMED
    listed = ", ".join([*found[:_MOST_NAMED], *([f"and {more} more"] if more > 0 else [])])
    return together(
        f"The best evaluation lies on a bound of the search space: {listed}.",
        "Better ones may lie beyond; if your program takes such values, widen the range in a new run.",
    )


def ends(run: Run, best: Trial) -> dict[str, str]:
    """The parameters whose best value lies on a bound, with the words for which one."""
    return {
        parameter.name: end
        for parameter in run.parameters
        if parameter.name in best.values
        for end in _ends(parameter, run.precision, best.values[parameter.name])
    }


def _ends(parameter: Parameter, precision: int, value: Value) -> Iterator[str]:
    """At which end of its range a value lies: "the smallest", "the largest", or none."""
    dimension = type_of(parameter).dimension(parameter, precision)
    if not isinstance(dimension, Numbers) or not isinstance(dimension.scale, Even):
        return  # without an order there is no end, and a normal distribution has none
    if dimension.count < _LEAST_VALUES:
        return
    low, high = _at_ends(dimension, value)
    ordered = "values" in parameter.settings
    if low and (ordered or "min" in parameter.settings):
        yield "the first" if ordered else "its min"
    elif high:
        yield "the last" if ordered else "its max"


def _at_ends(dimension: AnyDimension, value: Value) -> tuple[bool, bool]:
    if isinstance(dimension, Numbers) and not dimension.stepped:
        latent = dimension.encode(value)
        return latent <= _CLOSE, latent >= 1 - _CLOSE
    index = dimension.index(value)
    return index == 0, index == dimension.count - 1
