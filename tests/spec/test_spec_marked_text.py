"""Texts of strangers as a person sees them: nothing is lost, and nothing that deceives stands unmarked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.spec.marked_text import LONGEST_BLANK, MOST_MARKS, Part, is_remarkable, looks_like, marked
from worker.spec.text import invisible

# Texts that have much of what is marked, besides any others.
TRICKY = st.text(st.sampled_from("ab ;\n\tаοＡé́\u202e\u200b\u2066\u3164\ufeff\U000e0041"), max_size=40)
TEXTS = st.one_of(st.text(max_size=60), TRICKY)


@given(TEXTS)
def test_the_parts_are_the_text(text: str) -> None:
    assert "".join(part.original for part in marked(text)) == text


@given(TEXTS)
def test_what_is_not_marked_is_plain_and_without_long_blanks(text: str) -> None:
    for part in marked(text):
        if not part.note:
            assert part.original.isascii()
            assert part.original.replace("\n", "").isprintable()
            assert " " * (LONGEST_BLANK + 1) not in part.original


@given(TEXTS)
def test_what_is_drawn_has_nothing_that_hides_or_reorders(text: str) -> None:
    for part in marked(text):
        assert invisible(part.shown.replace("\n", "")) == ""


@given(TEXTS)
def test_a_text_is_remarkable_exactly_where_something_is_marked(text: str) -> None:
    assert is_remarkable(text) == any(part.note for part in marked(text))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ()),
        ("python3 a.py ($x)\nb", (Part("python3 a.py ($x)\nb"),)),
        ("trаin", (Part("tr"), Part("а", "U+0430, looks like a"), Part("in"))),
        ("größe", (Part("gr"), Part("öß", "U+00F6 U+00DF"), Part("e"))),
        ("a    b", (Part("a"), Part("    ", "4 blanks"), Part("b"))),
        ("a   b", (Part("a   b"),)),
        ("a\u202eb", (Part("a"), Part("\u202e", "U+202E"), Part("b"))),
        ("\u200b" * 9, (Part("\u200b" * 9, "U+200B U+200B U+200B U+200B and 5 more"),)),
        ("ＡＢ", (Part("ＡＢ", "U+FF21 U+FF22, looks like AB"),)),
        ("a\tb", (Part("a"), Part("\t", "U+0009"), Part("b"))),
        ("e\u0301", (Part("e"), Part("\u0301", "U+0301"))),
    ],
)
def test_what_is_marked_and_how(text: str, parts: tuple[Part, ...]) -> None:
    assert marked(text) == parts


def test_what_cannot_be_seen_is_not_drawn() -> None:
    assert [part.shown for part in marked("a\u202e    é")] == ["a", "", "", "é"]


@pytest.mark.parametrize(
    ("letter", "like"), [("о", "o"), ("Ρ", "P"), ("𝐚", "a"), ("‐", "-"), ("é", ""), ("a", ""), ("漢", "")]
)
def test_look_alikes(letter: str, like: str) -> None:
    assert looks_like(letter) == like


def test_very_many_marks_end_in_one() -> None:
    parts = marked("aé" * 10_000)
    assert sum(bool(part.note) for part in parts) == MOST_MARKS + 1
    assert parts[-1].note == f"{20_000 - 2 * MOST_MARKS:,} characters, many of them strange"
