"""The model in turned coordinates: there and back, where its axes lie, and when it has its turn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from search_runs import Spec, evaluate, searcher_of, space_of

from worker.search.auto.encoding import Encoding
from worker.search.auto.turned import Turned
from worker.search.auto.warps import standardised
from worker.spec.parameters import Value

Floats = NDArray[np.float64]

CUBE: Spec = {name: ("hp.uniform", {"min": 0, "max": 1}) for name in "abc"}
KINDS: Spec = {**CUBE, "kind": ("hp.choice", {"values": ["p", "q"]})}
STIFF = np.array([3.0, -2.0, 1.0]) / np.sqrt(14)


def valley(rows: Floats) -> Floats:
    apart = rows[:, :3] - np.array([0.4, 0.5, 0.6])
    losses: Floats = 1000 * (apart @ STIFF) ** 2 + (apart**2).sum(axis=1)
    return losses


def drawn(spec: Spec, count: int, seed: int = 0) -> tuple[Encoding, Floats]:
    encoding = Encoding.of(space_of(spec).dimensions)
    return encoding, encoding.draw(count, np.random.default_rng(seed))


@settings(max_examples=30)
@given(st.integers(0, 1000), st.integers(12, 40))
def test_what_is_turned_there_and_back_is_where_it_was(seed: int, count: int) -> None:
    encoding, rows = drawn(CUBE, count, seed)
    turned = Turned(encoding, rows, valley(rows))
    for row, coordinates in zip(rows, turned.coordinates(rows), strict=True):
        assert turned.row(coordinates) == pytest.approx(row, abs=1e-9)
    best = rows[int(np.argmin(valley(rows)))]
    assert turned.coordinates(best[None])[0] == pytest.approx([0.5] * 3)
    # It is a turn that shows what is narrow larger, and nothing smaller.
    apart = np.linalg.norm(turned.coordinates(rows) - 0.5, axis=1)
    assert (apart >= np.linalg.norm(rows - best, axis=1) / 2 - 1e-12).all()


def test_a_valley_is_as_wide_as_long_whatever_its_width() -> None:
    encoding, rows = drawn(CUBE, 60)
    across = STIFF / np.linalg.norm(STIFF)
    offsets = rows - 0.5
    narrow = 0.5 + offsets - 0.999 * (offsets @ across)[:, None] * across
    turned = Turned(encoding, narrow, valley(narrow))
    spread = turned.coordinates(narrow).std(axis=0)
    assert (narrow @ across).std() < 0.001
    assert spread.min() > 0.02
    assert turned.row(turned.coordinates(narrow[:1])[0]) == pytest.approx(narrow[0], abs=1e-9)


def test_what_lies_beyond_the_bounds_ends_there() -> None:
    encoding, rows = drawn(CUBE, 20)
    turned = Turned(encoding, rows, valley(rows))
    for corner in np.eye(3) * 5:
        row = turned.row(corner)
        assert ((row >= 0) & (row <= 1)).all()


def test_one_axis_goes_across_the_valley() -> None:
    encoding, rows = drawn(CUBE, 400)
    turned = Turned(encoding, rows, valley(rows))
    axes = 2 * (turned.coordinates(rows[:1] + np.eye(3)) - turned.coordinates(rows[:1])).T
    assert max(abs(axes @ STIFF)) > 0.97


def test_its_model_knows_the_results_near_the_best_one() -> None:
    encoding, rows = drawn(CUBE, 60)
    turned = Turned(encoding, rows, valley(rows))
    posterior, losses = turned.posterior(standardised)
    assert len(losses) == 60
    means = posterior.means_at_results()
    assert np.corrcoef(means, losses)[0, 1] > 0.99


def test_other_categories_are_left_out() -> None:
    encoding, rows = drawn(KINDS, 60)
    losses = valley(rows) + np.where(rows[:, 3] == 0, 0.0, 5000.0)
    turned = Turned(encoding, rows, losses)
    assert len(turned.losses) == int((rows[:, 3] == 0).sum())
    assert turned.losses.max() < 5000
    assert turned.row(np.array([0.2, 0.7, 0.5]))[3] == 0


@pytest.mark.parametrize(
    ("spec", "count", "usable"),
    [
        (CUBE, 18, True),
        (CUBE, 17, False),
        ({"a": CUBE["a"]}, 50, False),
        ({"a": CUBE["a"], "n": ("hp.uniformint", {"min": 1, "max": 4})}, 50, False),
        ({f"x{number}": CUBE["a"] for number in range(12)}, 72, True),
        ({f"x{number}": CUBE["a"] for number in range(13)}, 90, False),
        ({"kind": KINDS["kind"]}, 50, False),
    ],
)
def test_it_is_used_where_there_are_directions_and_results_enough(
    spec: Spec, count: int, usable: bool
) -> None:
    encoding, rows = drawn(spec, count)
    assert Turned.is_usable(encoding, rows, np.arange(count, dtype=float)) is usable


def test_every_third_trial_is_its() -> None:
    searcher = searcher_of(CUBE, "auto")

    def loss(values: object) -> float:
        assert isinstance(values, dict)
        return float(valley(np.array([[float(value) for value in values.values()]]))[0])

    models = []
    for number in range(27):
        values: dict[str, Value] | None = searcher.ask(number)
        assert values is not None
        searcher.tell(number, loss(values))
        if number >= 20:
            expected = searcher.expectation({"a": 0.5, "b": 0.5, "c": 0.5})
            assert expected is not None
            models.append("turned" in expected.model)
    assert models == [True, False, False, True, False, False, True]
    assert len(evaluate(searcher_of(KINDS, "auto"), 5)) == 5
