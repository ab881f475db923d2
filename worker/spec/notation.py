"""How the values of parameters are written for programs: plain decimals where these are short, always exactly."""

from __future__ import annotations

from decimal import Decimal

from worker.spec.parameters import Value

NUMBER_FORMATS = ("auto", "plain", "exponent")
LONGEST_PLAIN = 25  # characters; -0.000000000000012345678 still fits


def value_text(value: Value, number_format: str = NUMBER_FORMATS[0]) -> str:
    """The text of a trial's value, as the objective program gets it; a number reads back as exactly this number.

    Many programs take no exponents: -8.3e-05 is an option to argparse, and an error to bc.
    """
    if isinstance(value, str):
        return value
    text = real_text(value)
    if "e" not in text or number_format == "exponent":
        return text
    plain = f"{Decimal(text):f}"
    return plain if number_format == "plain" or len(plain) <= LONGEST_PLAIN else text


def real_text(number: float) -> str:
    """The shortest text that reads back as `number`; integers without a point."""
    return str(number) if isinstance(number, int) else repr(float(number))
