"""What a parameter can be, as other programs are told of it: choices, or numbers with their bounds; how likely each is is left out."""

from __future__ import annotations

import math
from dataclasses import dataclass

from worker.spec.multiples import exact, multiples_between
from worker.spec.parameters import Parameter


@dataclass(frozen=True)
class Choices:
    """One of the options."""

    options: tuple[str, ...]


@dataclass(frozen=True)
class Integers:
    """An integer from low to high, both included, in steps from low on."""

    low: int
    high: int
    step: int = 1


@dataclass(frozen=True)
class Reals:
    """A real number from low to high, in steps from low on where there is one; None for an end that is not bounded."""

    low: float | None
    high: float | None
    step: float | None = None


Distribution = Choices | Integers | Reals


def choices(parameter: Parameter) -> Choices:
    """The listed values."""
    return Choices(parameter.options)


def integers_below(parameter: Parameter) -> Integers:
    """The integers from 0 up to, not including, max."""
    return Integers(0, parameter.integer("max") - 1)


def integers_between(parameter: Parameter) -> Integers:
    """The integers from min to max, in steps where the type has them."""
    return Integers(parameter.integer("min"), parameter.integer("max"), parameter.step)


def reals_between(parameter: Parameter) -> Reals:
    """The real numbers from min to max."""
    return Reals(parameter.number("min"), parameter.number("max"))


def multiples_from_to(parameter: Parameter) -> Reals:
    """The multiples of q from min to max."""
    q = parameter.number("q")
    first, last = multiples_between(parameter.number("min"), parameter.number("max"), q)
    return Reals(float(first * exact(q)), float(last * exact(q)), q)


def reals_between_powers(parameter: Parameter) -> Reals:
    """The real numbers from e^min to e^max, in steps where the type has them."""
    return Reals(math.exp(parameter.number("min")), math.exp(parameter.number("max")), _multiples(parameter))


def reals(parameter: Parameter) -> Reals:
    """The real numbers from min to max, in steps where there are any."""
    step = parameter.number("step") if "step" in parameter.settings else None
    return Reals(parameter.number("min"), parameter.number("max"), step)


def unbounded_reals(parameter: Parameter) -> Reals:
    """All real numbers, in steps where the type has them."""
    return Reals(None, None, _multiples(parameter))


def _multiples(parameter: Parameter) -> float | None:
    return parameter.number("q") if "q" in parameter.settings else None
