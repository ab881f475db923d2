"""What the settings of a parameter say together, checked in each of the ways that the table of types asks for.

All take a parameter whose settings can be read, and its path, and yield the problems.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from worker.spec import check_lists
from worker.spec.multiples import exact, multiples_between, power_of_e
from worker.spec.notation import value_text
from worker.spec.parameters import (
    FIXED_TYPE,
    INTEGER_TYPE,
    MOST_VALUES,
    REAL_TYPE,
    WEIGHTED_TYPE,
    Parameter,
)
from worker.spec.problem import MOST_LISTED, Fix, Problem, listed
from worker.spec.text import quoted

LARGEST_EXPONENT = 700.0  # e^709.8 is the largest float
_NEARLY = 1e-3  # of a bound, which nobody can tell from it in a range of powers
_LIKELY_A_VALUE = 0.5  # few want an exponent between 0 and this, many write the bound itself


def options(parameter: Parameter, path: str, *, weighted: bool) -> Iterator[Problem]:
    """Listed values: none empty, none twice, and none that was probably meant as several."""
    path = f"{path}.values"
    values = parameter.options
    empty = [str(number) for number, option in enumerate(values, 1) if not option]
    if empty:
        message = f"Value {empty[0]} is empty." if len(empty) == 1 else f"Values {listed(empty)} are empty."
        yield Problem(path, message, "Remove the extra comma.")
    yield from check_lists.problems(values, path, weighted)
    counts = Counter(option for option in values if option)
    for option, times in islice(
        ((option, times) for option, times in counts.items() if times > 1), MOST_LISTED
    ):
        yield Problem(
            path,
            f"The value {quoted(option)} is listed {times} times.",
            f"List it once; {WEIGHTED_TYPE} can make a value more likely.",
        )


def integers_below(parameter: Parameter, path: str) -> Iterator[Problem]:
    """Integers from 0 up to, not including, max: there is at least one."""
    if parameter.number("max") < 1:
        message = "Max must be at least 1: the integers run from 0 to max - 1."
        yield Problem(f"{path}.max", message, "For values from 0 to 9 write 10.")


def integer_range(parameter: Parameter, path: str) -> Iterator[Problem]:
    """Integers from min to max, which may be the same."""
    yield from _end_problems(parameter, path, may_be_equal=True)


def listed_integers(parameter: Parameter, path: str) -> Iterator[Problem]:
    """Integers from min to max that are kept as a list, and must not be too many for one."""
    wrong = list(_end_problems(parameter, path, may_be_equal=True))
    yield from wrong
    if wrong:
        return
    count = (parameter.integer("max") - parameter.integer("min")) // parameter.step + 1
    if count > MOST_VALUES:
        yield Problem(
            f"{path}.max",
            f"These are {count:,} values; the maximum for {parameter.type} is {MOST_VALUES:,}.",
            f"{INTEGER_TYPE} has no such limit.",
        )


def anything(parameter: Parameter, path: str) -> Iterator[Problem]:
    """A value that stays fixed may be any."""
    yield from ()


def plain_range(parameter: Parameter, path: str, *, may_be_equal: bool) -> Iterator[Problem]:
    """Numbers from min to max, which a logarithmic scale and a step must suit."""
    wrong = list(_end_problems(parameter, path, may_be_equal))
    yield from wrong
    if wrong:
        return
    low, high = parameter.number("min"), parameter.number("max")
    if parameter.is_on("log") and low <= 0:
        yield Problem(
            f"{path}.min",
            f"A logarithmic range must begin above 0, not at {low}.",
            "Write the smallest value that makes sense, such as 0.0001 or 1, or leave the range linear.",
        )
    if low < high and "step" in parameter.settings and parameter.number("step") > exact(high) - exact(low):
        yield Problem(
            f"{path}.step",
            f"The step ({parameter.number('step')}) is larger than the range from {low} to {high}.",
            "Choose a smaller step or a wider range.",
        )


def real_range(parameter: Parameter, path: str) -> Iterator[Problem]:
    """Real numbers from min to max, or the multiples of q between them."""
    wrong = list(_end_problems(parameter, path, may_be_equal=False))
    yield from wrong or _multiple_problems(parameter, path, parameter.number("min"), parameter.number("max"))


def exponent_range(parameter: Parameter, path: str) -> Iterator[Problem]:
    """Real numbers from e^min to e^max, or the multiples of q between them."""
    wrong = list(_end_problems(parameter, path, may_be_equal=False))
    yield from wrong
    if wrong:
        return
    lowest, highest = parameter.number("min"), parameter.number("max")
    if max(abs(lowest), abs(highest)) > LARGEST_EXPONENT:
        yield Problem(
            f"{path}.max",
            "Min and max are exponents here: e to the power of them is too large.",
            f"For values from {lowest} to {highest} use the type {REAL_TYPE} with log = true, which takes the values themselves.",
        )
        return
    low, high = power_of_e(lowest), power_of_e(highest)
    wrong = list(_multiple_problems(parameter, path, low, high))
    yield from wrong
    if 0 < lowest < _LIKELY_A_VALUE:
        yield Problem(
            f"{path}.min",
            f"Min and max are exponents here: the values run from {low:.6g} to {high:.6g}.",
            f"For values from {lowest} to {highest} write {_plainly(lowest, highest)}.",
            "warning",
        )
    elif not wrong:
        yield from _rewrite(parameter, path, low, high)


def _plainly(low: float, high: float, *more: str) -> str:
    """The settings of a logarithmic range of values."""
    return ", ".join(
        [f'type = "{REAL_TYPE}"', f"min = {low:.14g}", f"max = {high:.14g}", "log = true", *more]
    )


def _rewrite(parameter: Parameter, path: str, low: float, high: float) -> Iterator[Problem]:
    """The remark that exponents can be written as the values that they stand for, from low to high."""
    least, greatest = _short(low), _short(high)
    more: tuple[str, ...] = ()
    if "q" in parameter.settings:
        step = exact(parameter.number("q"))
        first, last = multiples_between(low, high, parameter.number("q"))
        least, greatest = float(first * step), float(last * step)
        more = (f"step = {parameter.number('q')}",)
    if least < greatest:
        yield Problem(
            f"{path}.type",
            f"Its min and max are exponents: the values run from {low:.6g} to {high:.6g}.",
            f"The same in values: {_plainly(least, greatest, *more)}.",
            "note",
        )


def _short(value: float) -> float:
    """The value in few digits where these mean nearly the same: nobody types an exponent for 0.0001 in full."""
    return next(
        short
        for digits in (3, 6, 14)
        if math.isclose(short := float(f"{value:.{digits}g}"), value, rel_tol=_NEARLY)
    )


def bell(parameter: Parameter, path: str, *, exponential: bool) -> Iterator[Problem]:
    """Numbers that are drawn from a normal distribution must be numbers of a computer, and so must their steps."""
    reach = abs(parameter.number("mu")) + 10 * parameter.number("sigma")
    if exponential:
        if reach > LARGEST_EXPONENT:
            yield Problem(
                f"{path}.sigma",
                "e to the power of such numbers is too large for a computer.",
                "μ and σ describe the logarithm of the value; choose smaller ones.",
            )
            return
        reach = math.exp(reach)
    if not math.isfinite(reach):
        yield Problem(
            f"{path}.sigma", "Such numbers are too large for a computer.", "Choose a smaller μ or σ."
        )
    elif "q" in parameter.settings and not math.isfinite(reach / parameter.number("q")):
        yield Problem(
            f"{path}.q",
            "The numbers have more multiples of q than a computer can count.",
            "Choose a larger q, or the type without it.",
        )


def _end_problems(parameter: Parameter, path: str, may_be_equal: bool) -> Iterator[Problem]:
    """Min and max as they are written: in order, and not too far from each other."""
    low, high = parameter.number("min"), parameter.number("max")
    if low > high or (low == high and not may_be_equal):
        message = f"Max ({high}) must be greater than min ({low})."
        swap = Fix("Swap them", ((f"{path}.min", value_text(high)), (f"{path}.max", value_text(low))))
        yield Problem(
            f"{path}.max",
            message,
            f"Correct one of them; for a single value, use the type {FIXED_TYPE}.",
            fixes=(swap,) if low > high else (),
        )
    elif math.isinf(float(high) - float(low)):
        message = "The range from min to max is too wide for a computer."
        yield Problem(f"{path}.max", message, "Choose a smaller range.")


def _multiple_problems(parameter: Parameter, path: str, low: float, high: float) -> Iterator[Problem]:
    """There is a multiple of q between the ends, where the type has a q."""
    if "q" not in parameter.settings:
        return
    first, last = multiples_between(low, high, parameter.number("q"))
    if first > last:
        yield Problem(
            f"{path}.q",
            f"No multiple of q lies between {low:.6g} and {high:.6g}.",
            "Choose a smaller q or a wider range.",
        )
