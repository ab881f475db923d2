"""How many of a run's points are taken by evaluations that were made elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from worker.search.space import Space
from worker.spec.dimension import AnyDimension
from worker.spec.parameters import Value
from worker.spec.run import Run


def points_taken(run: Run, known: Iterable[Mapping[str, Value]]) -> int:
    """How many points of the grid or space are among these values, each once; others take nothing from a run."""
    space = Space(run.parameters, run.precision)
    points = run.grid_points if run.algorithm == "gridsearch" else None
    found = set()
    for values in known:
        try:
            point = space.admitted(values)
        except ValueError:
            continue  # it comes from elsewhere, and has other parameters or values
        if all(_stands(one, value, points) for one, value in zip(space.dimensions, point, strict=True)):
            found.add(point)
    return len(found)


def _stands(one: AnyDimension, value: Value, grid_points: int | None) -> bool:
    """Whether the space, or the grid over it, has the value, which may be rounded otherwise."""
    levels = None if grid_points is None else one.levels(grid_points)
    return one.value(one.index(value)) == value if levels is None else value in levels
