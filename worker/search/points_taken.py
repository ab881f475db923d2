"""How many of a run's points are taken by evaluations that were made elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from worker.search.space import Space
from worker.spec.dimension import AnyDimension
from worker.spec.parameters import Value
from worker.spec.run import Run


def points_taken(run: Run, evaluated: Iterable[Mapping[str, Value]]) -> int:
    """How many points of the grid or space are among these values, each once; others take nothing from a run."""
    space = Space(run.parameters, run.precision, run.constraints)
    grid_points = run.grid_points if run.algorithm == "gridsearch" else None
    taken = set()
    for values in evaluated:
        try:
            point = space.admitted(values)
        except ValueError:
            continue  # it comes from elsewhere, and has other parameters or values
        if all(
            value is None or _stands(dimension, value, grid_points)
            for dimension, value in zip(space.dimensions, point, strict=True)
        ):
            taken.add(point)
    return len(taken)


def _stands(dimension: AnyDimension, value: Value, grid_points: int | None) -> bool:
    """Whether the space, or the grid over it, has the value, which may be rounded otherwise."""
    levels = None if grid_points is None else dimension.levels(grid_points)
    return dimension.value(dimension.index(value)) == value if levels is None else value in levels
