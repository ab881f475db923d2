"""Parts of an objective program that are left out where a parameter in them does not exist: [?--momentum=($momentum)?].

They mean something only where a parameter has a condition; elsewhere the marks are letters like all others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

BEGIN, END = "[?", "?]"
_PART = re.compile(r"\[\?(.*?)\?\]")


def resolved(objective: str, stays: Callable[[str], bool]) -> str:
    """`objective` without the marks, and without those parts that do not stay."""
    return _PART.sub(lambda part: part[1] if stays(part[1]) else "", objective)


def parts(objective: str) -> list[str]:
    """What stands between the marks, part by part."""
    return [part[1] for part in _PART.finditer(objective)]


def outside(objective: str) -> str:
    """What always stays."""
    return _PART.sub(" ", objective)


def complaints(objective: str) -> Iterator[str]:
    """What is wrong with the marks themselves."""
    rest = outside(objective)
    if any(BEGIN in part for part in parts(objective)):
        yield "An optional part stands inside of another one."
    elif BEGIN in rest:
        yield f"A part that begins with {BEGIN} has no end."
    elif END in rest:
        yield f"A part that ends with {END} has no beginning."


def part_with(name: str, placeholder: str) -> str:
    """An option with the value of a parameter, to be left out together."""
    return f"{BEGIN}--{name or 'option'}={placeholder}{END}"
