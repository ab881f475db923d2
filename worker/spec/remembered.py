"""What short texts mean, worked out once: forms and configs say mostly the same, and several places ask."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

_SHORT = 200  # characters
_MOST = 4096  # answers of each function

Kind = TypeVar("Kind")
Value = TypeVar("Value")


def remembers_short_texts(read: Callable[[Kind, object], Value]) -> Callable[[Kind, object], Value]:
    """`read`, a pure function of a hashable kind and a raw value, which keeps its last answers to short texts."""
    of_text = lru_cache(maxsize=_MOST)(read)

    @wraps(read)
    def remembered(kind: Kind, raw: object) -> Value:
        return of_text(kind, raw) if type(raw) is str and len(raw) <= _SHORT else read(kind, raw)

    return remembered
