"""Reads the text of a condition or a constraint into a tree; each error says where it stands, and what to write."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from worker.spec.logic.tree import (
    FUNCTIONS,
    KEYWORDS,
    Arithmetic,
    Call,
    Comparison,
    Junction,
    Logic,
    Membership,
    Name,
    Negative,
    Node,
    Not,
    Number,
    Power,
    Term,
    Text,
)
from worker.spec.raw_values import ConversionError, line
from worker.spec.text import quoted

LONGEST = 1_000  # characters
_DEEPEST = 40  # parentheses inside of each other
MOST_POWER = 64  # of one parameter in all: exact numbers grow with it
_LONGEST_NUMBER, _FARTHEST = 40, 400  # digits, and the power of ten
_TOKEN = re.compile(
    r"""[ \t]*(?:
    (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![A-Za-z0-9_.]))
    |\(\$(?P<placeholder>[A-Za-z0-9_.-]+)\)
    |(?P<name>[A-Za-z_][A-Za-z0-9_.]*)
    |(?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
    |(?P<operator>\*\*|<=|>=|==|!=|[-+*/%<>(),])
    )""",
    re.VERBOSE | re.ASCII,
)
_INSTEAD = {
    "=": "To compare, write == with two equals signs.",
    "&": 'Write "and".',
    "|": 'Write "or".',
    "!": 'Write "not", or != for "differs from".',
    "^": "For a power, write **.",
    "[": "Write parentheses.",
    "{": "Write parentheses.",
    "$": "Write the bare name of the parameter, or ($name).",
    "'": "Close the quotation mark.",
    '"': "Close the quotation mark.",
}
_COMPARING = frozenset({"==", "!=", "<", "<=", ">", ">="})
_EXAMPLE = "Write for example optimizer == 'sgd', or layers * width <= 4096."


class ExpressionError(ConversionError):
    """A text that is no condition or constraint."""


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    place: int  # counted from 1


def read(text: str) -> Logic:
    """The tree of a condition or constraint. Raises ExpressionError."""
    if len(line(text)) > LONGEST:
        raise ExpressionError(
            f"This is {len(text):,} characters long; at most {LONGEST:,} are allowed.", "Write several."
        )
    return _Reader(text).whole()


def _tokens(text: str) -> list[_Token]:
    found, place = [], 0
    text = text.rstrip(" \t")
    while place < len(text):
        match = _TOKEN.match(text, place)
        if not match or not match.lastgroup:
            start = place + len(text[place:]) - len(text[place:].lstrip(" \t"))
            raise ExpressionError(
                f"{quoted(text[start])} at character {start + 1} has no meaning here.",
                _INSTEAD.get(text[start], _EXAMPLE),
            )
        word, start = match[match.lastgroup], match.start(match.lastgroup)
        if match.lastgroup == "placeholder":
            found.append(_Token("name", word, start - 1))
        elif match.lastgroup == "name" and word in KEYWORDS:
            found.append(_Token("word", word, start + 1))
        else:
            found.append(_Token(match.lastgroup, word, start + 1))
        place = match.end()
    return found


class _Reader:
    """Goes through the tokens once, from the loosest operators to the tightest."""

    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._at = self._depth = 0

    def whole(self) -> Logic:
        if not self._tokens:
            raise ExpressionError("This is empty.", _EXAMPLE)
        logic = self._logic(self._disjunction())
        if self._at < len(self._tokens):
            raise self._unexpected('"and", "or", or the end')
        return logic

    def _next(self, *texts: str) -> bool:
        """Take the next token where it is one of these operators or words."""
        token = self._peek()
        if token is None or token.kind not in ("operator", "word") or token.text not in texts:
            return False
        self._at += 1
        return True

    def _peek(self) -> _Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _unexpected(self, wanted: str) -> ExpressionError:
        token = self._peek()
        if token is None:
            return ExpressionError(f"It ends where {wanted} should follow.", _EXAMPLE)
        message = f"{quoted(token.text)} at character {token.place} stands where {wanted} should."
        return ExpressionError(message, _EXAMPLE)

    def _logic(self, node: Node) -> Logic:
        if not isinstance(node, Logic):
            raise ExpressionError(
                "This compares nothing, so it is neither true nor false.",
                "Write a comparison, such as layers >= 2.",
            )
        return node

    def _term(self, node: Node, operator: str) -> Term:
        if isinstance(node, Logic):
            raise ExpressionError(
                f"A comparison stands beside {operator}, where a value should.",
                'Join comparisons by "and" and "or".',
            )
        return node

    def _disjunction(self) -> Node:
        return self._joined("or", self._conjunction)

    def _conjunction(self) -> Node:
        return self._joined("and", self._negation)

    def _joined(self, word: str, part: Callable[[], Node]) -> Node:
        parts = [part()]
        while self._next(word):
            parts.append(part())
        return parts[0] if len(parts) == 1 else Junction(word, tuple(map(self._logic, parts)))

    def _negation(self) -> Node:
        if self._next("not"):
            self._deeper()
            node = Not(self._logic(self._negation()))
            self._depth -= 1
            return node
        return self._comparison()

    def _comparison(self) -> Node:
        first = self._sum()
        if self._next("not"):
            if not self._next("in"):
                raise self._unexpected('"in"')
            return self._membership(first, negated=True)
        if self._next("in"):
            return self._membership(first, negated=False)
        terms, operators = [first], []
        while (token := self._peek()) and token.kind == "operator" and self._next(*_COMPARING):
            operators.append(token.text)
            terms.append(self._sum())
        if not operators:
            return first
        operands = tuple(self._term(term, operators[0]) for term in terms)
        return Comparison(operands, tuple(operators))

    def _membership(self, first: Node, *, negated: bool) -> Node:
        term = self._term(first, '"in"')
        if not self._next("("):
            raise self._unexpected("a list in parentheses")
        options = [self._term(self._sum(), '"in"')]
        while self._next(","):
            if (token := self._peek()) and token.text == ")" and token.kind == "operator":
                break  # as Python writes a list of one
            options.append(self._term(self._sum(), '"in"'))
        if not self._next(")"):
            raise self._unexpected("a comma or a closing parenthesis")
        return Membership(term, tuple(options), negated)

    def _sum(self) -> Node:
        left = self._product()
        while (token := self._peek()) and self._next("+", "-"):
            left = Arithmetic(
                token.text, self._term(left, token.text), self._term(self._product(), token.text)
            )
        return left

    def _product(self) -> Node:
        left = self._signed()
        while (token := self._peek()) and self._next("*", "/", "%"):
            left = Arithmetic(
                token.text, self._term(left, token.text), self._term(self._signed(), token.text)
            )
        return left

    def _signed(self) -> Node:
        if self._next("-"):
            self._deeper()
            node = Negative(self._term(self._signed(), "-"))
            self._depth -= 1
            return node
        return self._power()

    def _power(self) -> Node:
        base = self._atom()
        if not self._next("**"):
            return base
        sign = -1 if self._next("-") else 1
        token = self._peek()
        if token is None or token.kind != "number" or not token.text.isdigit():
            raise self._unexpected("a whole number, which an exponent must be,")
        if len(token.text) > 3 or int(token.text) > MOST_POWER:
            raise ExpressionError(
                f"The exponent {token.text} is too large; the maximum is {MOST_POWER}.",
                "Write a smaller one.",
            )
        self._at += 1
        return Power(self._term(base, "**"), sign * int(token.text))

    def _atom(self) -> Node:
        token = self._peek()
        if token is None or token.kind == "word":
            raise self._unexpected("a value")
        if self._next("("):
            self._deeper()
            node = self._disjunction()
            self._depth -= 1
            if not self._next(")"):
                raise self._unexpected("a closing parenthesis")
            return node
        if token.kind == "operator":
            raise self._unexpected("a value")
        self._at += 1
        if token.kind == "number":
            return number(token.text)
        if token.kind == "text":
            return Text(re.sub(r"\\([\\'\"])", r"\1", token.text[1:-1]))
        if token.text in FUNCTIONS and (after := self._peek()) and after.text == "(":
            return self._call(token)
        return Name(token.text, token.place)

    def _call(self, function: _Token) -> Call:
        self._at += 1
        self._deeper()
        arguments = [self._term(self._sum(), ",")]
        while self._next(","):
            arguments.append(self._term(self._sum(), ","))
        self._depth -= 1
        if not self._next(")"):
            raise self._unexpected("a comma or a closing parenthesis")
        if (len(arguments) == 1) != (function.text == "abs"):
            wanted = "one value" if function.text == "abs" else "two values or more"
            raise ExpressionError(
                f"{function.text}() at character {function.place} takes {wanted}.",
                "Write for example min(a, b), or abs(a).",
            )
        return Call(function.text, tuple(arguments))

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ExpressionError(f"This is nested more than {_DEEPEST} times.", "Write several, or simpler.")


def number(text: str) -> Number:
    """The number that `text` is, exactly. Raises ExpressionError where that would take too many digits."""
    mantissa, _, exponent = text.lower().partition("e")
    if len(mantissa) > _LONGEST_NUMBER or len(exponent) > 5 or abs(int(exponent or 0)) > _FARTHEST:
        raise ExpressionError(f"The number {quoted(text)} has too many digits.", "Write a shorter one.")
    return Number(text, Fraction(text))


def power(node: Node) -> int:
    """The highest power in which a parameter stands in `node`, at most: exact numbers get so many times as long."""
    if isinstance(node, Power):
        return power(node.base) * max(1, abs(node.exponent))
    if isinstance(node, Arithmetic):
        return power(node.left) + power(node.right)
    if isinstance(node, Negative):
        return power(node.of)
    if isinstance(node, Call):
        return max(map(power, node.arguments))
    return 1
