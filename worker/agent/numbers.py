"""Reading the number of a RESULT line exactly, or saying why it cannot be read; nothing is ever guessed."""

from __future__ import annotations

import re

from worker.spec.text import invisible

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[+-]?(?i:nan|inf|infinity)")
_NOT_ZERO = re.compile(r"[+-]?0*\.?0*[1-9]")

# What people print in place of a number, and what to do about it; the first that matches is told. Patterns are compiled when
# they are needed: most agents never do, and each start would pay for it.
_REASONS = (
    (r"", "the number after the colon is missing"),
    (
        r"[+-]?[0-9]{1,3}(,[0-9]{3}((,[0-9]{3})+(\.[0-9]*)?|\.[0-9]*))",
        "it has commas between the digits; print it without them",
    ),
    (
        r"[+-]?[0-9]*,[0-9]+([eE][+-]?[0-9]+)?",
        "it has a comma instead of a decimal point; print a point (with LC_ALL=C, most programs do)",
    ),
    (r"[+-]?[0-9.]+(_[0-9]+)+.*", "it has underscores between the digits; print it without them"),
    (r"[+-]?0[xX].*", "it is hexadecimal; print it as a decimal number"),
    (r"[+-]?[0-9.]+[dD][+-]?[0-9]+", "its exponent is written with D; print it with E"),
    (r"(?s)tensor\(.*", "it is a tensor; print its value, in PyTorch with loss.item()"),
    (r"(?s)(np|numpy|jnp)\..*|array\(.*", "it is a NumPy object; print float(value)"),
    (r"\(?[+-]?[0-9.][0-9.eE+-]*[jJ]\)?", "it is a complex number; print a real one"),
    (r"(?s)[\[({].*", "it is in brackets, like a list; print one number without them"),
    (
        r"[+-]?(?![0-9])\d.*",
        "its digits are not 0 to 9; print those (with LC_ALL=C, most programs do)",
    ),
    (r"(?i)none|null|na|n/a|undefined|missing", "it is not a number; the program had no value to print"),
    (r"['\"].*", "it is in quotes; print it without them"),
    (r"[−–—].*", "its minus sign is typographic; print the ASCII one (-)"),
    (r"[+-]?[0-9.]+([eE][+-]?[0-9]+)? *%.*", "it has a percent sign; print the number alone"),
    (
        r"[+-]?[0-9.]+([eE][+-]?[0-9]+)?[^0-9].*",
        "there is text after the number; print the number alone on its line",
    ),
)


class UnreadableError(ValueError):
    """A text that is no number; its text is the reason, which completes "cannot be read, since ..."."""


class UnderflowError(UnreadableError):
    """A number other than 0 for which a computer has nothing but 0."""


def read_number(text: str) -> float:
    """The number that `text` is, exactly (nan and inf included). Raises UnreadableError with the reason."""
    if _NUMBER.fullmatch(text):
        number = float(text)
        if number == 0 and _NOT_ZERO.match(text):
            raise UnderflowError(
                "it is too close to 0 for floating-point numbers, which end near 5e-324; print a larger "
                "number, such as its logarithm"
            )
        return number
    if letter := invisible(text):
        raise UnreadableError(f"it contains the invisible character {letter}; print the number alone")
    raise UnreadableError(
        next((reason for form, reason in _REASONS if re.fullmatch(form, text)), "it is not a number")
    )
