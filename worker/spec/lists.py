"""Comma-separated lists as forms, URLs and ini files hold them, whose parts may have commas of their own.

A comma after a backslash belongs to the part. Backslashes mean something only right before a comma, where
two stand for one, so that most texts with backslashes stay what they are. A text in square brackets that is a list
in JSON, Python or YAML is that list, and one in braces with numbers in it is such a table.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from worker.spec.parameters import MOST_VALUES

_DOUBLE = r'"(?:[^"\\]|\\.)*"'
_SINGLE = r"'(?:[^'\\]|\\.)*'"
_BARE = r"""[^\s"'\[\]{},:\\][^"'\[\]{},\\]*"""
_ITEM = re.compile(rf"\s*({_DOUBLE}|{_SINGLE}|\[[^\[\]\"'\\]*\]|{_BARE})\s*(?:,|$)")
_ENTRY = re.compile(rf"\s*({_DOUBLE}|{_SINGLE}|[A-Za-z0-9_.+-]+)\s*:\s*([-+.0-9eE]+)\s*(?:,|$)")


def split_list(text: str) -> list[str]:
    """The parts of a comma-separated list, or of one in brackets; one empty part for an empty text."""
    if (bracketed := _bracketed(text)) is not None:
        return bracketed
    *followed, last = pieces = text.split(",")
    if "\\" not in text:
        return pieces
    parts, part = [], ""
    for piece in followed:
        stem = piece.rstrip("\\")
        slashes = len(piece) - len(stem)
        part += stem + "\\" * (slashes // 2)
        if slashes % 2:
            part += ","
        else:
            parts.append(part)
            part = ""
    return [*parts, part + last]


def has_gaps(raw: object) -> bool:
    """Whether a list, or the text of one, has empty parts, which are left out of it."""
    if isinstance(raw, (list, tuple)):
        return any(isinstance(part, str) and not part.strip(" \t") for part in raw)
    return isinstance(raw, str) and raw.strip(" \t") != "" and has_gaps(split_list(raw))


def join_list(parts: Sequence[str]) -> str:
    """The comma-separated list that `split_list` takes apart into `parts`."""
    if not parts:
        return ""
    plain = ",".join(parts)
    if "\\" not in plain and "[" not in plain and plain.count(",") == len(parts) - 1:
        return plain
    *followed, last = parts
    # Backslashes at the end of a part are doubled only where a comma follows.
    text = "".join(_escaped(part + ",").removesuffix("\\,") + "," for part in followed) + _escaped(last)
    return text if _bracketed(text) is None else as_json(parts)


def as_json(parts: Sequence[str]) -> str:
    """The list in brackets and quotation marks, as TOML, JSON and `split_list` take it."""
    return json.dumps(list(parts), ensure_ascii=False)


def split_table(text: str) -> list[tuple[str, str]] | None:
    """The names and numbers of a table in braces, {"a": 20, "b": 80}; None where `text` is none."""
    inner = _inside(text, "{}")
    entries = None if inner is None else _all(_ENTRY, inner)
    if entries is None:
        return None
    pairs = [(_word(match[1]), match[2]) for match in entries]
    return (
        None if any(name is None for name, _ in pairs) else [(name or "", number) for name, number in pairs]
    )


def _bracketed(text: str) -> list[str] | None:
    """The parts of a list in brackets; None where `text` is none, or is longer than any list may be."""
    inner = _inside(text, "[]")
    if inner is None or inner.count(",") > MOST_VALUES:
        return None
    if (quick := _in_json(text)) is not None:
        return quick
    items = _all(_ITEM, inner)
    parts = [_word(match[1]) for match in items or ()]
    return None if not parts or None in parts else [part for part in parts if part is not None]


def _in_json(text: str) -> list[str] | None:
    """The same where all parts are texts or numbers in JSON, which is read many times as fast."""
    try:
        parts = json.loads(text, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return None
    return parts if parts and all(isinstance(part, str) for part in parts) else None


def _inside(text: str, brackets: str) -> str | None:
    text = text.strip()
    return text[1:-1].strip() if len(text) > 1 and text[0] + text[-1] == brackets else None


def _all(form: re.Pattern[str], text: str) -> list[re.Match[str]] | None:
    """The matches that `text` consists of; None where it has anything else in it, or nothing at all."""
    matches, start = [], 0
    while start < len(text):
        match = form.match(text, start)
        if match is None:
            return None
        matches.append(match)
        start = match.end()
    return matches or None


def _word(item: str) -> str | None:
    """What an item of a list says, without its quotation marks; None where these have unknown escapes between them."""
    if item[0] == '"':
        try:
            return str(json.loads(item))
        except ValueError:
            return None
    if item[0] == "'":
        inner = item[1:-1]
        escapes_known = re.fullmatch(r"(?:[^\\]|\\[\\'\"])*", inner)
        return re.sub(r"\\(.)", r"\1", inner) if escapes_known else None
    return item.strip()


def _escaped(part: str) -> str:
    """`part` with a backslash before every comma, and with those doubled that stood there already."""
    *followed, last = part.split(",")
    return "".join(f"{_doubled(piece)}\\," for piece in followed) + last


def _doubled(piece: str) -> str:
    stem = piece.rstrip("\\")
    return stem + 2 * piece[len(stem) :]
