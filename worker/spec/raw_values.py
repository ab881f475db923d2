"""Raw values, which are texts as typed or what TOML and JSON hold, to lines, numbers and amounts, and back to text."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from worker.spec.formats.input_limits import is_flat
from worker.spec.lists import join_list
from worker.spec.notation import value_text
from worker.spec.problem import Fix, Problem
from worker.spec.text import invisible, quoted
from worker.spec.units import megabytes, seconds, two_readings

_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
_REAL = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))(?:[eE][+-]?\d+)?", re.ASCII)
_SHORT = re.compile(r"\d{1,9}(?:\.\d{1,6})?", re.ASCII)
_KILOBYTES = re.compile(r"[ \t]*\d+[ \t]*[kK]", re.ASCII)
_TRUE = frozenset({"1", "true", "on", "yes"})
_FALSE = frozenset({"0", "false", "off", "no", ""})
LONGEST_LINE = 10_000  # characters
# Up to here, whole numbers are exact as floats, in JSON and in every tool that reads the results.
LARGEST_INTEGER = 2**53


class ConversionError(ValueError):
    """A raw value that is not of the kind that was asked for; `hint` says what is, `instead` a text that is likely meant."""

    def __init__(self, message: str, hint: str, instead: str = "") -> None:
        self.hint = hint
        self.instead = instead
        super().__init__(message)

    def problem(self, path: str) -> Problem:
        """The same of what stands at a path."""
        fixes = (Fix.writing(path, self.instead),) if self.instead else ()
        return Problem(path, str(self), self.hint, fixes=fixes)


def line(raw: object, longest: int = LONGEST_LINE) -> str:
    """One line of visible text, outer blanks dropped; numbers and the like as text. Raises ConversionError."""
    if type(raw) is str and len(raw) <= longest and raw.isascii() and raw.isprintable():
        return raw.strip(" ")  # as nearly all are, of which there may be very many
    if raw is None or isinstance(raw, (Mapping, list, tuple)):
        raise ConversionError("This must be a single value.", "Put it in quotes.")
    if isinstance(raw, int) and not isinstance(raw, bool):
        raw = integer(raw)
    elif isinstance(raw, float):
        raw = value_text(real(raw))  # one of the values of a choice reaches the program as it stands
    text = raw_text(raw).strip(" \t")
    if len(text) > longest:
        raise ConversionError(
            f"This is {len(text):,} characters long; at most {longest:,} are allowed.", "Shorten it."
        )
    _check_visible(text)
    return text


def _check_visible(text: str) -> None:
    """Raise ConversionError where something in `text` cannot be seen."""
    code_point = invisible(text)
    if code_point in ("U+000A", "U+000D"):
        raise ConversionError(
            "This contains a line break, but must be one line.",
            "Join the lines; in TOML, \\n in double quotes is a line break as well, and stays as it is in single quotes.",
        )
    if code_point == "U+FFFD":
        raise ConversionError(
            "This contains a character (U+FFFD) that stands for one that could not be read.",
            "Save the text as UTF-8, or type it again.",
        )
    if code_point:
        raise ConversionError(
            f"This contains an invisible character ({code_point}), which could hide something.",
            "Delete the text and type it again.",
        )


def integer(raw: object) -> int:
    """A whole number. Raises ConversionError."""
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    if not isinstance(raw, int) or isinstance(raw, bool):
        text = line(raw)
        whole = _whole(text)
        if whole is None:
            raise _not_a_number(text, "a whole number", "Write a whole number such as 12.")
        raw = whole
    if abs(raw) > LARGEST_INTEGER:
        raise ConversionError("This number is too large.", f"Whole numbers go up to {LARGEST_INTEGER:,}.")
    return raw


def _whole(text: str) -> int | None:
    """The whole number that `text` is, also as 12.0 or 1.2e1; None where it is none."""
    if not _REAL.fullmatch(text) or re.search(r"[eE]-\d{5}", text):
        return None
    if len(text) > 400 or re.search(r"[eE]\+?\d{5}", text):
        return LARGEST_INTEGER + 1
    number = Decimal(text)
    return int(number) if number == number.to_integral_value() else None


def real(raw: object) -> float:
    """A finite number; a whole one comes back as int, so that it prints as typed. Raises ConversionError."""
    if isinstance(raw, int) and not isinstance(raw, bool):
        return raw if abs(raw) <= LARGEST_INTEGER else _finite(raw)
    if isinstance(raw, float):
        return _finite(raw)
    if isinstance(raw, str) and _SHORT.fullmatch(raw):
        return float(raw) if "." in raw else int(raw)  # as nearly all are, of which there may be very many
    text = line(raw)
    match = _REAL.fullmatch(text)  # not by re.fullmatch, which takes longer than the match itself
    if not match:
        raise _not_a_number(text, "a number", "Write a number such as 0.5 or 1e-3.")
    number = _finite(text)
    if number == 0 and re.search("[1-9]", match[1]):
        raise ConversionError("This number is too close to 0 for a computer.", "Write 0, or a larger number.")
    if _INTEGER.fullmatch(text) and abs(number) <= LARGEST_INTEGER:
        return int(number)
    return number


def _finite(raw: float | str) -> float:
    try:
        number = float(raw)
    except OverflowError:
        number = math.inf
    if math.isnan(number):
        raise ConversionError("This is not a number (nan).", "Write a number such as 0.5 or 1e-3.")
    if math.isinf(number):
        raise ConversionError("This number is too large.", "Numbers go up to about 1e308.")
    return number


def _not_a_number(text: str, wanted: str, hint: str) -> ConversionError:
    if not text:
        return ConversionError(f"This is empty, but must be {wanted}.", hint)
    instead = ""
    if re.fullmatch(r"[+-]?\d{1,3}([,_' ]\d{3})+", text, re.ASCII) and (
        wanted == "a whole number" or "," not in text
    ):
        instead = re.sub("[^-+0-9]", "", text)
        hint = f"Write it without thousands separators: {instead}."
    elif re.fullmatch(r"[+-]?\d+,\d+", text, re.ASCII):
        hint = "Write a point instead of the comma."
        instead = text.replace(",", ".") if wanted == "a number" else ""
    return ConversionError(f"{quoted(text)} is not {wanted}.", hint, instead)


def switch(raw: object) -> bool:
    """On or off. Raises ConversionError."""
    if isinstance(raw, bool):
        return raw
    text = line(raw).lower()
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise ConversionError(f"{quoted(text)} is neither on nor off.", "Write 1 or 0, true or false.")


def duration(raw: object) -> int:
    """Seconds, from hours (a number), H:MM:SS, Slurm's D-HH:MM:SS, or an amount with units. Raises ConversionError."""
    amount = seconds(raw.strip(" \t")) if isinstance(raw, str) else None
    if amount is None:
        amount = _hours(raw)
    if abs(amount) > 10**6 * 3600:
        raise ConversionError("This duration is too long.", "Write hours, or H:MM:SS.")
    if round(amount) == 0 and amount != 0:
        raise ConversionError("This duration is less than a second.", "Write hours, or H:MM:SS.")
    return round(amount)


def _hours(raw: object) -> Fraction:
    """The seconds of a number of hours. Raises ConversionError."""
    try:
        return Fraction(real(raw)) * 3600
    except ConversionError as error:
        hint = (
            "Write for example 20, 0.5, 1:30:00, 90min or 2-00:00:00."
            if isinstance(raw, str)
            else "Write for example 20, 0.5, 1:30:00, 90min or 2-00:00:00, in quotes."
        )
        if isinstance(raw, str) and (readings := two_readings(raw.strip(" \t"))):
            hint = f"Write {readings[0]} for minutes and seconds, or {readings[1]} for hours and minutes."
        raise ConversionError(
            "This is neither a number of hours, nor H:MM:SS, nor an amount with a unit.", hint
        ) from error


def memory(raw: object) -> int:
    """MB, from a whole number of them or an amount with its unit; 0 for an empty text. Raises ConversionError."""
    amount = megabytes(raw.strip(" \t")) if isinstance(raw, str) else None
    if amount is None:
        return _bare_memory(raw)
    if amount.denominator != 1 and isinstance(raw, str) and _KILOBYTES.match(raw):
        return math.ceil(amount)  # Slurm does the same; `check_units` says so
    if amount.denominator != 1:
        raise ConversionError(
            f"{quoted(line(raw))} is not a whole number of MB; 1G is 1024 MB.",
            f"Write {math.ceil(amount)}M.",
            f"{math.ceil(amount)}M",
        )
    return integer(amount.numerator)


def _bare_memory(raw: object) -> int:
    """The MB of a memory without a unit. Raises ConversionError."""
    text = line(raw) if isinstance(raw, str) else "-"
    if re.search("[A-Za-z]", text):
        raise ConversionError(
            f"{quoted(text)} is not an amount of memory.",
            "Write MB, such as 4000, or a unit, such as 16G.",
        )
    return integer(raw) if text else 0


def duration_text(seconds: int) -> str:
    """Seconds as whole hours, or as H:MM:SS."""
    if seconds % 3600 == 0:
        return str(seconds // 3600)
    if seconds < 0:
        return "-" + duration_text(-seconds)
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def is_missing(raw: object) -> bool:
    """Whether a parameter's setting counts as not given."""
    return raw is None or raw in ("", [], (), {})


def raw_text(raw: object) -> str:
    """Any raw value as text, for showing and keeping what is wrong; a value that fits has `field_text`."""
    if isinstance(raw, str):
        return raw
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, (Mapping, list, tuple)):
        # In brackets, so that a list where none belongs does not become a value that fits.
        return f"[{raw_list_text(raw)}]" if is_flat(raw) else "[...]"
    if isinstance(raw, int) and abs(raw) > LARGEST_INTEGER:
        return hex(raw)  # str() refuses very long ones
    return str(raw)


def raw_list_text(raw: Mapping[object, object] | Sequence[object]) -> str:
    """The same of a list or table without brackets; it is flat."""
    if isinstance(raw, Mapping):
        return join_list([f"{raw_text(name)}={raw_text(part)}" for name, part in raw.items()])
    return join_list([raw_text(part) for part in raw])
