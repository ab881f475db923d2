"""How the dimension of a checked parameter is made, in each of the ways that the table of types asks for.

All take the parameter and the significant digits that its real numbers get.
"""

from __future__ import annotations

import math
from fractions import Fraction

from worker.spec.dimension import Categories, Numbers, Ranks
from worker.spec.lattice import Decimals, Multiples
from worker.spec.multiples import exact, multiples_between, power_of_e
from worker.spec.parameters import Parameter
from worker.spec.scale import MOST_SIGMAS, Bell, Even


def listed_texts(parameter: Parameter, precision: int) -> Categories:
    """The listed values, all equally likely."""
    return Categories(parameter.options)


def weighted_texts(parameter: Parameter, precision: int) -> Categories:
    """The listed values, each as likely as its percentage says."""
    # A percentage of 0 is never drawn, so it must not count as a value that is left either.
    likely = [pair for pair in zip(parameter.options, parameter.percentages, strict=True) if pair[1] > 0]
    return Categories([option for option, _ in likely], [share for _, share in likely])


def integers_as_categories(parameter: Parameter, precision: int) -> Categories:
    """The integers from min to max, in steps where the type has them, without an order."""
    return Categories(range(parameter.integer("min"), parameter.integer("max") + 1, parameter.step))


def integers_below(parameter: Parameter, precision: int) -> Numbers:
    """The integers from 0 up to, not including, max."""
    return _even_multiples(0, parameter.integer("max") - 1, Fraction(1))


def integers_between(parameter: Parameter, precision: int) -> Numbers:
    """The integers from min to max."""
    return _even_multiples(parameter.integer("min"), parameter.integer("max"), Fraction(1))


def reals(parameter: Parameter, precision: int) -> Numbers:
    """The real numbers from min to max, or those in steps from min on; uniform, or uniform in their logarithm."""
    low, high, logarithmic = parameter.number("min"), parameter.number("max"), parameter.is_on("log")
    if "step" in parameter.settings:
        return _steps(low, high, parameter.number("step"), logarithmic)
    scale = Even(math.log(low), math.log(high), exponential=True) if logarithmic else Even(low, high)
    return Numbers(scale, Decimals(low, high, precision))


def integers(parameter: Parameter, precision: int) -> Numbers:
    """The integers from min to max, in steps from min on where there are any; even, or even on a logarithmic scale."""
    ends = parameter.integer("min"), parameter.integer("max")
    # Nobody means every integer of a grid from 1 to 1,000,000.
    listed = "step" in parameter.settings or not parameter.is_on("log")
    return _steps(*ends, parameter.step, parameter.is_on("log"), listed=listed)


def categories(parameter: Parameter, precision: int) -> Categories | Ranks:
    """The listed values, with or without an order."""
    return Ranks(parameter.options) if parameter.is_on("ordered") else Categories(parameter.options)


def even_multiples(parameter: Parameter, precision: int) -> Numbers:
    """The multiples of q from min to max, all equally likely."""
    q = parameter.number("q")
    return _even_multiples(*multiples_between(parameter.number("min"), parameter.number("max"), q), exact(q))


def log_multiples(parameter: Parameter, precision: int) -> Numbers:
    """Each multiple of q gets what rounds to it, on a logarithmic scale; what would round beyond e^min or e^max is left out."""
    least, greatest = power_of_e(parameter.number("min")), power_of_e(parameter.number("max"))
    first, last = multiples_between(least, greatest, parameter.number("q"))
    step = exact(parameter.number("q"))
    low_end = float(max(exact(least), first * step - step / 2))
    high_end = float(min(exact(greatest), last * step + step / 2))
    even = Even(math.log(low_end), math.log(high_end), exponential=True)
    return Numbers(even, Multiples(step, first, last))


def even_reals(parameter: Parameter, precision: int) -> Numbers:
    """The real numbers from min to max."""
    low, high = parameter.number("min"), parameter.number("max")
    return Numbers(Even(low, high), Decimals(low, high, precision))


def log_reals(parameter: Parameter, precision: int) -> Numbers:
    """The real numbers from e^min to e^max, uniform in their logarithm."""
    low, high = parameter.number("min"), parameter.number("max")
    return Numbers(Even(low, high, exponential=True), Decimals(math.exp(low), math.exp(high), precision))


def bell_reals(parameter: Parameter, precision: int, *, exponential: bool) -> Numbers:
    """The real numbers of a normal distribution, or e to the power of them."""
    bell = Bell(parameter.number("mu"), parameter.number("sigma"), exponential)
    return Numbers(bell, Decimals(bell.number(-MOST_SIGMAS), bell.number(MOST_SIGMAS), precision))


def bell_multiples(parameter: Parameter, precision: int, *, exponential: bool) -> Numbers:
    """The multiples of q that the numbers of a normal distribution, or e to the power of them, round to."""
    bell, q = Bell(parameter.number("mu"), parameter.number("sigma"), exponential), parameter.number("q")
    first, last = (math.floor(bell.number(end) / q + 0.5) for end in bell.ends)
    return Numbers(bell, Multiples(exact(q), first, last))


def _steps(low: float, high: float, step: float, logarithmic: bool, *, listed: bool = True) -> Numbers:
    """low, low + step, ... up to high.

    As in `_even_multiples` there is half a step of room beyond both ends, on a logarithmic scale below the least as much
    as above it.
    """
    origin, q = exact(low), exact(step)
    last = math.floor((exact(high) - origin) / q)
    half, top = q / 2, origin + last * q
    lattice = Multiples(q, 0, last, origin)
    if not logarithmic:
        return Numbers(Even(float(origin - half), float(top + half)), lattice, listed=listed)
    below = origin * origin / (origin + half)
    return Numbers(Even(math.log(below), math.log(top + half), exponential=True), lattice, listed=listed)


def _even_multiples(first: int, last: int, q: Fraction) -> Numbers:
    """Half a step of room beyond both ends, so that rounding makes the ends as likely as the others."""
    half = q / 2
    return Numbers(Even(float(first * q - half), float(last * q + half)), Multiples(q, first, last))
