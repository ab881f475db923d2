"""Reading the number of a RESULT line exactly, or saying why it cannot be read; nothing is ever guessed."""

from __future__ import annotations

import re

from worker.spec.text import invisible

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[+-]?(?i:nan|inf|infinity)")
_NOT_ZERO = re.compile(r"[+-]?0*\.?0*[1-9]")

# What people print in place of a number, and what to do about it; the first that matches is told. Patterns are compiled when
# they are needed: most agents never do, and each start would pay for it.
_REASONS = (
    (r"", "The number after the colon is missing."),
    (
        r"[+-]?[0-9]{1,3}(,[0-9]{3}((,[0-9]{3})+(\.[0-9]*)?|\.[0-9]*))",
        "The number has commas between the digits; print it without them.",
    ),
    (
        r"[+-]?[0-9]*,[0-9]+([eE][+-]?[0-9]+)?",
        "The number has a comma instead of a decimal point; print a point (with LC_ALL=C, most programs do).",
    ),
    (r"[+-]?[0-9.]+(_[0-9]+)+.*", "The number has underscores between the digits; print it without them."),
    (r"[+-]?0[xX].*", "The number is hexadecimal; print it as a decimal one."),
    (r"[+-]?[0-9.]+[dD][+-]?[0-9]+", "The exponent is written with D; print it with E."),
    (r"(?s)tensor\(.*", "The result is a tensor; print its value, in PyTorch with loss.item()."),
    (r"(?s)(np|numpy|jnp)\..*|array\(.*", "The result is a NumPy object; print float(value)."),
    (r"\(?[+-]?[0-9.][0-9.eE+-]*[jJ]\)?", "The result is a complex number; print a real one."),
    (r"(?s)[\[({].*", "The result is in brackets, like a list; print one number without them."),
    (
        r"[+-]?(?![0-9])\d.*",
        "The digits are not 0 to 9; print those (with LC_ALL=C, most programs do).",
    ),
    (
        r"(?i)none|null|na|n/a|undefined|missing",
        "The result is not a number; the program had no value to print.",
    ),
    (r"['\"].*", "The result is in quotes; print it without them."),
    (r"[−–—].*", "The minus sign is typographic; print the ASCII one (-)."),
    (r"[+-]?[0-9.]+([eE][+-]?[0-9]+)? *%.*", "The number has a percent sign; print the number alone."),
    (
        r"[+-]?[0-9.]+([eE][+-]?[0-9]+)?[^0-9].*",
        "There is text after the number; print the number alone on its line.",
    ),
)


class UnreadableError(ValueError):
    """A text that is no number; its text is a sentence that says why, and what to print instead."""


class UnderflowError(UnreadableError):
    """A number other than 0 for which a computer has nothing but 0."""


def read_number(text: str) -> float:
    """The number that `text` is, exactly (nan and inf included). Raises UnreadableError with the reason."""
    if _NUMBER.fullmatch(text):
        number = float(text)
        if number == 0 and _NOT_ZERO.match(text):
            raise UnderflowError(
                "The number is too close to 0 for floating-point numbers, which end near 5e-324; print a larger "
                "one, such as its logarithm."
            )
        return number
    if letter := invisible(text):
        raise UnreadableError(
            f"The result contains the invisible character {letter}; print the number alone."
        )
    raise UnreadableError(
        next((reason for form, reason in _REASONS if re.fullmatch(form, text)), "The result is not a number.")
    )
