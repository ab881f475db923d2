"""Lists of values and percentages, from raw to checked ones and back."""

from __future__ import annotations

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from worker.spec.lists import has_gaps, join_list, split_list
from worker.spec.parameter_settings import SettingKind
from worker.spec.parameters import Parameter
from worker.spec.raw_values import ConversionError
from worker.spec.setting_values import setting_raw_text, setting_value


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("a, b ,c", ("a", "b", "c")),
        (["a,b", 1, 0.5], ("a,b", "1", "0.5")),
        (r"[1\,2],[3\,4]", ("[1,2]", "[3,4]")),
        (r"C:\temp,D:\x", (r"C:\temp", r"D:\x")),
        ([True, False], ("true", "false")),
        ('["relu", "tanh"]', ("relu", "tanh")),
        ("['relu', 'tanh']", ("relu", "tanh")),
        (" [ 16,32 , 64 ] ", ("16", "32", "64")),
        ("[relu, tanh,]", ("relu", "tanh")),
        ('["a,b", "c d", "e\\"f", "\\u00e9"]', ("a,b", "c d", 'e"f', "\u00e9")),
        (r"['it\'s', 'C:\\d']", ("it's", r"C:\d")),
        ("[0.1, 1e-3, -2]", ("0.1", "1e-3", "-2")),
        ("[True, None]", ("True", "None")),
        ("[[1, 2], [3, 4]]", ("[1, 2]", "[3, 4]")),
        ('["relu"]', ("relu",)),
        (["[1,2]"], ("[1,2]",)),
        ("[1],[2]", ("[1]", "[2]")),
        ('["a" "b"]', ('["a" "b"]',)),
        ("", ()),
    ],
)
def test_lists_of_values(raw: object, value: object) -> None:
    assert setting_value("options", raw) == value


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("a=20,b=70,c=10", (("a", 20), ("b", 70), ("c", 10))),
        ({"a": 20, "b": 80}, (("a", 20), ("b", 80))),
        ("a=1,b=3", (("a", 1), ("b", 3))),
        ("a=b=100", (("a=b", 100),)),
        ('{"a": 20, "b": 80}', (("a", 20), ("b", 80))),
        ("{'a b': 20.5, c:1}", (("a b", 20.5), ("c", 1))),
        ('["a=20", "b=80"]', (("a", 20), ("b", 80))),
        ([["a", 50], "b=50"], (("a", 50), ("b", 50))),
        ("a=0,b=5", (("a", 0), ("b", 5))),
    ],
)
def test_percentages(raw: object, value: object) -> None:
    assert setting_value("weights", raw) == value


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ("a,b", '"a" has no percentage'),
        ("a:20,b:80", '"a:20" has no percentage'),
        ('{"a": {}}', "has no percentage"),
        ("a=x", '"x" is not a number'),
        ("a=-1,b=2", 'percentage of "a" is negative'),
        ("a=0,b=0", "sum to 0"),
        ("a=1e10", "too large"),
        ({"a": "x"}, '"x" is not a number'),
        ([1], '"1" has no percentage'),
    ],
)
def test_what_percentages_refuse(raw: object, message: str) -> None:
    with pytest.raises(ConversionError) as caught:
        setting_value("weights", raw)
    assert message in str(caught.value)


@given(st.dictionaries(st.from_regex("[a-z]{1,5}", fullmatch=True), st.floats(0.001, 1e9), min_size=1))
def test_percentages_stay_as_typed_and_sum_to_100_where_they_are_used(weights: dict[str, float]) -> None:
    value = setting_value("weights", weights)
    assert value == tuple(weights.items())
    shares = Parameter("p", "hp.pchoice", {"values": value}).percentages
    assert math.isclose(math.fsum(shares), 100)
    scaled = tuple(zip(weights, shares, strict=True))
    assert Parameter("p", "hp.pchoice", {"values": scaled}).percentages == shares


@pytest.mark.parametrize(
    ("kind", "raw", "text"),
    [
        ("options", "a, ,b", "a, ,b"),
        ("options", ["a", "", "b,c"], r"a,,b\,c"),
        ("weights", "a=20,,b=80", "a=20,,b=80"),
        ("weights", ["a=20", " ", "b=80"], "a=20, ,b=80"),
        ("weights", [["a", 20], "", ["b,c", 80]], r"a=20,,b\,c=80"),
    ],
)
def test_a_list_with_a_gap_keeps_it_in_its_text(kind: SettingKind, raw: object, text: str) -> None:
    assert setting_raw_text(kind, raw) == text
    assert has_gaps(text)
    assert setting_value(kind, text) == setting_value(kind, raw)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ([["a", 20], ["b", "x"]], "a=20,b=x"),
        ({"a": "x"}, "a=x"),
        (["a", "b=1"], "a,b=1"),
        ([["a", 1, 2]], r"[a\,1\,2]"),
    ],
)
def test_percentages_that_do_not_fit_are_shown_as_they_were_typed(raw: object, text: str) -> None:
    assert setting_raw_text("weights", raw) == text


def test_too_many_values_are_counted() -> None:
    with pytest.raises(ConversionError, match="100,001 values"):
        setting_value("options", ["a"] * 100_001)


@given(st.lists(st.text(st.sampled_from("ab,\\ []{}:\"'")), min_size=1))
@example(["[1]"])
@example(["[1", "2]"])
@example(['["a"', '"b"]'])
def test_lists_are_taken_apart_as_they_were_joined(parts: list[str]) -> None:
    assert split_list(join_list(parts)) == parts
