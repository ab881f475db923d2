"""What all readers of configs share: bounds on hostile input, and values that are flat enough to be handled."""

from __future__ import annotations

from worker.spec.problem import Problem, UnreadableError
from worker.spec.text import encodable

LONGEST_INPUT = 1_000_000  # characters
MOST_PROBLEMS = 100  # a reader stops to list them there; no one reads more


def unreadable(message: str, hint: str = "") -> UnreadableError:
    """The error for a text that cannot be read at all."""
    return UnreadableError([Problem("", message, hint)])


def bounded(text: str) -> str:
    """`text` without a byte order mark and half characters. Raises UnreadableError where it is empty or too long."""
    if len(text) > LONGEST_INPUT:
        raise unreadable(
            f"This has {len(text):,} characters; a config has at most {LONGEST_INPUT:,}.",
            "Check that it is a config of OmniOpt.",
        )
    text = encodable(text.removeprefix("\ufeff"))
    if not text.strip():
        raise unreadable("This is empty.", "Give a config, a link of the page, or a token.")
    return text


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
