"""The runtime of a run counts while at least one worker has begun, and not while all of them wait in a queue."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from local_runs import Local, X
from other_launcher import OtherLauncher

from worker.driver.driver import Driver
from worker.driver.plan import Plan
from worker.driver.restore import restore
from worker.driver.runtime_clock import RuntimeClock
from worker.driver.stop_signals import Signals
from worker.launch.local import LocalLauncher
from worker.progress.events import sentence_of
from worker.progress.tally import Over
from worker.progress.terminal import Lines
from worker.spec.check import check
from worker.spec.run import Draft
from worker.store import replay
from worker.store.journal import open_epoch
from worker.store.journal_records import JOURNAL, Ended, Record, Runtime, Workers
from worker.store.journal_records import Driver as Introduction
from worker.store.paths import Home, RunPaths
from worker.store.run_folder import create

steps = st.lists(st.tuples(st.integers(0, 1000), st.booleans()), min_size=1, max_size=30)


@given(steps, st.integers(0, 1000))
def test_what_counts_is_the_time_with_a_worker(looks: list[tuple[int, bool]], before: int) -> None:
    clock, now, expected, working = RuntimeClock(3, before, 0.0), 0.0, float(before), False
    records = []
    for seconds, works in looks:
        now += seconds
        expected += seconds if working else 0
        working = works
        if record := clock.look(works, now, 5000 + now):
            records.append(record)
        assert clock.seconds == expected
    # The journal says the same: what counted at the last change, and since then if it counts.
    last = records[-1]
    assert last.counts is working
    assert last.seconds + (5000 + now - last.at if last.counts else 0) == expected
    assert all(one.counts is not other.counts for one, other in pairwise(records))


def journal(paths: RunPaths, *records: Record) -> None:
    """The journal of the next driver."""
    _, appender = open_epoch(paths)
    appender.append(*map(JOURNAL.encode, records))


def drives(epoch: int, at: float) -> Introduction:
    return Introduction(epoch=epoch, seed=1, at=at)


def runtime(epoch: int, counts: bool, seconds: float, at: float) -> Runtime:
    return Runtime(epoch=epoch, counts=counts, seconds=seconds, at=at)


def wanted(epoch: int, at: float) -> Workers:
    """Something that the driver has written down at that time."""
    return Workers(epoch=epoch, wanted=2, at=at)


@pytest.fixture
def paths(tmp_path: Path) -> RunPaths:
    made = RunPaths(tmp_path / "pear")
    made.root.mkdir()
    return made


def test_the_next_driver_begins_with_what_counted(paths: RunPaths) -> None:
    journal(paths, drives(1, 100.0), runtime(1, False, 0.0, 100.0), wanted(1, 400.0))
    assert restore(paths, 2).seconds == 0.0
    journal(
        paths, drives(2, 500.0), runtime(2, False, 0.0, 500.0), runtime(2, True, 0.0, 700.0), wanted(2, 710.0)
    )
    assert restore(paths, 3).seconds == 10.0
    journal(
        paths,
        *(drives(3, 800.0), runtime(3, True, 10.0, 800.0), runtime(3, False, 15.0, 805.0)),
        wanted(3, 2000.0),
    )
    assert restore(paths, 4).seconds == 15.0


def test_a_driver_of_before_that_says_nothing_of_it_counts_whole(paths: RunPaths) -> None:
    journal(paths, drives(1, 100.0), wanted(1, 160.0))
    assert restore(paths, 2).seconds == 60.0
    assert replay.load(paths).runtime_ends(100.0) is None


def test_without_the_word_of_a_driver_nothing_counts(paths: RunPaths) -> None:
    journal(paths, wanted(1, 160.0))
    assert restore(paths, 2).seconds == 0.0


def test_a_run_that_is_taken_up_after_its_end_has_all_of_it_again(paths: RunPaths) -> None:
    ended = Ended(epoch=1, exit_code=0, reason="", at=200.0)
    journal(paths, drives(1, 100.0), runtime(1, True, 0.0, 100.0), ended)
    assert restore(paths, 2).seconds == 0.0


def test_when_it_is_over_is_known_while_it_counts(paths: RunPaths) -> None:
    journal(paths, drives(1, 100.0), runtime(1, True, 7.0, 110.0))
    assert replay.load(paths).runtime_ends(60.0) == 163.0
    journal(paths, drives(2, 200.0))
    assert replay.load(paths).runtime_ends(60.0) is None
    journal(paths, drives(3, 300.0), runtime(3, True, 8.0, 300.0), runtime(3, False, 9.0, 301.0))
    assert replay.load(paths).runtime_ends(60.0) is None


def test_people_are_told_when_it_counts() -> None:
    assert sentence_of(runtime(1, False, 0.0, 1.0)) == ""
    assert sentence_of(runtime(1, True, 0.0, 1.0)) == "a worker has begun, so the runtime counts"
    assert "does not count until one begins" in sentence_of(runtime(1, False, 5.0, 1.0))


class Queue(LocalLauncher):
    """Workers that wait longer in a queue than the run may take."""

    begins = 0.0

    def start(self, count: int) -> Sequence[str]:
        return super().start(count) if time.monotonic() >= self.begins else []


def test_a_run_whose_workers_wait_longer_than_its_runtime_has_all_of_it(workdir: Path) -> None:
    local = Local(workdir)
    draft = Draft({"run.name": "pear", "run.objective": "echo RESULT: ($x)", "search.max_evals": 2}, (X,))
    run = check(draft).run
    assert run is not None
    seconds = 6
    run = replace(run, runtime=seconds)
    paths = create(Home.in_workdir(workdir), run)
    queue = Queue(paths, 1, workdir)
    queue.begins = time.monotonic() + 1.1 * seconds
    try:
        with Signals() as signals:
            plan = Plan(run, paths, OtherLauncher(lambda *_: queue), workdir, 42)
            end = Driver(plan, signals).drive(Lines(3600))
    finally:
        local.kill_everything()
    assert end.over is Over.BUDGET
    state = replay.load(paths)
    assert len(state.trials) == 2
    assert state.runtime is not None
    assert state.runtime.seconds < seconds
