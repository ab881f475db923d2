"""The report of a run that is being driven: written every minute and at the end, and not for a run that is shorter."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from report_runs import a_run, a_trial, write_run

from worker.report.pages.refresh import FreshReport
from worker.store.paths import RunPaths


def wait_for_change(path: Path, before: str) -> str:
    """The content of a file once it is another than `before`."""
    deadline = time.monotonic() + 60
    while (text := path.read_text()) == before and time.monotonic() < deadline:
        time.sleep(0.05)
    return text


def a_report(workdir: Path) -> RunPaths:
    """The folder of a run with one evaluation."""
    return write_run(workdir, a_run(), [a_trial(1, {"lr": 0.5, "kind": "a"}, -3.25)])


def children() -> set[str]:
    """The processes that this one has begun and not yet waited for."""
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())


@pytest.fixture
def writers() -> Callable[[], set[str]]:
    """The processes that the test has begun and not yet waited for; fixtures of a wider scope have others."""
    before = children()
    return lambda: children() - before


def idle(fresh: FreshReport, at: float, writers: Callable[[], set[str]]) -> bool:
    """Whether nobody writes any more, which is only noticed by updating."""
    fresh.update(at)
    return not writers()


def wait_until(condition: Callable[[], bool]) -> None:
    """Return once the condition holds."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_report_is_written_every_minute_and_at_the_end(
    workdir: Path, writers: Callable[[], set[str]]
) -> None:
    paths = a_report(workdir)
    fresh = FreshReport(paths, 1000.0)
    fresh.update(1059.0)
    assert not paths.report.exists()
    fresh.update(1061.0)
    wait_until(paths.report.exists)
    paths.report.write_text("old")
    wait_until(lambda: idle(fresh, 1062.0, writers))
    paths.report.write_text("old")
    fresh.update(1120.0)
    assert not writers()
    fresh.update(1122.0)
    assert "RESULT -3.25" in wait_for_change(paths.report, "old")
    paths.report.write_text("old")
    fresh.close()
    assert "RESULT -3.25" in wait_for_change(paths.report, "old")


def test_in_a_job_the_last_report_is_there_before_the_job_ends(
    workdir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = a_report(workdir)
    paths.report.write_text("old")
    monkeypatch.setenv("SLURM_JOB_ID", "7")
    FreshReport(paths, 1000.0).close()
    assert "RESULT -3.25" in paths.report.read_text()


def test_a_run_that_is_over_within_a_minute_has_no_report_unless_somebody_asks(workdir: Path) -> None:
    paths = a_report(workdir)
    fresh = FreshReport(paths, 1000.0)
    fresh.update(1030.0)
    fresh.close()
    assert not paths.report.exists()


def test_a_report_that_takes_long_is_written_more_rarely(
    workdir: Path, writers: Callable[[], set[str]]
) -> None:
    paths = a_report(workdir)
    fresh = FreshReport(paths, 1000.0)
    fresh.update(1060.0)
    wait_until(paths.report.exists)
    paths.report.write_text("old")
    # It was seen to end half a minute after it began, so the next one begins after five minutes.
    wait_until(lambda: idle(fresh, 1090.0, writers))
    fresh.update(1359.0)
    assert not writers()
    fresh.update(1361.0)
    assert "RESULT -3.25" in wait_for_change(paths.report, "old")
    fresh.close()


def test_a_machine_that_has_no_process_left_keeps_the_older_report(
    workdir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = a_report(workdir)
    paths.report.write_text("old")
    monkeypatch.setenv("PATH", "")
    fresh = FreshReport(paths, 1000.0)
    fresh.update(1061.0)
    fresh.close()
    assert paths.report.read_text() == "old"
