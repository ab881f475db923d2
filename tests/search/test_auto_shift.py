"""Results from elsewhere: at what level they are taken, and that they help from the first trial on."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from search_runs import Spec, searcher_of, space_of

from worker.search.auto.encoding import Encoding
from worker.search.auto.shift import Shift

Floats = NDArray[np.float64]
PLANE: Spec = {name: ("hp.uniform", {"min": 0, "max": 1}) for name in "xy"}


def bowl(rows: Floats) -> Floats:
    losses: Floats = 10 * ((rows - np.array([0.3, 0.6])) ** 2).sum(axis=1)
    return losses


def drawn(count: int, seed: int) -> tuple[Encoding, Floats]:
    encoding = Encoding.of(space_of(PLANE).dimensions)
    return encoding, encoding.draw(count, np.random.default_rng(seed))


@pytest.mark.parametrize("difference", [-40.0, 0.0, 3.0])
def test_foreign_results_are_moved_to_the_level_of_the_own_ones(difference: float) -> None:
    encoding, rows = drawn(40, 1)
    foreign = np.arange(40) < 28
    losses = bowl(rows) - np.where(foreign, difference, 0.0)
    moved = Shift(encoding).moved(rows, losses, foreign)
    assert moved[~foreign] == pytest.approx(losses[~foreign])
    assert moved[foreign] == pytest.approx(losses[foreign] + difference, abs=0.3)


def test_what_only_scatters_moves_nothing() -> None:
    encoding, rows = drawn(44, 4)
    foreign = np.arange(44) < 40
    noise = np.where(foreign, 0.0, np.where(np.arange(44) % 2, 5.0, -5.0))
    losses = bowl(rows) + noise
    assert abs(Shift(encoding).moved(rows, losses, foreign)[0] - losses[0]) < 0.5


any_loss = st.one_of(st.sampled_from([None, math.inf, 0.0, 1e308, -1e308, 5e-324]), st.floats(-10, 10))


@settings(max_examples=10)
@given(st.lists(st.tuples(any_loss, st.booleans()), min_size=8, max_size=16))
def test_any_results_of_any_origin_lead_to_a_new_point_and_a_finite_expectation(
    history: list[tuple[float | None, bool]],
) -> None:
    searcher = searcher_of(PLANE, "auto")
    for number, (loss, foreign) in enumerate(history):
        searcher.add(number, {"x": number * 0.618 % 1, "y": number * 0.414 % 1}, foreign=foreign)
        searcher.tell(number, loss)
    expected = searcher.expectation({"x": 0.5, "y": 0.5})
    if expected is not None:
        numbers = (expected.low, expected.mean, expected.high, expected.best, expected.improvement)
        assert all(map(math.isfinite, numbers))
        assert expected.low <= expected.high
    assert searcher.ask(len(history))


@pytest.mark.parametrize(("own", "others"), [(0, 20), (5, 4), (5, 0)])
def test_nothing_is_moved_where_there_is_nothing_to_compare(own: int, others: int) -> None:
    encoding, rows = drawn(own + others, 2)
    losses = bowl(rows)
    assert (Shift(encoding).moved(rows, losses, np.arange(own + others) >= own) == losses).all()


def test_results_that_lay_lower_elsewhere_keep_nobody_from_the_minimum() -> None:
    searcher = searcher_of(PLANE, "auto")
    _, rows = drawn(20, 3)
    for number, (row, loss) in enumerate(zip(rows, bowl(rows), strict=True)):
        searcher.add(number, {"x": float(row[0]), "y": float(row[1])}, foreign=True)
        searcher.tell(number, float(loss) - 100)
    found = []
    for number in range(20, 32):
        values = searcher.ask(number)
        assert values is not None
        found.append(float(bowl(np.array([[float(values["x"]), float(values["y"])]]))[0]))
        searcher.tell(number, found[-1])
    assert min(found) < 0.01
    expected = searcher.expectation({"x": 0.3, "y": 0.6})
    assert expected is not None
    assert expected.mean == pytest.approx(0, abs=0.5)
