"""Hypervolumes, and the boxes that a front leaves, against counting unit cubes."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from worker.search.boxes import Boxes, domination_counts, hypervolume, inferred_reference, non_dominated

SIDE = 4
fronts = (
    st.integers(2, 4)
    .flatmap(
        lambda size: st.lists(
            st.lists(st.integers(0, SIDE + 1), min_size=size, max_size=size), min_size=1, max_size=8
        )
    )
    .map(lambda rows: np.array(rows, dtype=float))
)


def dominated(points: np.ndarray, corner: tuple[int, ...]) -> bool:
    """Whether the unit cube that begins at a corner is above a point."""
    return any((point <= corner).all() for point in points)


def corners(size: int) -> itertools.product[tuple[int, ...]]:
    return itertools.product(range(SIDE), repeat=size)


@given(fronts)
def test_the_hypervolume_is_the_number_of_unit_cubes(points: np.ndarray) -> None:
    size = points.shape[1]
    reference = np.full(size, float(SIDE))
    cubes = sum(dominated(points, corner) for corner in corners(size))
    assert hypervolume(points, reference) == cubes
    boxes = Boxes(reference)
    assert sum(boxes.add(point) for point in points) == cubes  # also with points that are beaten


@given(fronts)
def test_the_boxes_have_every_cube_that_is_not_dominated_once(points: np.ndarray) -> None:
    size = points.shape[1]
    boxes = Boxes(np.full(size, float(SIDE)), points)
    for corner in corners(size):
        middle = np.array(corner) + 0.5
        inside = (boxes.lower < middle) & (middle < boxes.upper)
        assert inside.all(axis=1).sum() == (not dominated(points, corner))


@given(fronts)
def test_the_gain_of_a_point_is_by_how_much_the_hypervolume_grows(points: np.ndarray) -> None:
    reference = np.full(points.shape[1], float(SIDE))
    *known, new = points
    boxes = Boxes(reference, known)
    before = hypervolume(np.array(known), reference) if known else 0.0
    assert boxes.gain(new) == hypervolume(points, reference) - before


@given(fronts)
def test_a_front_has_those_that_no_other_one_beats(points: np.ndarray) -> None:
    def beats(one: np.ndarray, other: np.ndarray) -> bool:
        return bool((one <= other).all() and (one < other).any())

    counts = [sum(beats(other, one) for other in points) for one in points]
    assert domination_counts(points).tolist() == counts
    assert non_dominated(points).tolist() == [count == 0 for count in counts]


@given(fronts)
def test_an_inferred_reference_point_is_worse_than_the_whole_front(points: np.ndarray) -> None:
    reference = inferred_reference(points)
    assert (points[non_dominated(points)] < reference).all()
    assert np.isfinite(reference).all()
