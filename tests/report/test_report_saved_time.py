"""How much time early stopping is said to have saved."""

from __future__ import annotations

import pytest
from report_runs import a_trial

from worker.report.data.saved_time import saved
from worker.trial import Status, Trial


def complete(number: int, lines: int) -> Trial:
    curve = tuple((2.0 * line, 1.0) for line in range(1, lines + 1))
    return a_trial(number, {}, 1.0, curve=curve)


def stopped(number: int, lines: int, each: float = 2.0, linger: float = 0.0) -> Trial:
    curve = tuple((each * line, 9.0) for line in range(1, lines + 1))
    return a_trial(number, {}, 9.0, Status.STOPPED_EARLY, curve=curve, seconds=each * lines + linger)


def test_each_goes_on_at_its_own_pace_to_the_usual_number_of_lines() -> None:
    trials = [
        complete(1, 10),
        complete(2, 10),
        complete(3, 99),
        stopped(4, 4),
        stopped(5, 2, each=3, linger=1),
    ]
    found = saved(trials)
    assert found.stopped == 2
    assert found.seconds == pytest.approx((20 - 8) + (30 - 7))
    assert found.sentence == "2 evaluations stopped early, which saved about 35 s of evaluations"


def test_what_cannot_be_estimated_is_not_claimed() -> None:
    assert saved([complete(1, 10)]).sentence == ""
    assert saved([stopped(1, 3)]).sentence == "1 evaluation stopped early"
    assert saved([complete(1, 10), stopped(2, 30)]).seconds == 0.0  # further than others go
    assert saved([complete(1, 10), stopped(2, 0)]).seconds == 0.0
