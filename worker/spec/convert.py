"""Raw text or TOML values of fields and parameter settings to typed values, and back to canonical text."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence

from worker.spec import fields, parameters
from worker.spec.fields import Field

_DURATION = re.compile(r"(\d+):([0-5]\d):([0-5]\d)", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
_REAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_WEIGHT = re.compile(r"(.+)=([^=]+)", re.DOTALL)
_TRUE = frozenset({"1", "true", "on", "yes"})
_FALSE = frozenset({"0", "false", "off", "no", ""})
_LONGEST = 10_000
# Letters of Unicode category Lo that draw nothing: Hangul fillers and the halfwidth one.
_BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0")
_INVISIBLE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


class ConversionError(ValueError):
    """A raw value that is not of its field's kind; `hint` says what is."""

    def __init__(self, message: str, hint: str = "") -> None:
        self.hint = hint
        super().__init__(message)


def invisible(text: str) -> str:
    """The first character of `text` that cannot be seen or that controls a terminal, as U+XXXX; "" if none."""
    for letter in text:
        selector = "\ufe00" <= letter <= "\ufe0f" or "\U000e0100" <= letter <= "\U000e01ef"
        if letter in _BLANK_LETTERS or selector or unicodedata.category(letter) in _INVISIBLE_CATEGORIES:
            return f"U+{ord(letter):04X}"
    return ""


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
    if field.kind == "name" and text and not re.fullmatch(fields.NAME_PATTERN, text):
        raise ConversionError(
            f'"{text}" has characters other than letters, digits and underscores.',
            "Use only A-Z, a-z, 0-9 and _.",
        )
    if field.kind == "choice" and text not in field.choices:
        raise ConversionError(
            f'"{text}" is not one of the choices.', "Known are: " + ", ".join(field.choices) + "."
        )
    return text


def setting_value(kind: parameters.SettingKind, raw: object) -> parameters.Setting:
    """The typed setting of a parameter from `raw`. Raises ConversionError."""
    if kind == "integer":
        return integer(raw)
    if kind == "real":
        return real(raw)
    if kind == "options":
        return _options(raw)
    return _weights(raw)


def line(raw: object) -> str:
    """One line of visible text, outer blanks dropped. Raises ConversionError."""
    if isinstance(raw, bool) or not isinstance(raw, (str, int, float)):
        raise ConversionError("This must be text.")
    text = (real_text(raw) if not isinstance(raw, str) else raw).strip(" ")
    if len(text) > _LONGEST:
        raise ConversionError(f"This is {len(text):,} characters long; at most {_LONGEST:,} are possible.")
    found = invisible(text)
    if found in ("U+000A", "U+000D"):
        raise ConversionError("This has a line break in it, and must be one line.", "Join the lines.")
    if found:
        raise ConversionError(
            f"This has an invisible character ({found}) in it, which could hide something.",
            "Delete the text and type it again.",
        )
    return text


def integer(raw: object) -> int:
    """A whole number. Raises ConversionError."""
    if isinstance(raw, int) and not isinstance(raw, bool):
        return raw
    if isinstance(raw, float) and raw.is_integer():
        return int(raw)
    text = line(raw)
    if not re.fullmatch(_INTEGER, text):
        raise ConversionError(
            _not_a_number(text, "a whole number"), _number_hint(text, "Write a whole number such as 12.")
        )
    if len(text) > 25:
        raise ConversionError("This number is too large.")
    return int(text)


def real(raw: object) -> float:
    """A finite number; a whole one comes back as int, so that it prints as typed. Raises ConversionError."""
    if isinstance(raw, int) and not isinstance(raw, bool):
        return raw
    text = real_text(raw) if isinstance(raw, float) else line(raw)
    if not re.fullmatch(_REAL, text):
        raise ConversionError(
            _not_a_number(text, "a number"), _number_hint(text, "Write a number such as 0.5 or 1e-3.")
        )
    number = float(text)
    if not math.isfinite(number):
        raise ConversionError("This number is too large.")
    if re.fullmatch(_INTEGER, text) and abs(number) < 2**53:
        return int(text)
    return number


def duration(raw: object) -> int:
    """Seconds, from hours (a number) or H:MM:SS. Raises ConversionError."""
    if isinstance(raw, str) and (match := re.fullmatch(_DURATION, raw.strip(" "))):
        if len(match[1]) > 6:
            raise ConversionError("This duration is too long.")
        return int(match[1]) * 3600 + int(match[2]) * 60 + int(match[3])
    try:
        hours = real(raw)
    except ConversionError as error:
        raise ConversionError(
            "This is neither a number of hours nor H:MM:SS.", "Write for example 20, 0.5 or 1:30:00."
        ) from error
    if abs(hours) > 1e6:
        raise ConversionError("This duration is too long.")
    return round(hours * 3600)


def _switch(raw: object) -> bool:
    if isinstance(raw, bool):
        return raw
    text = line(raw).lower()
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise ConversionError(f'"{text}" is neither on nor off.', "Write 1 or 0, true or false.")


def _seeds(raw: object) -> tuple[int, ...]:
    if isinstance(raw, (list, tuple)):
        return tuple(integer(seed) for seed in raw)
    if isinstance(raw, int) and not isinstance(raw, bool):
        return (raw,)
    text = line(raw)
    return tuple(integer(part.strip()) for part in text.split(",")) if text else ()


def _lines(raw: object) -> tuple[str, ...]:
    parts: Sequence[object]
    if isinstance(raw, str):
        parts = raw.replace("\r\n", "\n").split("\n")
    elif isinstance(raw, (list, tuple)):
        parts = raw
    else:
        raise ConversionError("This must be a list of lines.")
    return tuple(text for text in (line(part) for part in parts) if text)


def _options(raw: object) -> tuple[str, ...]:
    parts: Sequence[object]
    if isinstance(raw, (list, tuple)):
        parts = raw
    else:
        text = line(raw)
        parts = text.split(",") if text else []
    return tuple(line(part) for part in parts)


def _weights(raw: object) -> tuple[tuple[str, float], ...]:
    """Options with their percentages, normalised to a sum of 100."""
    pairs: list[tuple[str, float]] = []
    if isinstance(raw, Mapping):
        pairs = [(line(name), real(weight)) for name, weight in raw.items()]
    else:
        for part in _options(raw):
            match = re.fullmatch(_WEIGHT, part)
            if not match:
                raise ConversionError(
                    f'"{part}" has no percentage.', "Write value=percent pairs: a=20,b=70,c=10."
                )
            pairs.append((match[1].strip(), real(match[2])))
    for name, weight in pairs:
        if weight < 0:
            raise ConversionError(
                f'The percentage of "{name}" is negative.', "Write a percentage of at least 0."
            )
    total = sum(weight for _, weight in pairs)
    if pairs and total <= 0:
        raise ConversionError("The percentages sum to 0.", "Give at least one value a percentage above 0.")
    if total == 100:
        return tuple(pairs)
    return tuple((name, weight / total * 100) for name, weight in pairs)


def _not_a_number(text: str, wanted: str) -> str:
    return f'"{text}" is not {wanted}.' if text else f"This is empty, and must be {wanted}."


def _number_hint(text: str, otherwise: str) -> str:
    if re.fullmatch(r"[+-]?\d+,\d+", text, re.ASCII):
        return "Write a point instead of the comma."
    return otherwise


def real_text(number: float) -> str:
    """The shortest text that reads back as `number`; integers without a point."""
    return str(number) if isinstance(number, int) else repr(float(number))


def duration_text(seconds: int) -> str:
    """Seconds as whole hours, or as H:MM:SS."""
    if seconds % 3600 == 0:
        return str(seconds // 3600)
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
        return ",".join(
            part if isinstance(part, str) else f"{part[0]}={real_text(part[1])}" for part in value
        )
    return real_text(value)
