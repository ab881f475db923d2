"""Texts as people see them: nothing hidden in them, and every raw value has one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spec_strategies import ANYTHING

from worker.spec.raw_values import ConversionError, line, raw_text
from worker.spec.text import (
    counted,
    cut_in_the_middle,
    encodable,
    invisible,
    is_invisible,
    quoted,
    shown,
    visible,
)


@pytest.mark.parametrize(
    "letter",
    [
        "\x00", "\x07", "\t", "\n", "\x15", "\x1b", "\x7f", "\x85", "\x9b", "\xa0", "\xad", "\u034f", "\u061c",
        "\u115f", "\u1680", "\u180e", "\u2003", "\u200b", "\u200d", "\u200e", "\u2028", "\u2029", "\u202a", "\u202e",
        "\u2060", "\u2066", "\u2069", "\u2800", "\u3000", "\u3164", "\ufe0f", "\ufeff", "\uffa0", "\ufff9", "\ufffd",
        "\ufffe", "\ud800", "\ue000", "\U000e0041", "\U000e0100", "\U0010ffff", "\U0001d173",
    ],
)  # fmt: skip
def test_invisible_characters_are_found_and_refused(letter: str) -> None:
    assert is_invisible(letter)
    assert invisible(f"ab{letter}c") == f"U+{ord(letter):04X}"
    assert visible(f"a{letter}") == f"a<U+{ord(letter):04X}>"
    with pytest.raises(ConversionError):
        line(f"a{letter}b")


@pytest.mark.parametrize(
    "text", ["", "a b", "\u00e4\u00df\u20ac", "\u65e5\u672c\u8a9e", "\U0001f600", "a\u0301", "\u0645"]
)
def test_what_people_write_is_visible(text: str) -> None:
    assert not invisible(text)
    assert visible(text) == text
    assert line(text) == text


@given(st.text(st.characters(exclude_categories=())))
def test_shown_text_has_nothing_hidden_in_it(text: str) -> None:
    assert not invisible(visible(text))
    assert not invisible(quoted(text))
    encodable(text).encode()


@given(ANYTHING)
def test_any_raw_value_has_a_text(raw: object) -> None:
    assert isinstance(raw_text(raw), str)


@pytest.mark.parametrize(
    ("raw", "text"),
    [pytest.param(10**5000, hex(10**5000), id="huge"), (True, "true"), ([], "[]"), ({}, "[]"), ([1, "a"], "[1,a]"), ({"a": 1}, "[a=1]"),
     ([[[["deep"]]]], "[...]"), (1.5, "1.5")],
)  # fmt: skip
def test_raw_text(raw: object, text: str) -> None:
    assert raw_text(raw) == text


@pytest.mark.parametrize(
    ("text", "longest", "cut"),
    [
        ("abcdefghij", 10, "abcdefghij"),
        ("abcdefghijk", 10, "ab ... ijk"),
        ("abcdefghijkl", 11, "abc ... jkl"),
        ("\x1bbcdefghijkl", 11, "<U+001B>bc ... jkl"),
    ],
)
def test_a_long_text_is_cut_in_the_middle(text: str, longest: int, cut: str) -> None:
    assert cut_in_the_middle(text, longest) == cut


@given(st.text("abc", max_size=60), st.integers(8, 50))
def test_both_ends_of_a_cut_text_are_kept(text: str, longest: int) -> None:
    cut = cut_in_the_middle(text, longest)
    assert len(cut) == min(len(text), longest)
    head, _, tail = cut.partition(" ... ")
    assert text.startswith(head)
    assert text.endswith(tail)


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 trials"), (1, "1 trial"), (2, "2 trials"), (1204, "1,204 trials")]
)
def test_a_count_has_its_word(count: int, text: str) -> None:
    assert counted(count, "trial") == text


@pytest.mark.parametrize(
    ("length", "text"), [(80, "a" * 80), (81, "a" * 77 + "..."), (500, "a" * 77 + "...")]
)
def test_a_long_text_is_shown_up_to_eighty_characters(length: int, text: str) -> None:
    assert shown("a" * length) == text
