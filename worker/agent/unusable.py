"""Lines that give no result, and the sentences that say why."""

from __future__ import annotations

from dataclasses import dataclass

from worker.agent.numbers import UnderflowError, UnreadableError

_MAX_SHOWN = 80  # characters of a line quoted in a sentence


@dataclass(frozen=True)
class Unusable:
    """A line that gives no number, or that is missing, and the sentence that says why."""

    why: str
    underflow: bool = False


def unusable(line: str, error: UnreadableError) -> Unusable:
    """Why a line with a number that cannot be read gives none."""
    if isinstance(error, UnderflowError):
        return Unusable(f"The line {quoted_line(line)} cannot be used. {error}", underflow=True)
    return Unusable(f"The line {quoted_line(line)} cannot be read. {error}")


def quoted_line(line: str) -> str:
    """`line` as a sentence can quote it: printable, and not too long."""
    shown = "".join(letter if letter.isprintable() else "\ufffd" for letter in line)
    return f'"{shown[:_MAX_SHOWN]}{"…" if len(shown) > _MAX_SHOWN else ""}"'
