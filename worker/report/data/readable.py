"""Numbers as people read them: six significant digits, with the exact number behind them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from worker.spec.notation import NUMBER_FORMATS, real_text, value_text
from worker.spec.parameters import Value

_DIGITS = 6
_LARGE = 1e6  # from here on, zeros that stand for nothing known are left to the exponent
_EXACT_INTEGER = 2**53  # floats hold all integers up to here; parameters go no further


class Rounded(str):
    """The text of a number that has fewer digits than the number; `exact` reads back as the number."""

    __slots__ = ("exact",)
    exact: str

    def __new__(cls, text: str, exact: str) -> Rounded:
        """Shown as `text`."""
        made = super().__new__(cls, text)
        made.exact = exact
        return made


def readable(number: float, exact: str = "") -> str:
    """The number with six significant digits, `Rounded` where it has more; an integer as it is. The scripts' `readable` says the same.

    exact: how the exact number is written, where not in the usual way.
    """
    whole = exact or real_text(number).removesuffix(".0")
    if not math.isfinite(number) or (number == int(number) and abs(number) < _EXACT_INTEGER):
        return whole
    rounded = float(f"{number:.{_DIGITS}g}")
    if rounded == number:
        return whole
    text = real_text(rounded).removesuffix(".0")
    if abs(rounded) >= _LARGE:
        mantissa, _, power = f"{rounded:.{_DIGITS - 1}e}".partition("e")
        text = f"{mantissa.rstrip('0').removesuffix('.')}e{power}"
    return Rounded(text, whole)


def readable_value(value: Value, number_format: str = NUMBER_FORMATS[0]) -> str:
    """A parameter's value; the exact text is the one that the program gets."""
    return value if isinstance(value, str) else readable(value, value_text(value, number_format))


def joined(between: str, parts: Sequence[str]) -> str:
    """The texts in one; `Rounded` where one of them is."""
    text = between.join(parts)
    exact = between.join(part.exact if isinstance(part, Rounded) else part for part in parts)
    return text if text == exact else Rounded(text, exact)
