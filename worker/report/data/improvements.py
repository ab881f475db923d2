"""How the best result came about: every improvement, in the order in which evaluations ended."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from worker.report.data.summary import is_usable
from worker.spec.run import Run
from worker.trial import Trial


@dataclass(frozen=True)
class Point:
    """An evaluation that ended: the how-manieth it was, seconds since the first one began, and its result."""

    count: int
    elapsed: float
    loss: float
    trial: Trial


def finished(trials: Iterable[Trial]) -> list[Point]:
    """The evaluations with a usable result in the order in which they ended; failed ones only count."""
    ended = sorted(
        (trial for trial in trials if trial.status.ended),
        key=lambda trial: (trial.end if trial.end is not None else float("inf"), trial.number),
    )
    begin = min((trial.start for trial in ended if trial.start is not None), default=0.0)
    return [
        Point(count, max(0.0, (trial.end or begin) - begin), trial.loss, trial)
        for count, trial in enumerate(ended, 1)
        if is_usable(trial) and trial.loss is not None
    ]


def improvements(points: Sequence[Point], run: Run) -> list[Point]:
    """Those that were better than all before."""
    better: list[Point] = []
    rank, least = run.main.rank, math.inf
    for point in points:
        place = rank(point.loss)
        if place < least or not better:
            better.append(point)
            least = place
    return better
