"""Points that are evaluated several times: what their mean is, when it counts, and which are not worth more than one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from random import Random

import pytest
from json_records import LOSSES, plain_assign
from report_runs import a_run, a_trial

from worker.driver.assignments import Assignments
from worker.driver.limits import Limits
from worker.driver.proposer import Proposer
from worker.driver.repeats import DISTANCE, FREEDOM, Repeats
from worker.pooled import Pooled, points_of
from worker.progress.tally import Over, Tally
from worker.spec.run import Run
from worker.store.journal_records import NotRepeated, Proposed
from worker.trial import IMPORTED, Status, Trial

VALUES = {"lr": 0.5, "kind": "a"}


def evaluation(number: int, point: int, repeat: int, loss: float | None, **more: object) -> Trial:
    """One of those of a point; without a loss it has failed."""
    status = more.pop("status", Status.OK if loss is not None else Status.FAILED)
    assert isinstance(status, Status)
    place = 0 if repeat == 1 else point
    return a_trial(number, VALUES, loss, status, point=place, repeat=repeat, **more)  # type: ignore[arg-type]


def a_point(number: int, losses: Sequence[float | None]) -> list[Trial]:
    return [
        evaluation(number if repeat == 1 else 1000 + 10 * number + repeat, number, repeat, loss)
        for repeat, loss in enumerate(losses, 1)
    ]


def board_of(run: Run, trials: list[Trial]) -> Repeats:
    return Repeats(run, 1, trials, Tally(trials, run.rank, run.repeats))


def only(trials: list[Trial], repeats: int = 3) -> Trial:
    [point] = points_of(trials, repeats)
    return point


def test_the_mean_counts_once_all_are_there() -> None:
    trials = a_point(1, [1.0, 2.0, 6.0])
    assert only(trials[:2]).status is Status.RUNNING
    assert only(trials[:2]).loss is None
    point = only(trials)
    assert isinstance(point, Pooled)
    assert (point.status, point.loss, point.number) == (Status.OK, 3.0, 1)
    assert point.deviation == pytest.approx(math.sqrt(7))
    assert (point.start, point.end) == (trials[0].start, trials[2].end)


def test_outputs_are_means_of_those_that_all_have_printed() -> None:
    trials = a_point(1, [1.0, 2.0, 6.0])
    for trial, outputs in zip(trials, [{"a": 1.0, "b": 1.0}, {"a": 2.0}, {"a": 6.0}], strict=True):
        trial.outputs = outputs
    assert only(trials).outputs == {"a": 3.0}


@pytest.mark.parametrize(
    ("losses", "status", "loss"),
    [
        ([1.0, None, 3.0], Status.OK, 2.0),
        ([1.0, None, None], Status.FAILED, None),
        ([1.0, None], Status.OK, 1.0),
        ([1.0, None, None, 2.0, None], Status.FAILED, None),
        ([1.0, None, 2.0, 3.0, None], Status.OK, 2.0),
    ],
)
def test_it_counts_where_at_least_half_succeeded(
    losses: list[float | None], status: Status, loss: float | None
) -> None:
    point = only(a_point(1, losses), len(losses))
    assert (point.status, point.loss) == (status, loss)
    if status is Status.FAILED:
        assert point.reason.startswith(f"1 of {len(losses)} " if len(losses) == 3 else "2 of 5 ")


@pytest.mark.parametrize("status", [Status.FAILED, Status.INFEASIBLE, Status.STOPPED_EARLY, Status.TIMEOUT])
def test_what_the_first_one_ends_without_a_result_is_not_repeated(status: Status) -> None:
    first = evaluation(1, 1, 1, 2.0 if status is Status.STOPPED_EARLY else None, status=status)
    assert only([first]).status is status
    assert only([first]).loss == first.loss
    assert proposals(board_of(a_run(search__repeats=3), [first])) == []


def test_those_that_run_again_make_the_point_run_again() -> None:
    trials = a_point(1, [1.0, 2.0, None])
    trials[2].status, trials[2].loss = Status.PROPOSED, None
    assert only(trials).status is Status.PROPOSED


def test_of_two_trials_for_the_same_the_first_counts() -> None:
    trials = a_point(1, [1.0, 2.0, 6.0])
    late = replace(trials[1], number=5000, loss=99.0)
    assert only([*trials, late]).loss == only([late, *trials]).loss == 3.0


def proposals(repeats: Repeats) -> list[tuple[int, int]]:
    """The points and numbers of the repeats that are proposed."""
    assignments = Assignments(1, plain_assign, LOSSES)
    repeats.propose(Proposer(a_run(search__repeats=3), 1, [], 7000), assignments, 0.0)
    records = assignments.take().records
    assert all(isinstance(record, Proposed) for record in records)
    return [(record.point, record.repeat) for record in records]  # type: ignore[union-attr,misc]


def test_only_what_is_lacking_is_proposed() -> None:
    run = a_run(search__repeats=3)
    trials = a_point(1, [1.0, 2.0, 3.0])
    running = evaluation(2, 2, 1, None, status=Status.RUNNING)
    imported = evaluation(3, 3, 1, 1.0, agent=IMPORTED)
    repeats = board_of(run, [trials[0], trials[2], running, imported])
    assert proposals(repeats) == [(1, 2)], "a driver that was killed had got so far"
    assert proposals(repeats) == []
    assert repeats.in_hand == {1, 2}
    assert repeats.coming == 3
    repeats.note(trials[1])
    assert (repeats.in_hand, repeats.done) == ({2}, 1)


def scattered(points: int, repeats: int = 3) -> list[Trial]:
    """Points whose results have a standard deviation of about 1, the best with a mean of 0."""
    noise = [-1.0, 1.0, *([0.0] * (repeats - 2))]
    return [
        trial for number in range(points) for trial in a_point(number + 1, [5.0 * number + e for e in noise])
    ]


@pytest.mark.parametrize("direction", ["min", "max"])
def test_what_cannot_be_the_best_is_not_repeated(direction: str) -> None:
    sign = 1 if direction == "min" else -1
    run = a_run(search__repeats=3, search__direction=direction)
    known = scattered(FREEDOM // 2)
    for trial in known:
        trial.loss = None if trial.loss is None else sign * trial.loss
    close = evaluation(500, 500, 1, sign * (DISTANCE - 0.1))
    far = evaluation(501, 501, 1, sign * (DISTANCE + 0.1))
    repeats = board_of(run, [*known, close, far])
    assert proposals(repeats) == [(500, 2), (500, 3)]
    [record] = repeats.take()
    assert isinstance(record, NotRepeated)
    assert (record.trial, record.attempt) == (501, 1)
    assert "evaluation 1 by more than 6 times" in record.reason
    far.alone = record.reason
    repeats.note(far)
    assert repeats.done == FREEDOM // 2 + 1
    assert proposals(repeats) == []


def test_nothing_is_hopeless_before_the_noise_is_known() -> None:
    far = evaluation(501, 501, 1, 1e9)
    repeats = board_of(a_run(search__repeats=3), [*scattered(FREEDOM // 2 - 1), far])
    assert proposals(repeats) == [(501, 2), (501, 3)]


def test_what_has_several_results_is_repeated_in_any_case() -> None:
    far = evaluation(501, 501, 1, 50.0, outputs={"RESULT1": 30.0, "RESULT2": 40.0})
    repeats = board_of(a_run(search__repeats=3), [*scattered(FREEDOM), far])
    assert proposals(repeats) == [(501, 2), (501, 3)]


@pytest.mark.parametrize("repeats", [2, 3, 5])
@pytest.mark.parametrize("seed", range(50))
def test_as_good_a_point_as_the_best_is_not_taken_for_hopeless(repeats: int, seed: int) -> None:
    """Of noise that has a normal distribution."""
    random = Random(seed)
    known = [
        trial
        for number in range(1, FREEDOM + 2)
        for trial in a_point(number, [random.gauss(0, 1) for _ in range(repeats)])
    ]
    one = evaluation(501, 501, 1, random.gauss(0, 1))
    board = board_of(a_run(search__repeats=repeats), [*known, one])
    assert len(proposals(board)) == repeats - 1


def test_workers_are_kept_for_what_is_to_be_confirmed() -> None:
    run = a_run(search__confirm="best=2, times=3")
    trials = [evaluation(number, number, 1, float(number)) for number in (1, 2, 3)]
    assert board_of(run, trials).coming == 6
    trials += [evaluation(10 + repeat, 1, repeat, 1.0) for repeat in (2, 3, 4)]
    assert board_of(run, trials).coming == 3


def test_the_best_points_are_to_be_confirmed() -> None:
    run = a_run(search__confirm="best=2, times=2")
    trials = [evaluation(number, number, 1, 9.0 - number) for number in (1, 2, 3)]
    board, assignments = board_of(run, trials), Assignments(1, plain_assign, LOSSES)
    assert board.unconfirmed
    board.confirm(Proposer(run, 1, [], 7000), assignments, 0.0)
    wanted = [(record.point, record.repeat) for record in assignments.take().records]  # type: ignore[union-attr]
    assert wanted == [(3, 2), (3, 3), (2, 2), (2, 3)]
    for place, (point, repeat) in enumerate(wanted):
        assert board.unconfirmed
        board.note(evaluation(20 + place, point or 0, repeat or 0, None if place else 1.0))
    assert not board.unconfirmed, "whatever came of them"


def test_limits_count_points() -> None:
    limits = Limits(2, 10, 1000.0, target=2.0, patience=0)
    tally = Tally(repeats=3)
    for trial in a_point(1, [1.0, 2.0, 6.0]):
        tally.note(trial)
        assert limits.over(tally, 0) is None, "a single result is no mean"
    assert (tally.done, tally.ok) == (1, 3)
    assert tally.best is not None
    assert (tally.best.number, tally.best.loss) == (1, 3.0)
    for trial in a_point(2, [1.0, 2.0, 3.0]):
        tally.note(trial)
    assert (tally.best.number, tally.best.loss, tally.done) == (2, 2.0, 2)
    assert limits.over(tally, 0) is Over.BUDGET


def test_the_best_is_looked_for_anew_where_its_mean_has_changed() -> None:
    tally = Tally(repeats=2)
    for trial in [*a_point(1, [1.0, None]), *a_point(2, [2.0, 2.0])]:
        tally.note(trial)
    assert tally.best is not None
    assert tally.best.number == 1
    tally.note(evaluation(1012, 1, 2, 9.0))  # it was evaluated again
    assert (tally.best.number, tally.best.loss) == (2, 2.0)


def test_the_search_is_told_the_mean() -> None:
    class Told(Proposer):
        def __init__(self, trials: list[Trial]) -> None:
            super().__init__(a_run(search__repeats=2), 1, trials, 3000)

        @property
        def told(self) -> dict[int, float]:
            history = self._searcher._history  # type: ignore[attr-defined]
            return dict(zip(history.numbers, history.losses, strict=True))

    trials = a_point(1, [1.0, 3.0])
    assert Told(trials).told == {1: 2.0}
    proposer = Told(trials[:1])
    assert proposer.told == {1: math.inf}
    proposer.note(trials[1])
    assert proposer.told == {1: 2.0}
