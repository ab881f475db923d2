"""Comma-separated lists as forms, URLs and ini files hold them, whose parts may have commas of their own.

A comma after a backslash belongs to the part. Backslashes mean something only right before a comma, where
two stand for one, so that most texts with backslashes stay what they are.
"""

from __future__ import annotations

from collections.abc import Sequence


def split_list(text: str) -> list[str]:
    """The parts of a comma-separated list; one empty part for an empty text."""
    *followed, last = text.split(",")
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


def join_list(parts: Sequence[str]) -> str:
    """The comma-separated list that `split_list` takes apart into `parts`."""
    if not parts:
        return ""
    *followed, last = parts
    # Backslashes at the end of a part are doubled only where a comma follows.
    return "".join(_escaped(part + ",").removesuffix("\\,") + "," for part in followed) + _escaped(last)


def _escaped(part: str) -> str:
    """`part` with a backslash before every comma, and with those doubled that stood there already."""
    *followed, last = part.split(",")
    return "".join(f"{_doubled(piece)}\\," for piece in followed) + last


def _doubled(piece: str) -> str:
    stem = piece.rstrip("\\")
    return stem + 2 * piece[len(stem) :]
