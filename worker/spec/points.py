"""How many different points a run can evaluate: those of its search space, or of the grid over it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from worker.spec.dimension import AnyDimension
from worker.spec.parameter_types import type_of
from worker.spec.rules import Rules
from worker.spec.walk import Steps, walk

if TYPE_CHECKING:
    from worker.spec.run import Run

MANY = 10_000_000  # points that are not counted any further: no run evaluates more
_MOST_STEPS = 5_000  # of a walk through the points that rules leave
_FEW_LEVELS = 1_000  # of a grid; more of them are not looked at one by one


def space_size(run: Run) -> int:
    """How many different points the search space of `run` has, rounding and steps considered; a few, or over MANY.

    Where conditions or constraints leave too many to count them one by one, these are not considered.
    """
    rules = Rules(run.parameters, run.constraints)
    if rules.given and (size := _walked(run, rules, None)) is not None:
        return size
    return _product(dimension.count for dimension in _dimensions(run))


def grid_size(run: Run) -> int:
    """How many points the grid of `run` has; a few, or over MANY. Conditions and constraints as in `space_size`."""
    rules = Rules(run.parameters, run.constraints)
    if rules.given and (size := _walked(run, rules, run.grid_points)) is not None:
        return size
    return _product(levels(dimension, run.grid_points) for dimension in _dimensions(run))


def _walked(run: Run, rules: Rules, points: int | None) -> int | None:
    """How many points the rules leave of the space, or of the grid with so many `points`; None where these are very many."""
    steps = [
        steps_of(parameter.name, dimension, points)
        for parameter, dimension in zip(run.parameters, _dimensions(run), strict=True)
    ]
    if any(step.count > _MOST_STEPS for step in steps):
        return None
    count = 0
    for taken, point in enumerate(walk(steps, rules)):
        count += point is not None
        if taken > _MOST_STEPS:
            return None
    return count


def steps_of(name: str, dimension: AnyDimension, points: int | None) -> Steps:
    """The values of a dimension, or its levels in a grid with so many `points`, for a walk."""
    taken = None if points is None else dimension.levels(points)
    return (
        Steps(name, dimension.count, dimension.value)
        if taken is None
        else Steps(name, len(taken), taken.__getitem__)
    )


def levels(dimension: AnyDimension, points: int) -> int:
    """How many values of a dimension a grid has; with very many of them, how many it has at most."""
    if points > _FEW_LEVELS and dimension.count > points:
        return dimension.count if dimension.even_steps else points
    grid_levels = dimension.levels(points)
    return dimension.count if grid_levels is None else len(grid_levels)


def different_points(run: Run) -> int | None:
    """How many evaluations can differ from each other; None where points are repeated, so that nothing ends them."""
    if run.algorithm == "gridsearch":
        return grid_size(run)
    return None if run.allow_repeats else space_size(run)


def most_evaluations(run: Run) -> int:
    """How many successful evaluations `run` can come to: its budget, or all different points where these are fewer."""
    points = different_points(run)
    return run.max_evals if points is None else min(run.max_evals, points)


def _dimensions(run: Run) -> Iterable[AnyDimension]:
    return (type_of(parameter).dimension(parameter, run.precision) for parameter in run.parameters)


def _product(counts: Iterable[int]) -> int:
    size = 1
    for count in counts:
        size *= count
        if size > MANY:
            break
    return size
