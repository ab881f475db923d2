"""Conditions and constraints: what they say is what Python would say of exact numbers, and each error says what to write."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.spec.logic.meaning import Rule
from worker.spec.logic.reading import MOST_POWER, ExpressionError, power, read
from worker.spec.logic.reading import number as number_node
from worker.spec.logic.tree import (
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
    Power,
    Term,
    Text,
    names,
    text_of,
)
from worker.spec.parameters import Value

NUMBERS, TEXTS = ("a", "b", "c_1"), ("kind", "other")
numbers = st.one_of(
    st.integers(0, 10**6).map(str),
    st.decimals(0, 1000, places=3).map(str),
    st.sampled_from(["1e-3", "2.5E2", ".5", "0"]),
).map(number_node)
texts = st.sampled_from(["sgd", "adam", "it's", 'say "a"', "a\\b", "\\'", ""]).map(Text)
terms: st.SearchStrategy[Term] = st.recursive(
    numbers | st.sampled_from(NUMBERS).map(Name),
    lambda inner: st.one_of(
        st.builds(Negative, inner),
        st.builds(Arithmetic, st.sampled_from("+-*/%"), inner, inner),
        st.builds(Power, inner, st.integers(-3, 3)),
        st.builds(Call, st.sampled_from(["min", "max"]), st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(Call, st.just("abs"), st.tuples(inner)),
    ),
    max_leaves=6,
)
text_terms = texts | st.sampled_from(TEXTS).map(Name)


@st.composite
def comparisons(draw: st.DrawFn) -> Comparison:
    if draw(st.booleans()):
        return Comparison((draw(text_terms), draw(text_terms)), (draw(st.sampled_from(["==", "!="])),))
    count = draw(st.integers(1, 2))
    operators = [draw(st.sampled_from(["==", "!=", "<", "<=", ">", ">="])) for _ in range(count)]
    return Comparison(tuple(draw(terms) for _ in range(count + 1)), tuple(operators))


memberships = st.builds(
    Membership, text_terms, st.lists(texts, min_size=1, max_size=3).map(tuple), st.booleans()
) | st.builds(Membership, terms, st.lists(numbers, min_size=1, max_size=3).map(tuple), st.booleans())
logics: st.SearchStrategy[Logic] = st.recursive(
    comparisons() | memberships,
    lambda inner: (
        st.builds(Not, inner)
        | st.builds(
            Junction, st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3).map(tuple)
        )
    ),
    max_leaves=5,
)
points = st.fixed_dictionaries(
    {
        **dict.fromkeys(NUMBERS, st.integers(-50, 50) | st.sampled_from([0.1, 0.25, -1e-3, 3.5])),
        **dict.fromkeys(TEXTS, st.sampled_from(["sgd", "adam", "it's", ""])),
    }
)


@given(logics)
def test_the_text_of_a_tree_reads_as_the_same_tree(logic: Logic) -> None:
    text = text_of(logic)
    assert read(text) == logic
    assert text_of(read(text)) == text


class _Exact(ast.NodeTransformer):
    """Makes exact numbers of those in Python's own tree."""

    def __init__(self, text: str) -> None:
        self.text = text

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        if isinstance(node.value, str):
            return node
        written = ast.get_source_segment(self.text, node) or ""
        return ast.Call(ast.Name("Fraction", ast.Load()), [ast.Constant(written)], [])

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        if isinstance(node.op, ast.Pow):
            return ast.BinOp(self.visit(node.left), node.op, node.right)
        return ast.BinOp(self.visit(node.left), node.op, self.visit(node.right))

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        self.generic_visit(node)
        if isinstance(node.ops[0], (ast.In, ast.NotIn)) and not isinstance(node.comparators[0], ast.Tuple):
            node.comparators = [ast.Tuple(node.comparators, ast.Load())]  # to Python, (1) is no list
        return node


def by_python(text: str, values: Mapping[str, Value]) -> bool:
    """What Python makes of the same text, with exact numbers."""
    tree = ast.fix_missing_locations(_Exact(text).visit(ast.parse(text, mode="eval")))
    exact = {
        name: value if isinstance(value, str) else Fraction(str(value)) for name, value in values.items()
    }
    try:
        return bool(eval(compile(tree, "", "eval"), {"Fraction": Fraction}, exact))
    except ZeroDivisionError:
        return False


@given(logics, points)
def test_a_verdict_is_what_python_says_of_exact_numbers(logic: Logic, values: dict[str, Value]) -> None:
    assert Rule(logic, TEXTS).verdict(values) is by_python(text_of(logic), values)


@given(logics, points, st.sets(st.sampled_from([*NUMBERS, *TEXTS])))
def test_what_is_absent_leaves_a_verdict_open_or_makes_no_difference(
    logic: Logic, values: dict[str, Value], absent: set[str]
) -> None:
    rule = Rule(logic, TEXTS)
    verdict = rule.verdict({name: value for name, value in values.items() if name not in absent})
    if absent.isdisjoint(name.name for name in names(logic)):
        assert verdict is not None
    if verdict is not None and not _divides(logic):
        assert rule.verdict(values) is verdict


def _divides(node: Node) -> bool:
    text = text_of(node)
    return "/" in text or "%" in text or "** -" in text


@pytest.mark.parametrize(
    ("text", "values", "verdict"),
    [
        ("a + b <= 1", {"a": 0.1, "b": 0.9}, True),  # in floats, 0.1 + 0.2 is more than 0.3
        ("a + b == 0.3", {"a": 0.1, "b": 0.2}, True),
        ("a == 0.1", {"a": 0.1}, True),
        ("a * b <= 4096", {"a": 64, "b": 64}, True),
        ("a % b == 0", {"a": 512, "b": 8}, True),
        ("a / b <= 1", {"a": 1, "b": 0}, False),
        ("b == 0 or a / b <= 1", {"a": 1, "b": 0}, True),
        ("0 < a < 1", {"a": 1}, False),
        ("kind in ('sgd', 'adam')", {"kind": "sgd"}, True),
        ("kind not in ('sgd',)", {"kind": "sgd"}, False),
        ("not kind == 'sgd'", {}, None),
        ("kind == 'sgd' or a > 1", {"kind": "sgd"}, True),
        ("kind == 'sgd' and a > 1", {"kind": "adam"}, False),
        ("a ** 2 + -b ** 2 >= 0", {"a": 3, "b": 3}, True),
        ("batch * 2 == 64", {"batch": "32"}, True),  # a text that is a number
        ("batch == '32'", {"batch": "32"}, True),
        ("($out-layer) > 1", {"out-layer": 2}, True),
        ("min(a, b) >= 2 and abs(a - b) <= 1", {"a": 3, "b": 2}, True),
    ],
)
def test_what_holds(text: str, values: dict[str, Value], verdict: bool | None) -> None:
    assert Rule(read(text), ("kind",)).verdict(values) is verdict


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("a = 1", "=="),
        ("a", "compares nothing"),
        ("a +", "ends where a value should follow"),
        ("a <= 1 b", "'b'|\"b\" at character 8"),
        ("a <= (1", "closing parenthesis"),
        ("a && b", 'Write "and"'),
        ("kind == 'sgd", "Close the quotation mark"),
        ("a ** b <= 1", "an exponent must be"),
        ("a ** 99 <= 1", "too large"),
        ("(a < 1) + 1 < 2", "A comparison stands beside"),
        ("a and b < 1", "compares nothing"),
        ("a in 1", "a list in parentheses"),
        ("abs(a, b) < 1", "takes one value"),
        ("max(a) < 1", "two values or more"),
        ("a < 1e999", "too many digits"),
        ("$a < 1", r"\(\$name\)"),
        ("(" * 100 + "a < 1" + ")" * 100, "nested"),
        ("3d < 1", "no meaning|stands where"),
    ],
)
def test_an_error_says_where_and_what_to_write(text: str, said: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        read(text)
    assert re.search(said, f"{caught.value} {caught.value.hint}")


@given(st.text("ab1.()<>=*/+-% '\"andorti,$", max_size=30))
def test_anything_is_read_or_refused(text: str) -> None:
    try:
        logic = read(text)
    except ExpressionError as error:
        assert str(error) and error.hint
    else:
        assert read(text_of(logic)) == logic


def test_a_power_counts_what_it_multiplies() -> None:
    assert power(read("(a * b) ** 3 <= 1").terms[0]) == 6 < MOST_POWER  # type: ignore[union-attr]
