"""The rules by which evaluations are stopped early, on curves alone."""

from __future__ import annotations

import random
from collections.abc import Sequence
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_runs import a_run
from scipy.stats import wilcoxon

from worker.driver.early_stopping_rules import Course, Rule, looked_at, rule_of
from worker.report.data.signed_ranks import probability_of_no_worse

RULES = ("median", "asha", "wilcoxon")
VALUES = st.floats(-10, 10).map(lambda value: round(value, 2))
CURVES = st.lists(VALUES, min_size=1, max_size=40)


def a_rule(name: str, after: int = 1, direction: str = "min") -> Rule:
    run = a_run(search__early_stopping=name, search__early_stopping_after=after, search__direction=direction)
    rule = rule_of(run)
    assert rule is not None
    return rule


def end(rule: Rule, number: int, curve: Sequence[float]) -> None:
    """An evaluation comes to its own end; the last line counts."""
    rule.ended(number, Course.of(curve), curve[-1])


def walk(rule: Rule, number: int, curve: Sequence[float]) -> str:
    """An evaluation prints line after line until it is found hopeless, or has ended; why it was stopped, with the line."""
    for line in range(1, len(curve) + 1):
        if why := rule.hopeless(number, Course.of(curve[:line])):
            rule.ended(number, Course.of(curve[:line]), None)
            return f"{line}: {why}"
    end(rule, number, curve)
    return ""


def test_without_early_stopping_there_is_no_rule() -> None:
    assert rule_of(a_run()) is None


def test_what_is_worse_than_the_median_is_stopped() -> None:
    rule = a_rule("median", after=2)
    for number, level in enumerate((1, 2, 3), 1):
        assert walk(rule, number, [level + 9, level + 5, level]) == ""
    assert walk(rule, 4, [20, 7, 1]) == ""  # the median itself is good enough
    said = walk(rule, 5, [20, 9, 1])
    assert said.startswith("2: At line 2, its best RESULT so far was 9")
    assert "the median of 4 others there, 7" in said


def test_the_best_so_far_counts_and_not_the_newest_line() -> None:
    rule = a_rule("median")
    for number in range(1, 6):
        end(rule, number, [5, 4, 3, 2])
    assert walk(rule, 6, [1, 100, 100, 100]) == ""


def test_of_those_at_a_rung_the_best_third_goes_on() -> None:
    rule = a_rule("asha", after=2)
    stopped = [bool(walk(rule, number, [number] * 12)) for number in range(1, 10)]
    assert stopped == [False, *[True] * 8]
    rule = a_rule("asha", after=2)
    assert not any(walk(rule, number, [-number] * 12) for number in range(1, 10))  # each is the best so far


def test_folds_are_compared_in_pairs() -> None:
    rule = a_rule("wilcoxon", after=5)
    folds = [0.1, 0.5, 0.2, 0.9, 0.3, 0.4, 0.8, 0.6]
    end(rule, 1, [*folds, fmean(folds)])
    said = walk(rule, 2, [fold + 0.05 for fold in folds])
    assert said.startswith("5: Its first 5 folds are worse than those of evaluation 1"), said
    assert "p = 0.031" in said
    apart = (0.5, -0.2, -0.2, -0.1, 0.05, 0.06, -0.05, 0.1)  # worse in the mean, but for a single fold
    mixed = [fold + by for fold, by in zip(folds, apart, strict=True)]
    assert walk(rule, 3, [*mixed, fmean(mixed)]) == ""
    better = [fold - 0.05 for fold in folds]
    assert walk(rule, 4, [*better, fmean(better)]) == ""
    assert "of evaluation 4" in walk(rule, 5, folds)


def test_a_result_that_was_taken_back_is_no_measure_any_more() -> None:
    for name in RULES:
        rule = a_rule(name)
        for number in range(1, 9):
            end(rule, number, [0.1 * line - number for line in range(1, 13)])
        assert walk(rule, 20, [9 + line for line in range(12)])
        for number in (*range(1, 9), 20):
            rule.forget(number)
        assert rule.hopeless(21, Course.of([99.0] * 8)) == ""


def test_the_larger_is_the_better_where_the_run_says_so() -> None:
    rule = a_rule("median", direction="max")
    for number in range(1, 6):
        end(rule, number, [-0.5, -0.6, -0.7])
    assert "was 0.2, worse than the median of 5 others there, 0.5." in rule.hopeless(6, Course.of([-0.2]))


@given(st.lists(CURVES, min_size=1, max_size=12), st.sampled_from(RULES), st.integers(1, 5))
def test_the_best_of_all_is_never_stopped_nor_one_before_its_time(
    curves: list[list[float]], name: str, after: int
) -> None:
    rule, length = a_rule(name, after), max(map(len, curves))
    stopped: dict[int, int] = {}
    for number, curve in enumerate(curves, 1):
        if said := walk(rule, number, curve):
            stopped[number] = int(said.partition(":")[0])
    for number, line in stopped.items():
        assert after <= line < length
        if name == "wilcoxon":
            earlier = [curves[other - 1][: stopped.get(other)] for other in range(1, number)]
            own = curves[number - 1][:line]
            assert any(fmean(own) > fmean(other[:line]) for other in earlier if len(other) > line)
        else:
            assert any(
                min(curves[other - 1][:at]) < min(curves[number - 1][:at])
                for at in range(after, line + 1)
                for other in range(1, number)
                if len(curves[other - 1]) >= at
            )


def test_who_goes_further_than_all_others_may_be_at_its_last_line() -> None:
    rule = a_rule("asha")
    assert walk(rule, 1, [-1.0]) == ""
    assert walk(rule, 2, [0.0, 0.0]) == ""
    assert walk(rule, 3, [0.0, 0.0]).startswith("1:")


@given(st.lists(VALUES, min_size=1, max_size=30), st.sampled_from(RULES))
def test_programs_that_print_once_are_untouched(results: list[float], name: str) -> None:
    rule = a_rule(name)
    assert not any(walk(rule, number, [result]) for number, result in enumerate(results, 1))


@given(st.lists(CURVES, min_size=4, max_size=12), CURVES, st.floats(0, 5), st.sampled_from(RULES))
def test_who_does_better_is_not_stopped_sooner(
    others: list[list[float]], curve: list[float], better_by: float, name: str
) -> None:
    lines = []
    for shift in (0.0, better_by):
        rule = a_rule(name)
        for number, other in enumerate(others, 1):
            end(rule, number, other)
        said = walk(rule, 100, [value - shift for value in curve])
        lines.append(int(said.partition(":")[0]) if said else 10_000)
    assert lines[0] <= lines[1]


@given(CURVES, st.lists(st.integers(1, 9), min_size=1, max_size=40))
def test_a_course_is_the_same_however_its_lines_arrive(curve: list[float], sizes: list[int]) -> None:
    course, at = Course(), 0
    for size in sizes:
        part = curve[at : at + size]
        at += len(part)
        if part:
            course.take(at, part, min(curve[:at]))
            course.take(at, part, min(curve[:at]))  # read once more
    assert course == Course.of(curve[:at])


def test_what_is_not_known_speaks_for_an_evaluation() -> None:
    course = Course()
    course.take(2, [9.0, 8.0], 8.0)
    course.take(20, [7.0], 3.0)  # of the lines between, 3 was the best
    assert (course.steps, course.best, course.best_at(20), course.best_at(10)) == (20, 3.0, 3.0, 3.0)
    assert course.best_at(2) == 8.0
    assert course.folds == [9.0, 8.0]


def test_few_steps_of_long_curves_are_looked_at() -> None:
    steps = [step for step in range(1, 10_001) if looked_at(step) == step]
    assert steps[:32] == list(range(1, 33))
    assert len(steps) < 180
    assert all(looked_at(step) <= step < looked_at(step) * 1.07 + 1 for step in range(1, 10_001))


@pytest.mark.parametrize("count", [1, 2, 5, 12, 40, 90])
def test_the_signed_rank_test_is_that_of_scipy(count: int) -> None:
    draw = random.Random(count)
    differences = [draw.gauss(0.3, 1) for _ in range(count)]
    expected = wilcoxon(
        differences, alternative="greater", method="approx" if count > 50 else "exact", correction=False
    )
    assert probability_of_no_worse(differences) == pytest.approx(expected.pvalue)


def test_differences_of_nothing_and_equal_ones() -> None:
    assert probability_of_no_worse([0.0, 0.0, 0.0]) == 1.0
    # Ranks 1.5 and 1.5 for the zeros, 3.5 and 3.5 for the ones, 5: one of the 8 signs is as large as this.
    assert probability_of_no_worse([0.0, 0.0, 1.0, 1.0, 2.0]) == 1 / 8
    assert probability_of_no_worse([1.0, -1.0]) == 0.75
