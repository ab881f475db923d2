"""Amounts with units as people copy them from job scripts: memory such as 16G, times such as 2-00:00:00 or 90min."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction

_LONGEST = 40  # characters of an amount that is worth reading
_AMOUNT = r"(\d{1,15}(?:\.\d{0,15})?|\.\d{1,15})"
# Slurm's units, which are powers of 1024 however they are written.
_MEGABYTES: Mapping[str, Fraction] = {
    "k": Fraction(1, 1024),
    "m": Fraction(1),
    "g": Fraction(1024),
    "t": Fraction(1024**2),
}
_MEMORY = re.compile(_AMOUNT + r"[ \t]*([kmgt])(?:i?b|bytes?)?", re.ASCII | re.IGNORECASE)
_CLOCK = re.compile(r"(\d{1,6}):([0-5]\d):([0-5]\d)", re.ASCII)
# Slurm's days-hours, days-hours:minutes and days-hours:minutes:seconds.
_DAYS = re.compile(r"(\d{1,6})-(\d{1,2})(?::([0-5]?\d))?(?::([0-5]?\d))?", re.ASCII)
_TWO_PARTS = re.compile(r"(\d{1,6}):([0-5]\d)", re.ASCII)
_SECONDS: Mapping[str, int] = {
    **dict.fromkeys(("w", "wk", "week", "weeks"), 7 * 86400),
    **dict.fromkeys(("d", "day", "days"), 86400),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 3600),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 60),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1),
}
_PART = re.compile(_AMOUNT + r"[ \t]*([a-z]+)(?:[ \t]*,?[ \t]*)", re.ASCII | re.IGNORECASE)


def megabytes(text: str) -> Fraction | None:
    """The MB of a memory with its unit, exactly; None where `text` is none."""
    match = _MEMORY.fullmatch(text) if len(text) <= _LONGEST else None
    return Fraction(match[1]) * _MEGABYTES[match[2].lower()] if match else None


def seconds(text: str) -> Fraction | None:
    """The seconds of H:MM:SS, of Slurm's D-HH[:MM[:SS]], and of amounts with units; None where `text` is none of them."""
    if len(text) > _LONGEST:
        return None
    if match := _CLOCK.fullmatch(text):
        return Fraction(int(match[1]) * 3600 + int(match[2]) * 60 + int(match[3]))
    if match := _DAYS.fullmatch(text):
        days, hours, minutes, left_seconds = (int(part or 0) for part in match.groups())
        return Fraction(days * 86400 + hours * 3600 + minutes * 60 + left_seconds)
    return _sum_of_parts(text)


def _sum_of_parts(text: str) -> Fraction | None:
    """The seconds of 1h30min, 90 s, 1 day, ...; each unit once, the largest first."""
    total, start, last = Fraction(0), 0, 0
    while start < len(text):
        match = _PART.match(text, start)
        unit = _SECONDS.get(match[2].lower()) if match else None
        if match is None or unit is None or (last and unit >= last):
            return None
        total, start, last = total + Fraction(match[1]) * unit, match.end(), unit
    return total if last and not text.endswith((" ", "\t", ",")) else None


def two_readings(text: str) -> tuple[str, str] | None:
    """The two times that 90:00 may be, minutes and seconds (as in Slurm) and hours and minutes; None for other texts."""
    match = _TWO_PARTS.fullmatch(text)
    if match is None:
        return None
    first, last = int(match[1]), match[2]
    return f"{first // 60}:{first % 60:02}:{last}", f"{first}:{last}:00"


def is_bare(raw: object) -> bool:
    """Whether a raw value is a number without any unit, so that the unit may have been forgotten."""
    if isinstance(raw, str):
        return re.fullmatch(_AMOUNT, raw.strip(" \t"), re.ASCII) is not None
    return isinstance(raw, (int, float)) and not isinstance(raw, bool)
