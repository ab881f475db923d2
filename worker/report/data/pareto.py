"""The Pareto front: evaluations of which none is better in every one of several results."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from worker.spec.goals import Goal
from worker.spec.run import Run
from worker.trial import Status, Trial

_SEVERAL = re.compile(r"RESULT(\d+)")


def objectives(run: Run, trials: Iterable[Trial]) -> tuple[Goal, ...]:
    """The several results that a run names, or RESULT1 and so on by number, which are to be small; () where it is about one."""
    if run.results:
        return run.goals if run.several else ()
    names = {name for trial in trials for name in trial.outputs if _SEVERAL.fullmatch(name)}
    ordered = sorted(names, key=lambda name: int(name.removeprefix("RESULT")))
    return tuple(map(Goal, ordered)) if len(ordered) > 1 else ()


def with_all(trials: Iterable[Trial], goals: Sequence[Goal]) -> list[Trial]:
    """The evaluations that succeeded and have all of several results."""
    return [
        trial
        for trial in trials
        if trial.status is Status.OK and all(goal.name in trial.outputs for goal in goals)
    ]


def ranks(trial: Trial, goals: Sequence[Goal]) -> tuple[float, ...]:
    """What stands for the results of an evaluation that has all of them, where the smaller is the better."""
    return tuple(goal.rank(trial.outputs[goal.name]) for goal in goals)


def non_dominated(trials: Iterable[Trial], goals: Sequence[Goal]) -> list[Trial]:
    """The evaluations that no other one beats: not worse in any of the results, and better in one. The best in the first one is first."""
    points = [(ranks(trial, goals), trial) for trial in with_all(trials, goals)]
    points.sort(key=lambda point: (point[0], point[1].number))
    unbeaten: list[tuple[tuple[float, ...], Trial]] = []
    for values, trial in points:
        # Sorted by the first result, nothing that comes later can beat what was found.
        if not any(_beats(better, values) for better, _ in unbeaten):
            unbeaten.append((values, trial))
    return [trial for _, trial in unbeaten]


def front_of(run: Run, trials: Iterable[Trial]) -> list[Trial]:
    """The front of a run that names several results; [] of any other one."""
    return non_dominated(trials, run.goals) if run.several else []


def _beats(results: tuple[float, ...], others: tuple[float, ...]) -> bool:
    return results != others and all(mine <= theirs for mine, theirs in zip(results, others, strict=True))
