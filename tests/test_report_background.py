"""The report of a run that is being driven: kept fresh where somebody has made one, and not made where nobody has."""

from __future__ import annotations

import time
from pathlib import Path

from report_runs import a_run, a_trial, write_run

from worker.report.background import FreshReport
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


def test_a_report_that_is_there_is_rewritten_every_minute_and_at_the_end(workdir: Path) -> None:
    paths = a_report(workdir)
    paths.report.write_text("old")
    fresh = FreshReport(paths, 1000.0)
    fresh.update(1059.0)
    assert paths.report.read_text() == "old"
    fresh.update(1061.0)
    assert "RESULT -3.25" in wait_for_change(paths.report, "old")
    paths.report.write_text("old")
    fresh.close()
    assert "RESULT -3.25" in wait_for_change(paths.report, "old")


def test_nobody_who_has_no_report_pays_for_one(workdir: Path) -> None:
    paths = a_report(workdir)
    fresh = FreshReport(paths, 1000.0)
    fresh.update(2000.0)
    fresh.close()
    assert not paths.report.exists()
