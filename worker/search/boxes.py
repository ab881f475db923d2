"""The part of a space that no point of a front dominates, as boxes that do not overlap, and hypervolumes by them.

Smaller is better in every coordinate. The local upper bounds are those of Klamroth, Lacour and Vanderpooten (2015), and the boxes
below them those of Lacour, Klamroth and Fonseca (2017), here along the first coordinate.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Booleans = NDArray[np.bool_]


class Boxes:
    """Boxes (k, m) from `lower`, which may be infinite, to `upper`: all that is below the reference point and not dominated."""

    def __init__(self, reference: Floats, points: Iterable[Floats] = ()) -> None:
        size = len(reference)
        self.upper: Floats = np.array(reference, dtype=float)[None]
        # Each upper bound has a point for each coordinate that defines it there.
        self._defining: Floats = np.full((1, size, size), -np.inf)
        self._defining[0, np.arange(size), np.arange(size)] = reference
        for point in points:
            self.add(point)

    @property
    def lower(self) -> Floats:
        """The lower ends, (k, m)."""
        before = np.tri(self.upper.shape[1], k=-1, dtype=bool).T  # points of earlier coordinates
        lower: Floats = np.where(before, self._defining, -np.inf).max(axis=1)
        return lower

    def gain(self, point: Floats) -> float:
        """By how much a point (m,) would make the dominated volume grow."""
        sides = np.maximum(self.upper - np.maximum(self.lower, point), 0.0)
        return float(sides.prod(axis=1).sum())

    def add(self, point: Floats) -> float:
        """Take in a point (m,); returns its gain."""
        beaten = (point < self.upper).all(axis=1)
        if not beaten.any():
            return 0.0
        gain = self.gain(point)
        upper, defining = self.upper[beaten], self._defining[beaten]
        uppers, definings = [self.upper[~beaten]], [self._defining[~beaten]]
        for place in range(len(point)):
            others = np.delete(defining, place, axis=1)[:, :, place].max(axis=1)
            new = point[place] >= others
            made, by = upper[new].copy(), defining[new].copy()
            made[:, place], by[:, place] = point[place], point
            uppers.append(made)
            definings.append(by)
        self.upper, self._defining = np.concatenate(uppers), np.concatenate(definings)
        return gain


def hypervolume(points: Floats, reference: Floats) -> float:
    """The volume that points (n, m) dominate below a reference point (m,)."""
    boxes = Boxes(reference)
    return sum(boxes.add(point) for point in points[non_dominated(points)])


def volumes(
    points: Sequence[Sequence[float]], given: Sequence[float | None]
) -> tuple[list[float], list[float]]:
    """The hypervolume after each point, and the reference point below which it is: as given, or inferred where that is None.

    Where it is more than a computer's numbers hold, it is inf or nan.
    """
    array = np.array(points, dtype=float)
    with np.errstate(over="ignore", invalid="ignore"):
        reference = [
            worst if fixed is None else fixed
            for fixed, worst in zip(given, inferred_reference(array).tolist(), strict=True)
        ]
        boxes = Boxes(np.array(reference))
        return np.cumsum([boxes.add(point) for point in array]).tolist(), reference


def non_dominated(points: Floats) -> Booleans:
    """Which of points (n, m) no other one beats: not worse in any coordinate, and better in one. Equal ones all count."""
    unbeaten: Booleans = domination_counts(points) == 0
    return unbeaten


def domination_counts(points: Floats) -> NDArray[np.int64]:
    """By how many others each of points (n, m) is beaten."""
    counts = np.zeros(len(points), dtype=np.int64)
    for point in points:
        no_worse, better = (point <= points).all(axis=1), (point < points).any(axis=1)
        counts += no_worse & better
    return counts


_MARGIN = 0.1  # of the front's extent, as Ishibuchi et al. (2018) advise for fronts of some ten points


def inferred_reference(points: Floats) -> Floats:
    """A reference point (m,) a little worse than the worst of the front of points (n, m), n > 0.

    Where the front has no extent in a coordinate, that of all points takes its place.
    """
    front = points[non_dominated(points)]
    worst, best = front.max(axis=0), front.min(axis=0)
    extent = np.where(worst > best, worst - best, points.max(axis=0) - best)
    reference: Floats = worst + _MARGIN * np.where(extent > 0, extent, np.maximum(np.abs(worst), 1.0))
    return reference
