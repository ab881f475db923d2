"""What the page shows of a program that it has read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from worker.spec.problem import Problem


@dataclass(frozen=True)
class Line:
    """One option as the card shows it. flag: as it is written. gives: its type and range, "" where it is not proposed."""

    flag: str
    gives: str
    default: str
    why: str
    ticked: bool


@dataclass(frozen=True)
class ProgramCard:
    """What the card shows: the pasted text, the options that were found, and what is wrong with the text."""

    text: str = ""
    lines: Sequence[Line] = ()
    problems: Sequence[Problem] = ()

    @property
    def left(self) -> str:
        """The options that are not proposed, with why."""
        by_why: dict[str, list[str]] = {}
        for line in self.lines:
            if not line.gives:
                by_why.setdefault(line.why, []).append(line.flag)
        return "; ".join(f"{', '.join(flags)} ({why})" for why, flags in by_why.items())
