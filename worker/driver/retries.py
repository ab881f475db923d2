"""What a person has asked to evaluate again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from worker.driver.assignments import Assignments
from worker.trial import Status, Trial


def reopen(assignments: Assignments, numbers: Iterable[int], trials: Mapping[int, Trial], at: float) -> None:
    """Give out again those of these trials that have ended without a result that counts."""
    for number in numbers:
        trial = trials.get(number)
        if trial is None or number in assignments.open or not trial.status.ended:
            continue
        if trial.status is not Status.OK:
            assignments.reopen(trial, at)


def under_way(assignments: Assignments) -> bool:
    """Whether any such trial has not ended again."""
    return any(task.voided for task in assignments.open.values())
