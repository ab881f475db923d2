"""Parameters of other tools in the types of ours: ranges, multiples of a step, normal distributions, listed values."""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Callable, Sequence

from worker.spec.foreign.collected import NotCarriedError
from worker.spec.notation import value_text
from worker.spec.parameters import (
    FIXED_TYPE,
    INTEGER_TYPE,
    LOGNORMAL_MULTIPLES_TYPE,
    LOGNORMAL_TYPE,
    MULTIPLES_TYPE,
    NAME_PATTERN,
    NORMAL_MULTIPLES_TYPE,
    NORMAL_TYPE,
    OPTIONS_TYPE,
    ORIGINAL_STEPPED_POWERS,
    REAL_TYPE,
    WEIGHTED_TYPE,
)
from worker.spec.raw_values import LARGEST_INTEGER, raw_text
from worker.spec.run import ParameterDraft

_DIGITS = 12  # of a bound that is given as a logarithm: e^ln(0.1) is not 0.1
Number = int | float


def between(
    name: str,
    low: object,
    high: object,
    *,
    whole: bool = False,
    log: object = False,
    step: object = None,
) -> ParameterDraft:
    """A number from `low` to `high`, both included; stepped from `low` on. Raises NotCarriedError."""
    settings: dict[str, object] = {"min": number(low), "max": number(high)}
    if log not in (False, None):
        settings["log"] = True
    if step is not None and not (whole and step == 1):
        settings["step"] = number(step)
    return ParameterDraft(name, INTEGER_TYPE if whole else REAL_TYPE, settings)


def by_exponents(name: str, low: object, high: object) -> ParameterDraft:
    """A number from e^low to e^high, searched by its logarithm. Raises NotCarriedError."""
    return between(name, power(low), power(high), log=True)


def logarithmic(maker: Callable[..., ParameterDraft]) -> Callable[..., ParameterDraft]:
    """The same maker for what is searched by its logarithm."""
    return lambda name, *numbers: maker(name, *numbers, log=True)


def whole(name: str, low: object, high: object) -> ParameterDraft:
    """A whole number from `low` to `high`, both included. Raises NotCarriedError."""
    return between(name, low, high, whole=True)


def multiples_by_exponents(name: str, low: object, high: object, q: object) -> ParameterDraft:
    """The multiples of `q` from e^low to e^high, searched by their logarithms. Raises NotCarriedError."""
    return multiples(name, power(low), power(high), q, log=True)


def multiples(name: str, low: object, high: object, q: object, *, log: bool = False) -> ParameterDraft:
    """The multiples of `q` from `low` to `high`; whole numbers where `q` is 1. Raises NotCarriedError."""
    least, greatest, step = number(low), number(high), number(q)
    if step <= 0:
        raise NotCarriedError(f"its step is {value_text(step)}, but must be greater than 0.")
    if step == 1:
        return between(name, math.ceil(least), math.floor(greatest), whole=True, log=log)
    if not log:
        return ParameterDraft(name, MULTIPLES_TYPE, {"min": least, "max": greatest, "q": step})
    if least <= 0:
        raise NotCarriedError("it is logarithmic, but begins at 0 or below.")
    settings = {"min": math.log(least), "max": math.log(greatest), "q": step}
    return ParameterDraft(name, ORIGINAL_STEPPED_POWERS, settings)


def normal(name: str, mu: object, sigma: object, q: object = None, *, log: bool = False) -> ParameterDraft:
    """Normally distributed, or its logarithm is. Raises NotCarriedError."""
    settings = {"mu": number(mu), "sigma": number(sigma)}
    if q is None:
        return ParameterDraft(name, LOGNORMAL_TYPE if log else NORMAL_TYPE, settings)
    stepped = LOGNORMAL_MULTIPLES_TYPE if log else NORMAL_MULTIPLES_TYPE
    return ParameterDraft(name, stepped, {**settings, "q": number(q)})


def listed(name: str, values: object, *, ordered: bool = False) -> ParameterDraft:
    """One of `values`; fixed where there is only one. Raises NotCarriedError."""
    if not isinstance(values, (list, tuple)):
        raise NotCarriedError("its values are no list.")
    texts = list(dict.fromkeys(text(value) for value in values))
    if not texts:
        raise NotCarriedError("its list of values is empty.")
    if len(texts) == 1:
        return fixed(name, texts[0])
    settings: dict[str, object] = {"values": texts}
    return ParameterDraft(name, OPTIONS_TYPE, {**settings, "ordered": True} if ordered else settings)


def weighted(name: str, values: Sequence[object], shares: Sequence[object]) -> ParameterDraft:
    """One of `values`, with these probabilities, which add up to 1. Raises NotCarriedError."""
    if len(values) != len(shares):
        raise NotCarriedError("it does not have as many probabilities as values.")
    percents: dict[str, float] = {}
    for value, share in zip(values, shares, strict=True):
        percents[text(value)] = percents.get(text(value), 0.0) + float(f"{100 * number(share):.{_DIGITS}g}")
    return ParameterDraft(name, WEIGHTED_TYPE, {"values": percents})


def fixed(name: str, value: object) -> ParameterDraft:
    """Always `value`. Raises NotCarriedError."""
    return ParameterDraft(name, FIXED_TYPE, {"value": text(value)})


def check_name(name: str) -> None:
    """Raises NotCarriedError where no parameter can have this name here."""
    if not re.fullmatch(NAME_PATTERN, name):
        raise NotCarriedError("its name has characters that cannot be used here.")


def number(raw: object) -> Number:
    """`raw` as a finite number; texts such as 1e-3, which YAML takes for texts, are numbers, too. Raises NotCarriedError."""
    if isinstance(raw, str):
        try:
            raw = int(raw) if raw.strip().lstrip("+-").isdigit() else float(raw)
        except ValueError:
            raise NotCarriedError("a bound of it is no number.") from None
    if isinstance(raw, bool) or not isinstance(raw, (int, float)) or not abs(raw) <= sys.float_info.max:
        raise NotCarriedError("a bound of it is no number.")
    return raw


def power(exponent: object) -> float:
    """e^exponent, to as many digits as a bound that was written as its logarithm has. Raises NotCarriedError."""
    try:
        return float(f"{math.exp(number(exponent)):.{_DIGITS}g}")
    except OverflowError:
        raise NotCarriedError(
            f"e to the power of {exponent} is too large for a computer's numbers."
        ) from None


def text(value: object) -> str:
    """One of several values as the program gets it on its command line, as Python writes it. Raises NotCarriedError."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or value is None:
        return str(value)
    if isinstance(value, (int, float)):
        return value_text(value) if abs(value) <= LARGEST_INTEGER else raw_text(value)
    try:
        return json.dumps(value)
    except (TypeError, ValueError, RecursionError):
        raise NotCarriedError("one of its values is neither a text nor a number.") from None
