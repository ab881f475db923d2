"""What really happened, as the evaluations themselves have logged it, and how a tool's records compare with it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

LIMITS = (999_999, 999)  # the largest x and y; the smallest are 0


class Point(NamedTuple):
    """The parameters of an evaluation."""

    x: int
    y: int


class Record(NamedTuple):
    """A pair of parameters and result, as a tool has it in its records."""

    point: Point
    result: float


class Attempt(NamedTuple):
    """A point that was begun to be evaluated; `end` is None where that never ended."""

    point: Point
    start: float
    end: float | None


@dataclass(frozen=True)
class Verdict:
    """How the records compare with what happened.

    wanted: evaluations asked for. recorded: different points in the records, with the right result. wrong: records whose
    result is not that of their parameters. lost: points that were evaluated to the end and are not in the records. twice:
    times that a point was evaluated to the end again. interrupted: times that an evaluation was begun and never ended.
    """

    wanted: int
    recorded: int
    wrong: int
    lost: int
    twice: int
    interrupted: int

    @property
    def complete(self) -> bool:
        """Whether the records have as many evaluations as were asked for."""
        return self.recorded >= self.wanted


def value(point: Point) -> int:
    """The result of a point: what `programs/objective.sh` prints."""
    return (point.x * 7919 + point.y * 104729) % 1_000_003


def points(count: int) -> list[Point]:
    """So many different points, for tools that search nothing; always the same ones."""
    draw = random.Random(1)
    found: dict[Point, None] = {}
    while len(found) < count:
        found[Point(draw.randint(0, LIMITS[0]), draw.randint(0, LIMITS[1]))] = None
    return list(found)


def attempts(log: str) -> list[Attempt]:
    """The attempts in the text of a log, in the order in which they began.

    Lines are told apart by process and point; a line that a kill has cut short counts as not written.
    """
    found: dict[tuple[str, Point], Attempt] = {}
    for line in log.splitlines():
        words = line.split()
        if len(words) != 5:
            continue
        kind, at, process, x, y = words
        point = Point(int(x), int(y))
        begun = found.get((process, point))
        if kind == "start":
            found[process, point] = Attempt(point, float(at), None)
        elif begun is not None:
            found[process, point] = begun._replace(end=float(at))
    return list(found.values())


def judge(happened: Iterable[Attempt], records: Sequence[Record], wanted: int) -> Verdict:
    """Compare what happened with the records of a tool that was asked for so many evaluations."""
    tried = list(happened)
    ended = Counter(attempt.point for attempt in tried if attempt.end is not None)
    right = {record.point for record in records if record.result == value(record.point)}
    return Verdict(
        wanted=wanted,
        recorded=len(right),
        wrong=sum(record.result != value(record.point) for record in records),
        lost=len(set(ended) - {record.point for record in records}),
        twice=sum(ended.values()) - len(ended),
        interrupted=sum(attempt.end is None for attempt in tried),
    )
