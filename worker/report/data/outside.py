"""Evaluations that lie outside of the ranges that a run has now, since these were narrowed."""

from __future__ import annotations

from collections.abc import Iterable

from worker.search.space import Space
from worker.spec.run import Run
from worker.spec.text import counted
from worker.trial import Trial


def outside(run: Run, trials: Iterable[Trial]) -> list[int]:
    """Their numbers; imported ones may never have been inside, and are none."""
    space = Space(run.parameters, run.precision, run.constraints)
    return [trial.number for trial in trials if not trial.imported and not _fits(space, trial)]


def _fits(space: Space, trial: Trial) -> bool:
    try:
        space.admitted(trial.values)
    except ValueError:
        return False
    return True


def sentence(run: Run, trials: Iterable[Trial], best: Trial | None) -> str:
    """How many there are, and whether the best is one of them; "" for none."""
    numbers = outside(run, trials)
    if not numbers:
        return ""
    are = "lies" if len(numbers) == 1 else "lie"
    said = f"{counted(len(numbers), 'evaluation')} {are} outside of the present ranges: kept, but not learned from."
    return f"{said} The best one is among them." if best is not None and best.number in numbers else said
