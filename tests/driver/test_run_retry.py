"""An evaluation that is to be made again is not ended by what its earlier attempts have brought."""

from __future__ import annotations

import pytest
from json_records import LOSSES, plain_assign, said

from worker.driver.assignments import Assignments
from worker.store.outbox_messages import Heard
from worker.trial import Status, Trial

VALUES = {"x": 1}


def finished(attempt: int, status: str) -> Heard:
    """What an agent has said in its outbox, which every driver reads from its beginning."""
    return said(
        {
            "kind": "finished",
            "trial": 1,
            "attempt": attempt,
            "values": VALUES,
            "status": status,
            "agent": "a",
        }
    )


@pytest.mark.parametrize("after_another_driver", [False, True])
def test_an_old_failure_is_not_taken_for_the_new_outcome(after_another_driver: bool) -> None:
    assignments = Assignments(2, plain_assign, LOSSES)
    assignments.add("a")
    assignments.reopen(Trial(1, VALUES, Status.FAILED, attempt=1), 0.0)
    if after_another_driver:
        assignments = Assignments(3, plain_assign, LOSSES)
        assignments.restore([Trial(1, VALUES, attempt=1)], {}, {1: 1})
        assignments.add("a")
    assignments.hear("a", finished(1, "failed"), 1.0)
    assert list(assignments.open) == [1]
    assignments.hear("a", said({"kind": "hello", "agent": "a", "epoch": assignments.epoch}), 2.0)
    [agent] = assignments.takers(0)
    assignments.give(agent, 3.0)
    assignments.hear("a", finished(2, "failed"), 4.0)
    assert not assignments.open


def test_an_old_success_that_comes_late_counts() -> None:
    assignments = Assignments(2, plain_assign, LOSSES)
    assignments.add("a")
    assignments.reopen(Trial(1, VALUES, Status.LOST, attempt=1), 0.0)
    assignments.hear("a", finished(1, "ok"), 1.0)
    assert not assignments.open
    assert assignments.done == 1
