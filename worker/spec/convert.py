"""Raw text or TOML values of fields and parameter settings to typed values, and back to canonical text."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence

from worker.spec import fields, parameters
from worker.spec.fields import Field
from worker.spec.lists import join_list, split_list
from worker.spec.problem import did_you_mean
from worker.spec.reading import is_flat
from worker.spec.text import invisible, quoted

_DURATION = re.compile(r"(\d+):([0-5]\d):([0-5]\d)", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
_REAL = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))(?:[eE][+-]?\d+)?", re.ASCII)
_TRUE = frozenset({"1", "true", "on", "yes"})
_FALSE = frozenset({"0", "false", "off", "no", ""})
_LONGEST_LINE = 10_000
_LONGEST_LIST = 1_000_000
_MOST_LINES = 1000
# Up to here, whole numbers are exact as floats, in JSON and in every tool that reads the results.
LARGEST_INTEGER = 2**53


class ConversionError(ValueError):
    """A raw value that is not of its field's kind; `hint` says what is."""

    def __init__(self, message: str, hint: str) -> None:
        self.hint = hint
        super().__init__(message)


def field_value(field: Field, raw: object) -> object:
    """The typed value of `field` from `raw`. Raises ConversionError."""
    if field.kind == "switch":
        return _switch(raw)
    if field.kind == "integer":
        return integer(raw)
    if field.kind == "duration":
        return duration(raw)
    if field.kind == "seeds":
        return _seeds(raw)
    if field.kind == "lines":
        return _lines(raw)
    text = line(raw)
    if field.kind == "name" and text:
        _check_name(text)
    if field.kind == "word" and text and not re.fullmatch(fields.WORD_PATTERN, text):
        raise ConversionError(
            f"{quoted(text)} has characters that names in Slurm do not have.", "Write the name alone."
        )
    if field.kind == "choice" and text not in field.choices:
        raise ConversionError(f"{quoted(text)} is not one of the choices.", did_you_mean(text, field.choices))
    return text


def _check_name(text: str) -> None:
    if not re.fullmatch(fields.NAME_PATTERN, text):
        raise ConversionError(
            f"{quoted(text)} has characters other than letters, digits and underscores.",
            "Use only A-Z, a-z, 0-9 and _.",
        )
    if len(text) > fields.LONGEST_NAME:
        raise ConversionError(
            f"This name is {len(text):,} characters long; at most {fields.LONGEST_NAME} are possible.",
            "Choose a shorter one.",
        )


def setting_value(kind: parameters.SettingKind, raw: object) -> parameters.Setting:
    """The typed setting of a parameter from `raw`. Raises ConversionError."""
    if kind == "integer":
        return integer(raw)
    if kind == "real":
        return real(raw)
    if kind == "options":
        return _options(raw)
    return _weights(raw)


def line(raw: object, longest: int = _LONGEST_LINE) -> str:
    """One line of visible text, outer blanks dropped; numbers and the like as text. Raises ConversionError."""
    if raw is None or isinstance(raw, (Mapping, list, tuple)):
        raise ConversionError("This must be a single value.", "Put it in quotes.")
    if isinstance(raw, int) and not isinstance(raw, bool):
        raw = integer(raw)
    elif isinstance(raw, float):
        raw = real_text(real(raw))
    text = raw_text(raw).strip(" \t")
    if len(text) > longest:
        raise ConversionError(
            f"This is {len(text):,} characters long; at most {longest:,} are possible.", "Shorten it."
        )
    found = invisible(text)
    if found in ("U+000A", "U+000D"):
        raise ConversionError(
            "This has a line break in it, and must be one line.",
            "Join the lines; in TOML, \\n in double quotes is a line break as well, and stays as it is in single quotes.",
        )
    if found == "U+FFFD":
        raise ConversionError(
            "This has a character (U+FFFD) in it that stands for one that could not be read.",
            "Save the text as UTF-8, or type it again.",
        )
    if found:
        raise ConversionError(
            f"This has an invisible character ({found}) in it, which could hide something.",
            "Delete the text and type it again.",
        )
    return text


def integer(raw: object) -> int:
    """A whole number. Raises ConversionError."""
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    if not isinstance(raw, int) or isinstance(raw, bool):
        text = line(raw)
        if not re.fullmatch(_INTEGER, text):
            raise _not_a_number(text, "a whole number", "Write a whole number such as 12.")
        raw = int(text) if len(text) <= 25 else LARGEST_INTEGER + 1
    if abs(raw) > LARGEST_INTEGER:
        raise ConversionError("This number is too large.", f"Whole numbers go up to {LARGEST_INTEGER:,}.")
    return raw


def real(raw: object) -> float:
    """A finite number; a whole one comes back as int, so that it prints as typed. Raises ConversionError."""
    if isinstance(raw, int) and not isinstance(raw, bool):
        return raw if abs(raw) <= LARGEST_INTEGER else _finite(raw)
    if isinstance(raw, float):
        return _finite(raw)
    text = line(raw)
    match = re.fullmatch(_REAL, text)
    if not match:
        raise _not_a_number(text, "a number", "Write a number such as 0.5 or 1e-3.")
    number = _finite(text)
    if number == 0 and re.search("[1-9]", match[1]):
        raise ConversionError("This number is too close to 0 for a computer.", "Write 0, or a larger number.")
    if re.fullmatch(_INTEGER, text) and abs(number) <= LARGEST_INTEGER:
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


def duration(raw: object) -> int:
    """Seconds, from hours (a number) or H:MM:SS. Raises ConversionError."""
    if isinstance(raw, str) and (match := re.fullmatch(_DURATION, raw.strip(" \t"))):
        if len(match[1]) > 6:
            raise ConversionError("This duration is too long.", "Write hours, or H:MM:SS.")
        return int(match[1]) * 3600 + int(match[2]) * 60 + int(match[3])
    try:
        hours = real(raw)
    except ConversionError as error:
        quotes = "" if isinstance(raw, str) else ", in quotes"
        raise ConversionError(
            "This is neither a number of hours nor H:MM:SS.", f"Write for example 20, 0.5 or 1:30:00{quotes}."
        ) from error
    if abs(hours) > 1e6:
        raise ConversionError("This duration is too long.", "Write hours, or H:MM:SS.")
    seconds = round(hours * 3600)
    if seconds == 0 and hours != 0:
        raise ConversionError("This duration is less than a second.", "Write hours, or H:MM:SS.")
    return seconds


def _switch(raw: object) -> bool:
    if isinstance(raw, bool):
        return raw
    text = line(raw).lower()
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise ConversionError(f"{quoted(text)} is neither on nor off.", "Write 1 or 0, true or false.")


def _seeds(raw: object) -> tuple[int, ...]:
    if isinstance(raw, (list, tuple)):
        return tuple(integer(seed) for seed in raw)
    if isinstance(raw, int) and not isinstance(raw, bool):
        return (integer(raw),)
    text = line(raw)
    return tuple(integer(part.strip()) for part in text.split(",")) if text else ()


def _lines(raw: object) -> tuple[str, ...]:
    parts: Sequence[object] = raw if isinstance(raw, (list, tuple)) else (raw,)
    if isinstance(raw, str):
        parts = raw.replace("\r\n", "\n").split("\n")
    if len(parts) > _MOST_LINES:
        message = f"These are {len(parts):,} lines; at most {_MOST_LINES:,} are possible."
        raise ConversionError(message, "Write them into a file, and use that here.")
    return tuple(text for text in (line(part) for part in parts) if text)


def _options(raw: object) -> tuple[str, ...]:
    return tuple(line(part) for part in _parts(raw))


def _parts(raw: object) -> Sequence[object]:
    """The parts of a list, or of the text of one."""
    if isinstance(raw, (list, tuple)):
        parts: Sequence[object] = raw
    else:
        text = line(raw, _LONGEST_LIST)
        parts = split_list(text) if text else ()
    if len(parts) > parameters.MOST_VALUES:
        message = f"These are {len(parts):,} values; the most is {parameters.MOST_VALUES:,}."
        raise ConversionError(message, "List fewer.")
    return parts


def _weights(raw: object) -> tuple[tuple[str, float], ...]:
    """Options with their percentages, normalised to a sum of 100."""
    pairs = tuple(_weight_pairs(raw))
    for name, weight in pairs:
        if weight < 0:
            raise ConversionError(
                f"The percentage of {quoted(name)} is negative.", "Write a percentage of at least 0."
            )
    total = math.fsum(weight for _, weight in pairs)
    if pairs and total <= 0:
        raise ConversionError("The percentages sum to 0.", "Give at least one value a percentage above 0.")
    # Normalised once they stay as they are, although their sum is rarely 100 to the last digit.
    if math.isclose(total, 100, rel_tol=1e-9):
        return pairs
    return tuple((name, weight / total * 100) for name, weight in pairs)


def _weight_pairs(raw: object) -> Iterator[tuple[str, float]]:
    for part in _parts(list(raw.items()) if isinstance(raw, Mapping) else raw):
        if isinstance(part, (list, tuple)) and len(part) == 2:
            yield line(part[0]), _percentage(part[1])
            continue
        text = line(part)
        name, equals, percent = text.rpartition("=")
        if not equals:
            raise ConversionError(
                f"{quoted(text)} has no percentage.", "Write value=percent pairs: a=20,b=70,c=10."
            )
        yield line(name), _percentage(percent)


def _percentage(raw: object) -> float:
    percent = real(raw)
    if percent > 1e9:
        raise ConversionError(
            f"A percentage of {real_text(percent)} is too large.", "The percentages sum to 100."
        )
    return percent


def _not_a_number(text: str, wanted: str, hint: str) -> ConversionError:
    if not text:
        return ConversionError(f"This is empty, and must be {wanted}.", hint)
    if re.fullmatch(r"[+-]?\d{1,3}([,_' ]\d{3})+", text, re.ASCII) and (
        wanted == "a whole number" or "," not in text
    ):
        hint = f"Write it without what separates the thousands: {re.sub('[^-+0-9]', '', text)}."
    elif re.fullmatch(r"[+-]?\d+,\d+", text, re.ASCII):
        hint = "Write a point instead of the comma."
    return ConversionError(f"{quoted(text)} is not {wanted}.", hint)


def real_text(number: float) -> str:
    """The shortest text that reads back as `number`; integers without a point."""
    return str(number) if isinstance(number, int) else repr(float(number))


def duration_text(seconds: int) -> str:
    """Seconds as whole hours, or as H:MM:SS."""
    if seconds % 3600 == 0:
        return str(seconds // 3600)
    if seconds < 0:
        return "-" + duration_text(-seconds)
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def field_text(field: Field, value: object) -> str:
    """The canonical text of a typed value, as a form field or URL holds it."""
    if field.kind == "switch":
        return "1" if value else "0"
    if field.kind == "duration" and isinstance(value, int):
        return duration_text(value)
    if field.kind == "seeds" and isinstance(value, tuple):
        return ",".join(str(seed) for seed in value)
    if field.kind == "lines" and isinstance(value, tuple):
        return "\n".join(str(part) for part in value)
    return str(value)


def setting_text(value: parameters.Setting) -> str:
    """The canonical text of a parameter's setting, as a form field or URL holds it."""
    if isinstance(value, tuple):
        return join_list(
            [part if isinstance(part, str) else f"{part[0]}={real_text(part[1])}" for part in value]
        )
    return real_text(value)


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
        return f"[{_raw_list(raw)}]" if is_flat(raw) else "[...]"
    if isinstance(raw, int) and abs(raw) > LARGEST_INTEGER:
        return hex(raw)  # str() refuses very long ones
    return str(raw)


def _raw_list(raw: Mapping[object, object] | Sequence[object]) -> str:
    if isinstance(raw, Mapping):
        return join_list([f"{raw_text(name)}={raw_text(part)}" for name, part in raw.items()])
    return join_list([raw_text(part) for part in raw])


def field_raw_text(field: Field, raw: object) -> str:
    """The text of a raw value of `field`: canonical where it fits, as typed where it does not."""
    try:
        return field_text(field, field_value(field, raw))
    except ConversionError:
        if field.kind == "lines" and isinstance(raw, (list, tuple)):
            return "\n".join(raw_text(part) for part in raw)
        return raw_text(raw)


def setting_raw_text(kind: parameters.SettingKind, raw: object) -> str:
    """The text of a raw setting: canonical where it fits, as typed where it does not."""
    try:
        return setting_text(setting_value(kind, raw))
    except ConversionError:
        if kind in ("options", "weights") and isinstance(raw, (Mapping, list, tuple)):
            return _raw_list(raw)
        return raw_text(raw)
