"""What auto says it expects: in the unit of the results, and near the truth where it knows enough."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from search_runs import Spec, searcher_of

from worker.search.auto.surrogate import STYLES
from worker.search.auto.warps import Unit, standardised
from worker.search.expectation import Expectation

SPEC: Spec = {"x": ("hp.uniform", {"min": 0, "max": 1}), "y": ("hp.uniform", {"min": 0, "max": 1})}
losses = st.lists(st.integers(-1000, 1000), min_size=1, max_size=40)


def bowl(x: float, y: float) -> float:
    return 1000 + 50 * ((x - 0.3) ** 2 + (y - 0.6) ** 2)


def expected_at(x: float, y: float, results: int) -> Expectation | None:
    searcher = searcher_of(SPEC, "auto")
    for number in range(results):
        values = {"x": number * 0.618 % 1, "y": number * 0.414 % 1}
        searcher.add(number, values)
        searcher.tell(number, bowl(**values))
    return searcher.expectation({"x": x, "y": y})


@pytest.mark.parametrize("results", [30, 31, 32])
def test_it_expects_what_is_there(results: int) -> None:
    """All three models: they take turns with the number of trials."""
    for x, y in ((0.3, 0.6), (0.5, 0.5), (0.35, 0.7)):
        expected = expected_at(x, y, results)
        assert expected is not None
        assert expected.mean == pytest.approx(bowl(x, y), abs=0.5)
        assert expected.low < expected.mean < expected.high
        assert (expected.results, expected.running) == (results, 0)
    best = expected_at(0.3, 0.6, results)
    bad = expected_at(0.9, 0.05, results)
    assert best is not None
    assert bad is not None
    assert best.improvement > bad.improvement >= 0


def test_it_expects_nothing_before_it_has_learnt_something() -> None:
    assert expected_at(0.5, 0.5, 4) is None


@given(losses, st.sampled_from(STYLES))
def test_the_way_back_from_a_warp_ends_where_it_began(numbers: list[int], style: object) -> None:
    values = np.array(numbers, dtype=float)
    warped = style.warp(values)  # type: ignore[attr-defined]
    unit = Unit(values, warped)
    for loss, level in zip(values, warped, strict=True):
        assert unit.loss(float(level)) == pytest.approx(loss, rel=1e-6, abs=1e-6 * np.ptp(values))


@given(losses, st.floats(-5, 5), st.floats(0, 5))
def test_the_way_back_keeps_the_order_and_stays_finite(numbers: list[int], level: float, more: float) -> None:
    values = np.array(numbers, dtype=float)
    unit = Unit(values, standardised(values))
    assert math.isfinite(unit.loss(level))
    assert unit.loss(level) <= unit.loss(level + more) + 1e-9
