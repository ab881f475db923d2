"""Finding words in the documentation: sections that have all of them, the best first, with the place where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.documentation import Page, Section

LONGEST = 200  # characters of a question that are looked at
MOST_HITS = 40
_MOST_WORDS = 8
_BEFORE, _AFTER = 60, 180  # characters of an excerpt, around the first word
_TITLE, _PAGE, _MOST_PER_WORD = (
    12,
    6,
    5,
)  # weights: a word in a heading, in the page's title, and at most so often in the text

# A text in pieces: each with whether it is one of the words that were looked for.
Marked = tuple[tuple[str, bool], ...]


@dataclass(frozen=True)
class Hit:
    """A section that has all the words."""

    page: Page
    section: Section
    title: Marked
    excerpt: Marked


def search(pages: Iterable[Page], question: str) -> list[Hit]:
    """The sections in which every word of `question` occurs, in any case and also inside of other words; the best first."""
    words = list(dict.fromkeys(question[:LONGEST].casefold().split()))[:_MOST_WORDS]
    if not words:
        return []
    found = [
        (weight, page, section)
        for page in pages
        for section in page.sections
        if (weight := _weight(page, section, words))
    ]
    found.sort(key=lambda one: -one[0])  # among equals the order of the pages stays
    pattern = re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))), re.IGNORECASE)
    return [
        Hit(
            page,
            section,
            tuple(_marked(section.title, pattern)),
            tuple(_marked(_excerpt(section, pattern), pattern)),
        )
        for _, page, section in found[:MOST_HITS]
    ]


def _weight(page: Page, section: Section, words: Iterable[str]) -> int:
    """How well a section answers; 0 where it lacks a word."""
    title, text, page_title = section.title.casefold(), section.text.casefold(), page.title.casefold()
    total = 0
    for word in words:
        weight = _TITLE * (word in title) + min(text.count(word), _MOST_PER_WORD)
        if not weight:
            return 0
        total += weight + _PAGE * (word in page_title)
    return total


def _excerpt(section: Section, pattern: re.Pattern[str]) -> str:
    """A part of the text: the first one that has the most of the words."""
    text = " ".join(section.text.split())
    found = [(match.start(), match[0].casefold()) for match in pattern.finditer(text)]
    first = max(
        (start for start, _ in found),
        key=lambda start: len({word for at, word in found if start <= at < start + _AFTER}),
        default=0,
    )
    start = text.find(" ", first - _BEFORE) + 1 if first > _BEFORE else 0
    end = first + _AFTER
    if end < len(text):
        end = max(text.rfind(" ", first, end), first)
    return f"{'… ' if start else ''}{text[start:end]}{' …' if end < len(text) else ''}"


def _marked(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[str, bool]]:
    at = 0
    for match in pattern.finditer(text):
        if match.start() > at:
            yield text[at : match.start()], False
        yield match[0], True
        at = match.end()
    if at < len(text):
        yield text[at:], False
