"""What jobs have had, as the journals tell: the last word on each counts, in whatever order they are read again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from json_records import journalled

from worker.spec.budget import Budget, Hours
from worker.store.allocations import Allocations
from worker.store.journal_records import JOURNAL, Allocated
from worker.store.replay import Replayed, Replayer


def job(
    agent: str, start: float, end: float | None = None, epoch: int = 1, job: str = "7", cpus: int = 2
) -> Allocated:
    return Allocated(
        epoch=epoch, job=job, agent=agent, nodes=1, cpus=cpus, gpus=0, start=start, end=end, at=start
    )


def told(*records: Allocated) -> Allocations:
    allocations = Allocations()
    for record in records:
        allocations.take(record)
    return allocations


def test_a_job_counts_from_its_start_to_its_end() -> None:
    assert told(job("a", 0), job("a", 0, 3600)).hours(9e9) == Hours(1, 2, 0)
    assert told(job("a", 0)).hours(1800) == Hours(0.5, 1, 0)
    assert told(job("a", 100)).hours(50) == Hours(0, 0, 0)
    assert told().hours(50) == Hours(0, 0, 0)


def test_a_start_or_an_end_that_is_corrected_counts_once() -> None:
    allocations = told(job("a", 60), job("a", 0), job("a", 0, 7200), job("a", 0, 3600))
    assert allocations.hours(9e9) == pytest.approx(Hours(1, 2, 0))
    assert not allocations.open


def test_a_job_that_is_started_anew_has_had_both_times() -> None:
    allocations = told(job("a", 0, 3600), job("a", 7200), job("a", 7200, 9000))
    assert allocations.hours(9e9) == pytest.approx(Hours(1.5, 3, 0))


def test_the_driver_s_own_job_is_one_of_them() -> None:
    allocations = told(job("a", 0, 3600), job("", 0, job="6", cpus=1))
    assert allocations.hours(3600) == Hours(2, 3, 0)
    assert set(allocations.open) == {"6"}


stretches = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 100), st.integers(0, 100), st.integers(1, 8)), max_size=20
)


@given(stretches, st.integers(0, 300))
def test_the_total_is_that_of_all_jobs_however_often_they_are_told(
    jobs: list[tuple[int, int, int, int]], until: int
) -> None:
    known = {name: (start, start + length, cpus) for name, start, length, cpus in jobs}
    records = [
        job(str(name), start, end if end < 150 else None, cpus=cpus)
        for name, (start, end, cpus) in known.items()
    ]
    expected = sum(
        cpus * max(0, (end if end < 150 else until) - start) / 3600 for start, end, cpus in known.values()
    )
    allocations = told(*records, *records)
    assert allocations.hours(until).core == pytest.approx(expected)


def replayed(*records: Allocated) -> Replayed:
    replayer = Replayer()
    for record in records:
        replayer.feed(JOURNAL.decode(JOURNAL.encode(record), record.epoch) or record)
    return replayer.state


def test_workers_that_share_a_machine_have_no_more_than_it() -> None:
    replayer = Replayer()
    for name in "abc":
        replayer.feed(journalled({"kind": "agent", "agent": name, "cpus": 4, "at": 0.0}))
        replayer.feed(job(name, 0, 3600, job=""))
    assert replayer.state.hours(9e9) == Hours(1, 4, 0)
    assert replayed(*(job(name, 0, 3600) for name in "abc")).hours(9e9) == Hours(3, 6, 0)


def test_when_a_budget_is_used_up_at_this_rate_is_known() -> None:
    state = replayed(job("a", 0), job("b", 0), job("c", 0, 3600))
    assert state.budget_ends(Budget(10, "core"), 3600) == 3600 + 3600
    assert state.budget_ends(Budget(5, "node"), 3600) == 3600 + 3600
    assert replayed(job("c", 0, 3600)).budget_ends(Budget(10, "core"), 3600) is None
