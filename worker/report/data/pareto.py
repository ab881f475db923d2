"""The Pareto front: evaluations of which none is better in every one of several results."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from worker.report.data.summary import is_usable
from worker.trial import Trial

_SEVERAL = re.compile(r"RESULT(\d+)")


def objectives(trials: Iterable[Trial]) -> list[str]:
    """The names of several results, RESULT1 and so on, by number; [] where programs print one."""
    names = {name for trial in trials for name in trial.outputs if _SEVERAL.fullmatch(name)}
    ordered = sorted(names, key=lambda name: int(name.removeprefix("RESULT")))
    return ordered if len(ordered) > 1 else []


def non_dominated(trials: Iterable[Trial], names: Sequence[str]) -> list[Trial]:
    """The evaluations that no other one beats: not worse in any of the results `names`, and better in one."""
    points = [
        (tuple(trial.outputs[name] for name in names), trial)
        for trial in trials
        if is_usable(trial) and all(name in trial.outputs for name in names)
    ]
    points.sort(key=lambda point: (point[0], point[1].number))
    unbeaten: list[tuple[tuple[float, ...], Trial]] = []
    for values, trial in points:
        # Sorted by the first result, nothing that comes later can beat what was found.
        if not any(_beats(better, values) for better, _ in unbeaten):
            unbeaten.append((values, trial))
    return [trial for _, trial in unbeaten]


def _beats(results: tuple[float, ...], others: tuple[float, ...]) -> bool:
    return results != others and all(mine <= theirs for mine, theirs in zip(results, others, strict=True))
