"""What a Pareto front looks like: each two of its results against each other, and how its hypervolume grew."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from worker.pooled import points_of
from worker.report.data import improvements, pareto, table
from worker.report.data.readable import readable
from worker.report.data.scale_choice import choose, choose_progress
from worker.spec.fields import BY_PATH
from worker.spec.goals import Goal
from worker.spec.run import Run
from worker.trial import Trial

_MOST_PAIRS = 6
_MOST_DOTS = 3000  # evaluations in one picture
_MOST_RESULTS, _MOST_EVALUATIONS = 4, 3000  # of which a hypervolume is computed in a moment
_DIGITS = 6
_REFERENCE = "search.reference"


@dataclass(frozen=True)
class Growth:
    """The hypervolume after evaluations that made it larger: (ended evaluations, seconds, volume). reference: as printed."""

    steps: tuple[tuple[int, float, float], ...]
    reference: tuple[float, ...]
    given: bool  # whether the run says what the reference point is

    def payload(self) -> dict[str, object]:
        """As scripts draw it, on a scale that shows late gains."""
        levels = list(dict.fromkeys(volume for _, _, volume in self.steps))
        kind, distance = choose_progress(levels, levels[0], maximises=True)
        return {"steps": self.steps, "scale": kind, "distance": distance.payload()}


def pairs(trials: Sequence[Trial], goals: Sequence[Goal]) -> list[dict[str, object]]:
    """Each two results, those of all evaluations and those on the front, in the order of the front."""
    usable = pareto.with_all(trials, goals)
    front = pareto.non_dominated(usable, goals)
    stride = -(-len(usable) // _MOST_DOTS) or 1

    def points(chosen: Sequence[Trial], two: Sequence[Goal]) -> list[list[float]]:
        return [[trial.outputs[goal.name] for goal in two] for trial in chosen]

    return [
        {
            "names": [f"{goal.name} ({goal.direction})" for goal in two],
            "scales": [
                choose([trial.outputs[goal.name] for trial in usable], goal.maximises) for goal in two
            ],
            "all": points(usable[::stride], two),
            "front": points(front, two),
            "line": len(goals) == 2,  # of more, the front is no line in the plane of two
        }
        for two in list(combinations(goals, 2))[:_MOST_PAIRS]
    ]


def linked(run: Run, trials: Sequence[Trial], goals: Sequence[Goal]) -> dict[str, object]:
    """The names of the columns of all evaluations that hold the results, and which points are on the front.

    trials: all evaluations. Where points have several each, it is their means that are drawn: the number of each point, its
    results, and the numbers of its evaluations.
    """
    several: dict[str, object] = {}
    points = points_of(trials, run.repeats)
    if run.repeats > 1:
        members: dict[int, list[int]] = {}
        for trial in trials:
            if trial.repeat <= run.repeats:
                members.setdefault(trial.first, []).append(trial.number)
        several["points"] = [
            [
                point.number,
                [point.outputs[goal.name] for goal in goals],
                members.get(point.number, [point.number]),
            ]
            for point in pareto.with_all(points, goals)
        ]
    columns = [table.RESULT if run.results and goal == run.main else goal.name for goal in goals]
    return {
        "columns": columns,
        "names": [f"{goal.name} ({goal.direction})" for goal in goals],
        "trials": [point.number for point in pareto.non_dominated(points, goals)],
        "word": run.counted_as,
        **several,
    }


def growth(run: Run, trials: Sequence[Trial]) -> Growth | None:
    """How the hypervolume of the front of a run that names several results grew; None where it would take long to compute."""
    goals = run.goals
    if not run.several:
        return None
    points = [point for point in improvements.finished(trials) if pareto.with_all([point.trial], goals)]
    if not points or len(goals) > _MOST_RESULTS or len(points) > _MOST_EVALUATIONS:
        return None
    from worker.search.boxes import volumes

    given = {
        goal.name: goal.rank(float(number))
        for goal in goals
        for name, number in run.reference
        if name == goal.name
    }
    ranks = [pareto.ranks(point.trial, goals) for point in points]
    reached, reference = volumes(ranks, [given.get(goal.name) for goal in goals])
    steps = [
        (point.count, round(point.elapsed, 3), volume)
        for point, volume, before in zip(points, reached, [0.0, *reached], strict=False)
        if volume > before or point is points[-1]
    ]
    printed = tuple(goal.rank(float(f"{at:.{_DIGITS}g}")) for goal, at in zip(goals, reference, strict=True))
    return Growth(tuple(steps), printed, len(given) == len(goals)) if math.isfinite(reached[-1]) else None


def reference_words(growth: Growth, goals: Sequence[Goal]) -> str:
    """Which reference point a hypervolume has, and where it comes from."""
    point = ", ".join(f"{goal.name} {readable(at)}" for goal, at in zip(goals, growth.reference, strict=True))
    source = (
        "as the config says"
        if growth.given
        else "a little worse than the worst of the front, where the config names none"
    )
    return f"Its {BY_PATH[_REFERENCE].in_sentence} is {point}: {source}."
