"""The several results that a run is about, as vectors in which the smaller is the better."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from worker.spec.goals import Goal
from worker.spec.run import Run


@dataclass(frozen=True)
class Goals:
    """What a front is searched of. reference: as the search ranks the results, nan where it is to be inferred."""

    goals: tuple[Goal, ...]
    reference: tuple[float, ...]

    @classmethod
    def of(cls, run: Run) -> Goals | None:
        """Those of a run; None where it is about one result."""
        if not run.several:
            return None
        given = dict(run.reference)
        reference = (goal.rank(float(given.get(goal.name, "nan"))) for goal in run.goals)
        return cls(run.goals, tuple(reference))


def ranked(goals: Sequence[Goal], outputs: Mapping[str, float]) -> tuple[float, ...] | None:
    """What stands for each result of an evaluation where the smaller is the better; None where one is missing."""
    found = tuple(goal.rank(outputs[goal.name]) for goal in goals if goal.name in outputs)
    return found if len(found) == len(goals) and all(map(math.isfinite, found)) else None
