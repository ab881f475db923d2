"""Characters that a person cannot see: found, and replaced where a message quotes what was typed."""

from __future__ import annotations

import re
import unicodedata

LONGEST_QUOTE = 80
# They draw nothing, although their category is one of letters, marks or symbols: Hangul fillers, the grapheme
# joiner, Khmer inherent vowels, Mongolian and other variation selectors, the empty Braille pattern. The last
# one, U+FFFD, stands for bytes that could not be read.
_BLANK = frozenset(
    "\u115f\u1160\u3164\uffa0\u034f\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\ufffd"
    + "".join(map(chr, range(0xFE00, 0xFE10)))
    + "".join(map(chr, range(0xE0100, 0xE01F0)))
)
# Zs: blanks other than the plain one do not separate words in a shell. Cn: not assigned, so nothing is known of them.
_INVISIBLE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"})
_SURROGATE = re.compile("[\ud800-\udfff]")


def is_invisible(letter: str) -> bool:
    """Whether one character draws nothing, controls a terminal, reorders text or stands for something unreadable."""
    return letter != " " and (letter in _BLANK or unicodedata.category(letter) in _INVISIBLE_CATEGORIES)


def code_point(letter: str) -> str:
    """A character as U+XXXX."""
    return f"U+{ord(letter):04X}"


def invisible(text: str) -> str:
    """The first invisible character of `text` as U+XXXX; "" if there is none."""
    if text.isascii() and text.isprintable():
        return ""
    # Few letters are many in a text, so that asking for each of them once takes a fraction of the time.
    hidden = set(filter(is_invisible, set(text)))
    return next((code_point(letter) for letter in text if letter in hidden), "") if hidden else ""


def visible(text: str) -> str:
    """`text` with every invisible character shown as <U+XXXX>."""
    if not invisible(text):
        return text
    return "".join(f"<{code_point(letter)}>" if is_invisible(letter) else letter for letter in text)


def shown(text: str) -> str:
    """`text` as a message shows it: visible, and cut where it is long."""
    visible_text = visible(text[: LONGEST_QUOTE + 1])
    return visible_text if len(visible_text) <= LONGEST_QUOTE else visible_text[: LONGEST_QUOTE - 3] + "..."


def cut_in_the_middle(text: str, longest: int) -> str:
    """`text` as a message shows it where both its ends matter: visible, and cut in the middle where it is long."""
    if len(text) <= longest:
        return visible(text)
    head = (longest - 5) // 2
    return visible(f"{text[:head]} ... {text[head + 5 - longest :]}")


def quoted(text: str) -> str:
    """`text` as a message quotes it: visible, cut where it is long, in double quotes."""
    return f'"{shown(text)}"'


def encodable(text: str) -> str:
    """`text` with half characters, which UTF-8 cannot hold, replaced by U+FFFD (which no check lets through)."""
    return _SURROGATE.sub("\ufffd", text)


def counted(count: int, noun: str) -> str:
    """How many, with the word for it: "1 evaluation", "1,204 evaluations"."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def times(count: int) -> str:
    """How often: "once", "twice", "three times", "50 times"."""
    return {1: "once", 2: "twice", 3: "three times"}.get(count, f"{count:,} times")


def sentence_start(words: str) -> str:
    """The words with a capital letter at their beginning."""
    return words[:1].upper() + words[1:]


def together(*sentences: str) -> str:
    """The sentences in one line; "" stands for one that is not said."""
    return " ".join(filter(None, sentences))


def duration_words(seconds: float) -> str:
    """A duration as people say it: 12.3 s, 4 min 5 s, 3 h 20 min, 2 d 4 h; a second part that is 0 is left out."""
    if seconds < 60:
        return f"{seconds:.3g} s"
    minutes, left_seconds = divmod(round(seconds), 60)
    hours, left_minutes = divmod(minutes, 60)
    days, left_hours = divmod(hours, 24)
    if days:
        return f"{days} d" + (f" {left_hours} h" if left_hours else "")
    if hours:
        return f"{hours} h" + (f" {left_minutes} min" if left_minutes else "")
    return f"{minutes} min" + (f" {left_seconds} s" if left_seconds else "")
