"""Values as TOML writes them: numbers, texts, lists, and tables on one line."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from worker.spec.notation import value_text
from worker.spec.raw_values import ConversionError, real
from worker.spec.text import encodable, invisible, is_invisible

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
LONGEST_LINE = 100  # longer arrays are written with one element a line


def toml_table(entries: Mapping[str, str]) -> str:
    """A table on one line."""
    return "{ " + ", ".join(f"{toml_key(name)} = {text}" for name, text in entries.items()) + " }"


def toml_pairs(pairs: Sequence[tuple[str, str]], indent: int) -> str:
    """Names and texts as a table; as lines of the form name=text where a name comes twice, or the table is too long for a line."""
    table = toml_table({name: toml_string(text) for name, text in pairs})
    if len(dict(pairs)) == len(pairs) and len(table) + indent <= LONGEST_LINE:
        return table
    return toml_value([f"{name}={text}" for name, text in pairs], indent)


def toml_of_text(text: str) -> str:
    """A number where `text` is exactly how one is written, else a string."""
    try:
        number = real(text)
    except ConversionError:
        return toml_string(text)
    return toml_value(number) if value_text(number) == text else toml_string(text)


def toml_value(value: object, indent: int = 0) -> str:
    """A value; lists that begin behind `indent` characters and are long get one element a line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, (list, tuple)):
        return toml_array([toml_value(part) for part in value], indent)
    return toml_string(str(value))


def toml_array(parts: Sequence[str], indent: int) -> str:
    """An array on one line, or with one element a line where it is long."""
    inline = f"[{', '.join(parts)}]"
    if len(inline) + indent <= LONGEST_LINE:
        return inline
    return "\n".join(["[", *(f"  {part}," for part in parts), "]"])


def toml_key(name: str) -> str:
    """A key, in quotes where it needs them."""
    return name if re.fullmatch(_BARE_KEY, name) else toml_string(name)


def toml_string(text: str) -> str:
    """A text in double quotes."""
    if not invisible(text):
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return '"' + "".join(_escaped(letter) for letter in encodable(text)) + '"'


def _escaped(letter: str) -> str:
    if letter in _ESCAPES:
        return _ESCAPES[letter]
    if not is_invisible(letter):
        return letter
    return f"\\u{ord(letter):04x}" if ord(letter) < 0x10000 else f"\\U{ord(letter):08x}"
