"""What all readers of configs share: bounds on hostile input, and values that are flat enough to be handled."""

from __future__ import annotations

from worker.spec.config_limits import RUN, Limits
from worker.spec.problem import Problem, UnreadableError
from worker.spec.text import encodable

LONGEST_INPUT = RUN.size
MOST_PROBLEMS = 100  # a reader stops to list them there; no one reads more


def unreadable(message: str, hint: str = "") -> UnreadableError:
    """The error for a text that cannot be read at all."""
    return UnreadableError([Problem("", message, hint)])


def bounded(text: str, limits: Limits = RUN) -> str:
    """`text` without a byte order mark and half characters. Raises TooMuchError where it is too long."""
    limits.check_size(len(text))  # which is the least that it can have, and known at once
    text = encodable(text.removeprefix("\ufeff"))
    limits.check_size(size_of(text))
    return text


def size_of(text: str) -> int:
    """The bytes of `text` in UTF-8."""
    return len(text) if text.isascii() else len(encodable(text).encode())


def text_of(data: bytes) -> str:
    """The text of a file or upload. Raises UnreadableError where it is no UTF-8 text."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise unreadable("This is text in UTF-16.", "Save it as UTF-8.")
    if b"\0" in data:
        raise unreadable("This is binary data, not text.", "Give a config file.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise unreadable(
            f"This is not UTF-8 text: line {line} contains other bytes.", "Save it as UTF-8."
        ) from error


def is_flat(raw: object) -> bool:
    """Whether a parsed value is a scalar, or a list or table of scalars or of lists of scalars.

    Anything deeper belongs to no field, and walking it could exhaust the stack.
    """
    return _depth_within(raw, 2)


def _depth_within(raw: object, depth: int) -> bool:
    if isinstance(raw, dict):
        raw = list(raw.values())
    if not isinstance(raw, (list, tuple)):
        return True
    return depth > 0 and all(_depth_within(part, depth - 1) for part in raw)
