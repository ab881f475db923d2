"""When a condition or a constraint holds: exact arithmetic, and no answer where a parameter in it is absent."""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

from worker.spec.logic.tree import (
    Arithmetic,
    Call,
    Comparison,
    Logic,
    Membership,
    Name,
    Negative,
    Not,
    Number,
    Power,
    Term,
    Text,
)
from worker.spec.multiples import exact
from worker.spec.parameters import Value

Values = Mapping[str, Value]
Verdict = bool | None  # None where it cannot be said, since a parameter in it is absent
Exact = int | Fraction
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_FUNCTIONS: Mapping[str, Callable[..., Exact]] = {"min": min, "max": max, "abs": abs}


class Rule:
    """A condition or constraint, ready to be asked of many points. texts: the parameters whose values are no numbers."""

    def __init__(self, logic: Logic, texts: Collection[str]) -> None:
        self._holds = _logic(logic, frozenset(texts))

    def verdict(self, values: Values) -> Verdict:
        """Whether it holds for the values of those parameters that exist; a division by 0 never holds.

        As in three-valued logic (Kleene 1938), what is absent leaves a verdict open unless the rest decides it.
        """
        try:
            return self._holds(values)
        except ZeroDivisionError:
            return False


def _logic(node: Logic, texts: frozenset[str]) -> Callable[[Values], Verdict]:
    if isinstance(node, Comparison):
        return _comparison(node, texts)
    if isinstance(node, Membership):
        return _membership(node, texts)
    if isinstance(node, Not):
        return _negation(_logic(node.of, texts))
    return _junction([_logic(part, texts) for part in node.parts], decisive=node.word == "or")


def _negation(of: Callable[[Values], Verdict]) -> Callable[[Values], Verdict]:
    def holds(values: Values) -> Verdict:
        verdict = of(values)
        return None if verdict is None else not verdict

    return holds


def _junction(parts: list[Callable[[Values], Verdict]], *, decisive: bool) -> Callable[[Values], Verdict]:
    """The first part with the verdict `decisive` decides, and those behind it are not asked."""

    def holds(values: Values) -> Verdict:
        is_open = False
        for part in parts:
            verdict = part(values)
            if verdict is decisive:
                return decisive
            is_open |= verdict is None
        return None if is_open else not decisive

    return holds


def _comparison(node: Comparison, texts: frozenset[str]) -> Callable[[Values], Verdict]:
    pairs = []
    for left, word, right in zip(node.terms, node.operators, node.terms[1:], strict=False):
        read = text_term if is_text(left, texts) or is_text(right, texts) else number_term
        pairs.append((read(left), _COMPARE[word], read(right)))

    def holds(values: Values) -> Verdict:
        try:
            return all(compare(left(values), right(values)) for left, compare, right in pairs)
        except KeyError:
            return None

    return holds


def _membership(node: Membership, texts: frozenset[str]) -> Callable[[Values], Verdict]:
    read = text_term if any(is_text(term, texts) for term in (node.term, *node.options)) else number_term
    term, options = read(node.term), [read(option) for option in node.options]

    def holds(values: Values) -> Verdict:
        try:
            value = term(values)
            return any(value == option(values) for option in options) is not node.negated
        except KeyError:
            return None

    return holds


def is_text(term: Term, texts: Collection[str]) -> bool:
    """Whether a term can only be a text."""
    return isinstance(term, Text) or (isinstance(term, Name) and term.name in texts)


def text_term(term: Term) -> Callable[[Values], object]:
    """What gives a term's text. Raises KeyError where a parameter is absent."""
    if isinstance(term, Name):
        return operator.itemgetter(term.name)
    if not isinstance(term, Text):
        raise TypeError(f"{term} is no text")
    text = term.value
    return lambda _: text


def number_term(term: Term) -> Callable[[Values], Exact]:
    """What gives a term's number. Raises KeyError where a parameter is absent, and ZeroDivisionError."""
    if isinstance(term, Number):
        value = _whole(term.value)
        return lambda _: value
    if isinstance(term, Name):
        name = term.name
        return lambda values: number_of(values[name])
    if isinstance(term, Negative):
        negated = number_term(term.of)
        return lambda values: -negated(values)
    if isinstance(term, Power):
        return _power(number_term(term.base), term.exponent)
    if isinstance(term, Call):
        function, arguments = _FUNCTIONS[term.function], list(map(number_term, term.arguments))
        return lambda values: function(*[argument(values) for argument in arguments])
    if isinstance(term, Arithmetic):
        return _arithmetic(term.operator, number_term(term.left), number_term(term.right))
    raise TypeError(f"{term} is no number")


def _power(base: Callable[[Values], Exact], exponent: int) -> Callable[[Values], Exact]:
    if exponent >= 0:
        return lambda values: base(values) ** exponent
    return lambda values: Fraction(1) / base(values) ** -exponent


def _arithmetic(
    word: str, left: Callable[[Values], Exact], right: Callable[[Values], Exact]
) -> Callable[[Values], Exact]:
    if word == "+":
        return lambda values: left(values) + right(values)
    if word == "-":
        return lambda values: left(values) - right(values)
    if word == "*":
        return lambda values: left(values) * right(values)
    if word == "%":
        return lambda values: left(values) % right(values)
    return lambda values: Fraction(left(values)) / right(values)


@lru_cache(maxsize=10_000)
def number_of(value: Value) -> Exact:
    """The number that a value is, as it is written: 0.1 is one tenth. Raises ValueError where it is none."""
    if isinstance(value, str):
        return _whole(Fraction(value))
    return value if isinstance(value, int) else _whole(exact(value))


def _whole(number: Fraction) -> Exact:
    """Whole numbers as such, with which Python is faster."""
    return number.numerator if number.denominator == 1 else number
