"""A text as a person can judge it: everything that is not plain ASCII, every look-alike and every long blank is marked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from worker.spec.text import code_point, counted, is_invisible, visible

LONGEST_BLANK = 3  # blanks in a row that nobody overlooks
MOST_MARKS = 300  # of one text; what follows the last one is marked as a whole
_MOST_CODES = 4  # of one mark
_BLANKS = re.compile(rf" {{{LONGEST_BLANK + 1},}}")
# Letters of other alphabets that look like these of ASCII in most typefaces.
_LOOKS_LIKE = {
    **dict(zip("авсԁеԍһіјӏорԛѕԝхуѵᴢ", "abcdeghijlopqswxyvz", strict=True)),
    **dict(zip("АВСЕНІЈКМОРЅТХУԜ", "ABCEHIJKMOPSTXYW", strict=True)),
    **dict(zip("αγικνορτυχωϲ", "ayiknoptuxwc", strict=True)),
    **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX", strict=True)),
    **dict(zip("ɑɡıɩʟʀ", "agiilr", strict=True)),
    **dict(zip("‐‑‒–—−﹣⁄∕∶‚‘’“”´⁎∗˜∼⧵﹨", "-------//:,''\"\"'**~~\\\\", strict=True)),
}


@dataclass(frozen=True)
class Part:
    """A piece of a text. original: as it stands there. note: what is to be known of it, "" where it is plain.

    shown: what a page draws of it, which has no invisible character.
    """

    original: str
    note: str = ""

    @property
    def shown(self) -> str:
        """The original, or nothing where that cannot be seen."""
        if not self.note:
            return self.original
        return "" if all(map(is_hidden, self.original)) else visible(self.original)


def is_hidden(letter: str) -> bool:
    """Whether a character draws nothing by itself, or is drawn elsewhere than it stands; combining marks among them."""
    return letter == " " or is_invisible(letter) or unicodedata.category(letter).startswith("M")


def is_remarkable(text: str) -> bool:
    """Whether anything of a text would be marked."""
    return not (text.isascii() and text.replace("\n", "").isprintable()) or _BLANKS.search(text) is not None


def marked(text: str) -> tuple[Part, ...]:
    """The parts of a text, which together are the text; runs of the same kind are one part, with one mark."""
    if not is_remarkable(text):
        return (Part(text),) if text else ()
    parts: list[Part] = []
    place = 0
    for part in _parts(text):
        if sum(bool(one.note) for one in parts[-2 * MOST_MARKS :]) == MOST_MARKS:
            rest = text[place:]
            return (*parts, Part(rest, f"{counted(len(rest), 'character')}, many of them strange"))
        parts.append(part)
        place += len(part.original)
    return tuple(parts)


def _parts(text: str) -> Iterator[Part]:
    place = 0
    for match in _BLANKS.finditer(text):
        yield from _letters(text[place : match.start()])
        yield Part(match[0], f"{len(match[0]):,} blanks")
        place = match.end()
    yield from _letters(text[place:])


def _letters(text: str) -> Iterator[Part]:
    for kind, run in groupby(text, _kind):
        letters = "".join(run)
        yield Part(letters, _note(letters) if kind != "plain" else "")


def _kind(letter: str) -> str:
    if letter == "\n" or (letter.isascii() and letter.isprintable()):
        return "plain"
    if is_hidden(letter):
        return "hidden"
    return "like" if looks_like(letter) else "other"


def looks_like(letter: str) -> str:
    """The plain characters that one which is none is easily taken for; "" where there are none."""
    if letter.isascii():
        return ""
    folded = unicodedata.normalize("NFKC", letter)
    plain = folded if folded.isascii() and folded.isprintable() else ""
    return _LOOKS_LIKE.get(letter, plain.strip(" "))


def _note(letters: str) -> str:
    codes = [code_point(letter) for letter in letters[:_MOST_CODES]]
    more = f" and {len(letters) - _MOST_CODES} more" if len(letters) > _MOST_CODES else ""
    like = "".join(map(looks_like, letters[:_MOST_CODES]))
    alike = f", looks like {like}{'…' if more else ''}" if like else ""
    return f"{' '.join(codes)}{more}{alike}"
