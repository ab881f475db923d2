"""The rank tests of a comparison, held against scipy's and against every way to deal the ranks."""

from __future__ import annotations

import math
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from worker.report.data import rank_tests
from worker.report.data.rank_tests import Verdict, verdict

few = st.lists(st.integers(0, 6).map(float), min_size=4, max_size=6)


@given(few, few)
def test_the_u_test_is_exact_with_equal_ranks(first: list[float], second: list[float]) -> None:
    every = [*first, *second]
    ranks = stats.rankdata(every)
    mine = sum(ranks[: len(first)])
    sums = [sum(ranks[place] for place in chosen) for chosen in combinations(range(len(every)), len(first))]
    sides = [sum(one <= mine for one in sums), sum(one >= mine for one in sums)]
    expected = min(1.0, 2 * min(sides) / len(sums))
    assert rank_tests.mann_whitney(first, second) == pytest.approx(expected)


@given(st.permutations([float(number) for number in range(11)]), st.integers(4, 7))
def test_the_u_test_is_that_of_scipy(values: list[float], size: int) -> None:
    expected = stats.mannwhitneyu(values[:size], values[size:], method="exact").pvalue
    assert rank_tests.mann_whitney(values[:size], values[size:]) == pytest.approx(expected)


@given(st.lists(st.integers(0, 30).map(float), min_size=25, max_size=25), st.data())
def test_the_u_test_of_many_runs_is_that_of_scipy(first: list[float], data: st.DataObject) -> None:
    second = data.draw(st.lists(st.integers(0, 30).map(float), min_size=25, max_size=25))
    if len({*first, *second}) == 1:
        assert rank_tests.mann_whitney(first, second) == 1.0
        return
    expected = stats.mannwhitneyu(first, second, method="asymptotic", use_continuity=False).pvalue
    assert rank_tests.mann_whitney(first, second) == pytest.approx(expected)


@given(st.lists(st.integers(-40, 40).filter(bool), min_size=6, max_size=12, unique_by=abs))
def test_the_signed_rank_test_is_that_of_scipy(apart: list[int]) -> None:
    expected = stats.wilcoxon(apart, method="exact").pvalue
    found = rank_tests.wilcoxon([float(one) for one in apart], [0.0] * len(apart))
    assert found == pytest.approx(expected)


def test_runs_without_a_result_are_worse_than_all_others_and_as_bad_as_each_other() -> None:
    never = [math.inf] * 6
    assert rank_tests.wilcoxon(never, never) == 1.0
    assert rank_tests.wilcoxon([1.0, 2, 3, 4, 5, 6], never) == pytest.approx(2 / 2**6)
    assert rank_tests.mann_whitney([1.0, 2, 3, 4], never[:4]) == pytest.approx(2 / math.comb(8, 4))


def test_three_runs_each_prove_nothing_and_four_can() -> None:
    def p(*sizes: int) -> float | None:
        groups = [[float(100 * place + run) for run in range(size)] for place, size in enumerate(sizes)]
        found = verdict(groups, [list(map(str, group)) for group in groups])
        assert found.least_runs == (4 if len(sizes) == 2 else 5)
        return found.duels[0].p

    assert p(3, 3) is None
    assert p(4, 4) == pytest.approx(2 / 70)
    # Of three groups, three tests are made, each of which may err.
    assert p(4, 4, 4) is None
    assert p(5, 5, 5) == pytest.approx(3 * 2 / 252)


def test_pairs_by_seed_are_used_where_there_are_enough_of_them() -> None:
    seeds = [1, 2, 3, 4, 5, 6]
    better = [1.0, 2, 3, 4, 5, 6]
    # The second group in another order: it is the seed that makes a pair.
    found = verdict([better, [6.5, 5.5, 4.5, 3.5, 2.5, 1.5]], [seeds, seeds[::-1]])
    assert found.test.startswith("Wilcoxon")
    assert found.duels[0].p == pytest.approx(2 / 2**6)
    assert (found.duels[0].wins, found.duels[0].losses) == (6, 0)
    assert verdict([better[:5], better[:5]], [seeds[:5], seeds[:5]]).test.startswith("Mann")
    assert verdict([better, better], [seeds, [*seeds[:5], 7]]).test.startswith("Mann")
    assert verdict([better, better], [[1] * 6, [1] * 6]).test.startswith("Mann")


def three(paired: bool) -> tuple[list[list[float]], Verdict]:
    groups = [
        [1.0, 5, 2, 6, 3, 9, 20],
        [2.5, 6.51, 4.02, 7.03, 8.04, 11.05, 30.06],
        [9.53, 12.1, 5.57, 14.2, 15.4, 13.7, 17.9],
    ]
    seeds = [list(range(7)), list(range(7)) if paired else list(range(10, 17)), list(range(7))]
    return groups, verdict(groups, seeds)


@pytest.mark.parametrize("paired", [True, False])
def test_more_groups_are_tested_together_and_then_in_twos_after_holm(paired: bool) -> None:
    groups, found = three(paired)
    assert found.overall_test == ("Friedman test" if paired else "Kruskal–Wallis test")
    assert found.p == pytest.approx((stats.friedmanchisquare if paired else stats.kruskal)(*groups).pvalue)
    raw = [
        (stats.wilcoxon if paired else stats.mannwhitneyu)(one, other, method="exact").pvalue
        for one, other in combinations(groups, 2)
    ]
    order = sorted(range(3), key=raw.__getitem__)
    expected, reached = [0.0] * 3, 0.0
    for done, place in enumerate(order):
        reached = max(reached, min(1.0, raw[place] * (3 - done)))
        expected[place] = reached
    assert [duel.p for duel in found.duels] == pytest.approx(expected)
    assert [(duel.first, duel.second) for duel in found.duels] == [(0, 1), (0, 2), (1, 2)]
    assert all(duel.wins + duel.ties + duel.losses == (7 if paired else 49) for duel in found.duels)


def test_groups_that_are_all_alike_are_told_to_be() -> None:
    assert verdict([[1.0] * 4] * 3, [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]]).p == 1.0
