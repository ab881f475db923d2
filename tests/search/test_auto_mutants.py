"""Where the search of auto looks: mutants near their parents, points that were not proposed, and covariances at their limit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from search_runs import Spec, space_of

from worker.search.auto.encoding import Encoding
from worker.search.auto.fit import first_guess, kernel_of
from worker.search.auto.maximiser import Maximiser
from worker.search.auto.posterior import Posterior

Floats = NDArray[np.float64]
UNIT = ("hp.uniform", {"min": 0, "max": 1})
STEPS = ("hp.uniformint", {"min": 1, "max": 10})
LISTED = ("hp.choiceint", {"min": 1, "max": 10})
KIND = ("hp.choice", {"values": ["a", "b", "c"]})


def encoding_of(spec: Spec) -> Encoding:
    return Encoding.of(space_of(spec).dimensions)


def mutants_of(encoding: Encoding, parent: list[float], scale: float, count: int = 400) -> Floats:
    rows = np.tile(np.array(parent), (count, 1))
    return encoding.mutants(rows, np.full(count, scale), np.random.default_rng(0))


@pytest.mark.parametrize("at", [0.0, 0.05, 0.5, 0.95, 1.0])
@pytest.mark.parametrize("scale", [0.001, 0.02])
def test_mutants_lie_near_their_parent(at: float, scale: float) -> None:
    moved = np.abs(mutants_of(encoding_of({"x": UNIT}), [at], scale)[:, 0] - at)
    assert 0.6 * scale < moved.mean() < scale
    assert moved.max() < 5 * scale


@pytest.mark.parametrize("at", [0.0, 1.0])
def test_mutants_of_an_end_do_not_gather_there(at: float) -> None:
    mutants = mutants_of(encoding_of({"x": UNIT}), [at], 0.1)[:, 0]
    assert len(np.unique(mutants)) == len(mutants)
    assert ((mutants > 0) & (mutants < 1)).all()


@pytest.mark.parametrize("kind", [STEPS, LISTED])
def test_a_small_mutation_of_steps_goes_to_the_next_one(kind: tuple[str, Mapping[str, object]]) -> None:
    encoding = encoding_of({"n": kind})
    parent = float(encoding.snap(np.array([[0.45]]))[0, 0])
    steps = (mutants_of(encoding, [parent], 1e-4)[:, 0] - parent) / encoding.axes[0].step
    assert {round(step) for step in steps.tolist()} == {-1, 1}


def test_every_mutant_may_change_any_parameter_and_most_leave_some() -> None:
    encoding = encoding_of({f"x{number}": UNIT for number in range(12)})
    changed = mutants_of(encoding, [0.5] * 12, 0.01) != 0.5
    assert changed.any(axis=1).all()
    assert (changed.sum(axis=0) > 100).all()
    everywhere = changed.all(axis=1).mean()
    assert 0.3 < everywhere < 0.5
    assert 2 < changed[~changed.all(axis=1)].sum(axis=1).mean() < 5


def test_mutants_of_categories_alone_are_drawn_anew() -> None:
    encoding = encoding_of({"kind": KIND, "other": KIND})
    mutants = mutants_of(encoding, [0, 0], 0.01)
    for column in mutants.T:
        assert set(column.tolist()) == {0, 1, 2}
        assert 0.2 < (column > 0).mean() < 0.75


def test_what_counts_as_one_point_has_one_key() -> None:
    encoding = encoding_of({"x": UNIT, "y": UNIT})
    rows = np.array([[0.5, 0.25], [0.5 + 1e-11, 0.25], [0.25, 0.5], [0.5, 0.2500001]])
    first, same, *others = encoding.keys(rows).tolist()
    assert first == same
    assert len({first, *others}) == 3


def landscape() -> tuple[Encoding, Posterior, Floats]:
    """A valley in x at 0.3, known from eleven results; the rows, the best first."""
    encoding = encoding_of({"x": UNIT})
    rows = np.linspace(0, 1, 11)[:, None]
    losses = (rows[:, 0] - 0.33) ** 2 * 10 - 1
    posterior = Posterior(encoding, kernel_of(first_guess(1, 5.0)), rows, losses)
    return encoding, posterior, rows[np.argsort(losses, kind="stable")]


def test_the_maximum_is_where_no_other_point_is_better() -> None:
    encoding, posterior, parents = landscape()
    improvement = posterior.improvement(-0.99)
    maximiser = Maximiser(encoding, improvement, encoding.keys(parents), np.empty((0, 1)))
    row, value = maximiser.maximum(parents, np.random.default_rng(1))
    assert value == pytest.approx(float(improvement(row[None])[0]), rel=1e-9)
    assert value >= float(improvement(np.linspace(0, 1, 2001)[:, None]).max()) - 1e-6


def test_the_maximum_keeps_away_from_what_runs_and_what_was_proposed() -> None:
    encoding, posterior, parents = landscape()
    improvement = posterior.improvement(-0.99)
    free, _ = Maximiser(encoding, improvement, encoding.keys(parents), np.empty((0, 1))).maximum(
        parents, np.random.default_rng(1)
    )
    seen = encoding.keys(np.vstack([parents, free[None]]))
    again, _ = Maximiser(encoding, improvement, seen, np.empty((0, 1))).maximum(
        parents, np.random.default_rng(1)
    )
    assert encoding.keys(again[None])[0] not in seen
    beside, value = Maximiser(encoding, improvement, encoding.keys(parents), free[None]).maximum(
        parents, np.random.default_rng(1)
    )
    assert abs(float(beside[0] - free[0])) >= 1e-3
    assert value > -1e6


def test_results_that_are_the_same_point_do_not_break_the_model() -> None:
    encoding = encoding_of({"x": UNIT})
    noiseless = replace(kernel_of(first_guess(1, 5.0)), noise=0.0)
    rows = np.array([[0.2], [0.2], [0.2], [0.8]])
    losses = np.array([1.0, 1.0, 1.0, -1.0])
    posterior = Posterior(encoding, noiseless, rows, losses)
    assert [posterior.predicted(np.array([x]))[0] for x in (0.2, 0.8)] == pytest.approx([1, -1], abs=0.01)
    assert np.isfinite(posterior.improvement(-1.0)(np.array([[0.5], [0.2]]))).all()


def test_a_covariance_that_is_none_is_an_error() -> None:
    encoding = encoding_of({"x": UNIT})
    kernel = replace(kernel_of(first_guess(1, 5.0)), noise=-2.0)
    with pytest.raises(np.linalg.LinAlgError):
        Posterior(encoding, kernel, np.array([[0.2], [0.8]]), np.array([1.0, -1.0]))
