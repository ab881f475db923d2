"""The words in pictures: titles, and names and categories in as few letters as there is room for."""

from __future__ import annotations

import re
from collections.abc import Sequence

from worker.report.data.value_texts import loss_text, values_text
from worker.trial import Trial

_LONGEST = 60  # letters of a name that is shown as a whole
_LEAST = 4  # letters that all texts share and that are worth leaving out


def title(name: str, best: Trial | None, width: int, note: str, most: int, result: str) -> str:
    """The run and its best point, in `most` lines of at most about `width` characters; `note` stands behind the name, and `result` is what was optimized."""
    about = f"{name} ({note})" if note else name
    if best is None:
        return f"{about}: no result yet"
    lines = [f"{about}: best {result} {loss_text(best)} at evaluation {best.number}"]
    line = ""
    for part in values_text(best).split(", "):
        if line and len(line) + len(part) > width:
            lines.append(line + ",")
            line = part
        else:
            line = f"{line}, {part}" if line else part
    lines.append(line)
    return "\n".join(lines if len(lines) <= most else [*lines[: most - 1], "…"])


def briefly(texts: Sequence[str], most: int) -> list[str]:
    """The texts in at most so many letters, without what all of them begin and end with where one is longer."""
    if max(map(len, texts), default=0) > most and len(texts) > 1:
        before = _shared(texts)
        after = _shared([text[before:][::-1] for text in texts])
        start, end = "…" if before else "", "…" if after else ""
        texts = [start + text[before : len(text) - after] + end for text in texts]
    return [shortened(text, most) for text in texts]


def _shared(texts: Sequence[str]) -> int:
    """How many letters all of the texts begin with, up to the end of a word or number; 0 for a few ones."""
    first, last = min(texts), max(texts)  # all others lie between them
    length = 0
    while length < min(len(first), len(last)) and first[length] == last[length]:
        length += 1
    while length and first[length - 1].isalnum():
        length -= 1
    return length if length >= _LEAST else 0


def in_lines(name: str, most: int) -> str:
    """A name in lines of at most `most` letters, which end between words or behind what parts words; a very long one without its middle."""
    lines = [""]
    for word in re.findall(r"[_./\- ]*[^_./\- ]+[_./\- ]*|[_./\- ]+", shortened(name, _LONGEST)):
        if lines[-1] and len(lines[-1] + word.rstrip()) > most:
            lines.append("")
        rest = word
        while len(rest.rstrip()) > most:
            lines[-1:] = [rest[:most], ""]
            rest = rest[most:]
        lines[-1] += rest
    return "\n".join(line.strip() for line in lines if line.strip())


def shortened(text: str, most: int) -> str:
    """The text with its middle left out where it is longer: names differ in their ends more often."""
    if len(text) <= most:
        return text
    tail = (most - 1) // 2
    return f"{text[: most - 1 - tail]}…{text[len(text) - tail :]}"
