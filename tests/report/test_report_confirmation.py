"""What the evaluations say that confirm the best points."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_runs import a_run, a_trial
from scipy import stats

from worker.report.data import student
from worker.report.data.confirmation import best_of, confirmation, sentences
from worker.spec.parameters import Value
from worker.trial import Status, Trial

VALUES: Mapping[str, Value] = {"lr": 0.5, "kind": "a"}
RUN = a_run(search__confirm="best=2, times=4")


@given(st.floats(0, 60), st.integers(1, 400))
def test_the_distribution_is_students(bound: float, freedom: int) -> None:
    assert student.within(bound, freedom) == pytest.approx(1 - 2 * stats.t.sf(bound, freedom), abs=1e-9)


@given(st.floats(0.01, 0.999), st.integers(1, 400))
def test_its_bounds_are_the_way_back(share: float, freedom: int) -> None:
    assert student.within(student.bound(share, freedom), freedom) == pytest.approx(share, abs=1e-9)


def again(point: int, losses: list[float | None], first: float = 0.0) -> list[Trial]:
    """A point, and what its evaluations with new seeds gave."""
    found = [a_trial(point, VALUES, first)]
    for repeat, loss in enumerate(losses, 2):
        status = Status.FAILED if loss is None else Status.OK
        found.append(a_trial(point * 100 + repeat, VALUES, loss, status, point=point, repeat=repeat))
    return found


def test_the_winner_has_the_best_mean_of_the_new_evaluations() -> None:
    trials = [*again(1, [2.0, 3.0, 2.5, 2.6], first=-5.0), *again(2, [1.0, 2.1, 1.4, 1.5], first=-4.0)]
    found = confirmation(RUN, trials)
    assert found is not None
    assert found.winner.number == 2
    assert found.winner.loss == pytest.approx(1.5)
    low, high = found.points[0].interval
    expected = stats.t.interval(0.95, 3, loc=1.5, scale=stats.sem([1.0, 2.1, 1.4, 1.5]))
    assert (low, high) == pytest.approx(expected)
    assert found.p == pytest.approx(stats.ttest_rel([2.0, 3.0, 2.5, 2.6], [1.0, 2.1, 1.4, 1.5]).pvalue)
    said = list(sentences(RUN, trials))
    assert said[0].startswith("Confirmed: evaluation 2 has a mean RESULT of 1.5 in 4 evaluations")
    assert said[1].startswith("It is better than evaluation 1 (2.525), the second best: p = 0.00")
    assert best_of(RUN, trials, trials[0]) == found.winner


def test_for_the_largest_it_is_the_other_way_round() -> None:
    run = a_run(search__confirm="best=2, times=4", search__direction="max")
    found = confirmation(run, [*again(1, [2.0, 3.0, 2.5, 2.6]), *again(2, [1.0, 2.1, 1.4, 1.5])])
    assert found is not None
    assert found.winner.number == 1


def test_what_is_not_certain_is_said_so() -> None:
    trials = [*again(1, [1.0, 2.0, 3.0, 4.0]), *again(2, [2.0, 1.0, 3.5, 3.6])]
    assert "Whether it is better than evaluation 2" in list(sentences(RUN, trials))[1]
    same = [*again(1, [1.0, 1.0, 1.0, 1.0]), *again(2, [1.0, 1.0, 1.0, 1.0])]
    found = confirmation(RUN, same)
    assert found is not None
    assert (found.p, found.winner.number) == (1.0, 1)
    steady = confirmation(RUN, [*again(1, [1.0, 1.0, 1.0, 1.0]), *again(2, [2.0, 2.0, 2.0, 2.0])])
    assert steady is not None
    assert steady.p == 0.0


@pytest.mark.parametrize(
    ("losses", "counts"),
    [([1.0, None, 2.0, None], True), ([1.0, None, None, None], False), ([None] * 4, False), ([1.0], False)],
)
def test_a_point_counts_where_half_of_its_evaluations_have_a_result(
    losses: list[float | None], counts: bool
) -> None:
    assert (confirmation(RUN, again(1, losses)) is not None) == counts


def test_only_seeds_that_both_have_are_compared() -> None:
    trials = [*again(1, [1.0, None, 3.0, 4.0]), *again(2, [2.0, 2.0, None, 4.5])]
    found = confirmation(RUN, trials)
    assert found is not None
    assert found.p == pytest.approx(stats.ttest_rel([1.0, 4.0], [2.0, 4.5]).pvalue)
    apart = [*again(1, [1.0, None, 3.0, None]), *again(2, [None, 2.0, None, 4.5])]
    assert list(sentences(RUN, apart))[1].startswith("Too few seeds")


def test_nothing_is_confirmed_where_nothing_was_evaluated_again() -> None:
    assert confirmation(RUN, [a_trial(1, VALUES, 1.0)]) is None
    assert list(sentences(RUN, [a_trial(1, VALUES, 1.0)])) == []


def test_a_result_with_a_name_is_called_by_it() -> None:
    run = a_run(search__confirm="best=1, times=4", search__results="error=min, seconds=min")
    [said] = sentences(run, again(1, [2.0, 3.0, 2.5, 2.6]))
    assert said.startswith("Confirmed: evaluation 1 has a mean error of 2.525 in 4 evaluations")
