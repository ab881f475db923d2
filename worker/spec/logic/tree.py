"""What a condition or a constraint says, as a tree, and its canonical text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
KEYWORDS = frozenset({"and", "or", "not", "in"})
FUNCTIONS = frozenset({"min", "max", "abs"})


@dataclass(frozen=True)
class Number:
    """A number as typed, and what it is exactly."""

    text: str
    value: Fraction


@dataclass(frozen=True)
class Text:
    """A text in quotation marks."""

    value: str


@dataclass(frozen=True)
class Name:
    """The value of a parameter. place: where it stands, counted from 1."""

    name: str
    place: int = 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Name) and other.name == self.name

    def __hash__(self) -> int:
        return hash(self.name)


@dataclass(frozen=True)
class Negative:
    """Minus a number."""

    of: Term


@dataclass(frozen=True)
class Arithmetic:
    """Two numbers and what joins them: + - * / or %."""

    operator: str
    left: Term
    right: Term


@dataclass(frozen=True)
class Power:
    """A number to the power of a whole one."""

    base: Term
    exponent: int


@dataclass(frozen=True)
class Call:
    """min, max or abs of numbers."""

    function: str
    arguments: tuple[Term, ...]


@dataclass(frozen=True)
class Comparison:
    """Terms and what stands between each two of them, such as 1 <= a < b."""

    terms: tuple[Term, ...]
    operators: tuple[str, ...]


@dataclass(frozen=True)
class Membership:
    """Whether a term is one of those listed."""

    term: Term
    options: tuple[Term, ...]
    negated: bool


@dataclass(frozen=True)
class Not:
    """What holds where `of` does not."""

    of: Logic


@dataclass(frozen=True)
class Junction:
    """Several statements, joined by "and" or "or"."""

    word: str
    parts: tuple[Logic, ...]


Term = Number | Text | Name | Negative | Arithmetic | Power | Call
Logic = Comparison | Membership | Not | Junction
Node = Term | Logic
# How tightly each node holds together; what stands inside of one that holds tighter needs parentheses.
_OR, _AND, _NOT, _COMPARED, _SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(9)
_JUNCTIONS = {"or": _OR, "and": _AND}


def names(node: Node) -> Iterator[Name]:
    """The names in `node`, from left to right."""
    if isinstance(node, Name):
        yield node
    for part in _parts(node):
        yield from names(part)


def _parts(node: Node) -> tuple[Node, ...]:
    if isinstance(node, (Negative, Not)):
        return (node.of,)
    if isinstance(node, Arithmetic):
        return (node.left, node.right)
    if isinstance(node, Power):
        return (node.base,)
    if isinstance(node, Call):
        return node.arguments
    if isinstance(node, Comparison):
        return node.terms
    if isinstance(node, Membership):
        return (node.term, *node.options)
    return node.parts if isinstance(node, Junction) else ()


def text_of(node: Node) -> str:
    """The canonical text of `node`, which reads as the same tree."""
    return _text(node)[0]


def _inside(node: Node, least: int) -> str:
    text, holds = _text(node)
    return text if holds >= least else f"({text})"


def _text(node: Node) -> tuple[str, int]:
    """The text of a node, and how tightly it holds together."""
    if isinstance(node, Number):
        return node.text, _ATOM
    if isinstance(node, Text):
        return _quoted(node.value), _ATOM
    if isinstance(node, Name):
        return name_text(node.name), _ATOM
    if isinstance(node, Negative):
        return f"-{_inside(node.of, _SIGN)}", _SIGN
    if isinstance(node, Power):
        return f"{_inside(node.base, _ATOM)} ** {node.exponent}", _POWER
    if isinstance(node, Call):
        return f"{node.function}({', '.join(map(text_of, node.arguments))})", _ATOM
    if isinstance(node, Arithmetic):
        holds = _SUM if node.operator in "+-" else _PRODUCT
        return f"{_inside(node.left, holds)} {node.operator} {_inside(node.right, holds + 1)}", holds
    return _logic_text(node)


def _logic_text(node: Logic) -> tuple[str, int]:
    if isinstance(node, Comparison):
        pieces = [_inside(node.terms[0], _SUM)]
        for operator, term in zip(node.operators, node.terms[1:], strict=True):
            pieces += [operator, _inside(term, _SUM)]
        return " ".join(pieces), _COMPARED
    if isinstance(node, Membership):
        word = "not in" if node.negated else "in"
        return f"{_inside(node.term, _SUM)} {word} ({', '.join(map(text_of, node.options))})", _COMPARED
    if isinstance(node, Not):
        return f"not {_inside(node.of, _NOT)}", _NOT
    holds = _JUNCTIONS[node.word]
    return f" {node.word} ".join(_inside(part, holds + 1) for part in node.parts), holds


def name_text(name: str) -> str:
    """A name as it is written: bare, or like a placeholder where it would be read as something else."""
    bare = PLAIN_NAME.fullmatch(name) and name not in KEYWORDS | FUNCTIONS
    return name if bare else f"(${name})"


def _quoted(text: str) -> str:
    mark = '"' if "'" in text and '"' not in text else "'"
    return mark + text.replace("\\", "\\\\").replace(mark, f"\\{mark}") + mark
