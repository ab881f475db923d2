"""Whether a range of real numbers has enough different values at the precision of a run.

The functions `of_...` are the ranges that the numbers of a parameter mostly come from, as the table of types asks for them.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache

from worker.spec.lattice import Decimals
from worker.spec.parameters import Parameter
from worker.spec.problem import Problem
from worker.spec.text import counted

Range = tuple[float, float]

_ENOUGH = 100  # values; a search over fewer is one over a list
_LIKELY_SIGMAS = 2  # 95 of 100 draws of a normal distribution are that near
_SMALL = (
    0.01  # of the largest number; the many decimals below are hardly ever drawn from an even distribution
)


def problems(
    ranges: Sequence[Range], settings: Collection[str], path: str, precision: int
) -> Iterator[Problem]:
    """The remark about a checked parameter, with these ranges and settings, that has few values once they are rounded."""
    count = sum(_values(low, high, precision) for low, high in ranges)
    if not ranges or count >= _ENOUGH:
        return
    yield Problem(
        f"{path}.{'max' if 'max' in settings else 'sigma'}",
        f"With a precision of {counted(precision, 'digit')}, this range has only {counted(count, 'different value')}.",
        "If your program can distinguish more values, raise the precision, or give it the distance from one "
        "end of the range."
        if precision < 17
        else "If your program can distinguish more values, give it the distance from one end of the range.",
        "warning",
    )


@lru_cache(maxsize=1024)  # a page is asked for the same ones with every letter that is typed
def _values(low: float, high: float, precision: int) -> int:
    return Decimals(low, high, precision).count


def of_no_reals(parameter: Parameter) -> Sequence[Range]:
    """None: the values are not rounded to digits."""
    return ()


def of_reals(parameter: Parameter) -> Sequence[Range]:
    """From min to max, where they are not in steps."""
    if "step" in parameter.settings:
        return ()
    low, high = parameter.number("min"), parameter.number("max")
    return [(low, high)] if parameter.is_on("log") else _without_small_ones(low, high)


def of_even_reals(parameter: Parameter) -> Sequence[Range]:
    """From min to max."""
    return _without_small_ones(parameter.number("min"), parameter.number("max"))


def of_log_reals(parameter: Parameter) -> Sequence[Range]:
    """From e^min to e^max."""
    return [(math.exp(parameter.number("min")), math.exp(parameter.number("max")))]


def of_normal_reals(parameter: Parameter) -> Sequence[Range]:
    """Where nearly all draws of a normal distribution lie."""
    return _without_small_ones(*_likely_ends(parameter))


def of_lognormal_reals(parameter: Parameter) -> Sequence[Range]:
    """The same for e to the power of them."""
    low, high = _likely_ends(parameter)
    return [(math.exp(low), math.exp(high))]


def _likely_ends(parameter: Parameter) -> Range:
    reach = _LIKELY_SIGMAS * parameter.number("sigma")
    return parameter.number("mu") - reach, parameter.number("mu") + reach


def _without_small_ones(low: float, high: float) -> Sequence[Range]:
    least = _SMALL * max(abs(low), abs(high))
    halves = ((max(low, least), high), (low, min(high, -least)))
    return [(first, last) for first, last in halves if first <= last]
