"""All runs in a browser: what the page is told, what it is not, and that nothing is touched for it."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import time
from pathlib import Path
from typing import Any

import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_runs import START, a_run, a_trial, records_of, some_trials, write_run

from worker.cli.run_lookup import runs
from worker.report.live import overview
from worker.report.live.listing import Listing
from worker.report.live.overview import Overview
from worker.report.live.watched import Watched, occupancy
from worker.store.journal import open_epoch
from worker.store.paths import Home, RunPaths
from worker.store.records import encode
from worker.trial import Status


def watching(workdir: Path) -> Overview:
    """The overview of the runs in a workdir."""
    return Overview(lambda: runs(Home.in_workdir(workdir)))


def told(watched: Overview) -> dict[str, dict[str, Any]]:
    """What the page is told of each run."""
    return {run["name"]: run for run in json.loads(watched.news())["runs"]}


def contents(folder: Path) -> dict[str, tuple[int, int]]:
    """All files below a folder with their sizes and times, and folders with their times."""
    return {
        str(path): (path.stat().st_size if path.is_file() else 0, path.stat().st_mtime_ns)
        for path in [folder, *folder.rglob("*")]
    }


def test_counts_best_and_curve_are_those_of_the_evaluations(workdir: Path) -> None:
    trials = some_trials()
    write_run(workdir, a_run(), trials)
    run = told(watching(workdir))["first"]
    losses = [trial.loss for trial in trials if trial.loss is not None]
    assert (run["done"], run["failed"], run["running"]) == (29, 1, 0)
    assert run["best"] == {"text": repr(min(losses)), "short": "-0.5", "trial": 12}
    best = pandas.Series([trial.loss for trial in trials], range(1, 31)).cummin().dropna()
    assert dict(map(tuple, run["curve"])) == {**best[best.diff() != 0].to_dict(), 30: min(losses)}
    assert (run["state"], run["why"]) == ("ended", "All evaluations are done.")


def test_nothing_is_written_or_touched_even_where_a_driver_is_long_dead(workdir: Path) -> None:
    write_run(workdir, a_run(), some_trials())
    dead = write_run(workdir, a_run(run__name="dead"), some_trials(), ended=False)
    for path in (dead.journal(1), dead.next_driver(0)):
        if path.exists():
            os.utime(path, (START, START))
    before = contents(workdir)
    watched = watching(workdir)
    told(watched)
    told(watched)
    assert contents(workdir) == before


def test_of_a_silent_driver_elsewhere_nobody_claims_to_know_how_it_is(workdir: Path) -> None:
    paths = write_run(workdir, a_run(), some_trials(), ended=False)
    os.utime(paths.journal(1), (START, START))
    run = told(watching(workdir))["first"]
    assert run["state"] == "unknown"
    assert "n0 has not been heard of for" in run["why"]
    assert "evaluations" not in run  # what runs there, if anything
    assert run["done"] == 29


def test_what_is_added_is_seen_and_a_run_that_cannot_be_read_hides_no_other(
    workdir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overview, "_LIST_EVERY", 0.0)
    write_run(workdir, a_run(), some_trials())
    watched = watching(workdir)
    assert list(told(watched)) == ["first"]
    broken = write_run(workdir, a_run(run__name="broken"), some_trials())
    broken.config.write_text("[run\n")
    found = told(watched)
    assert found["broken"]["state"] == "unknown"
    assert "cannot be read" in found["broken"]["why"]
    assert found["first"]["state"] == "ended"
    assert found["first"]["report"] == "run/0/"


def test_runs_are_read_a_few_at_a_time_and_those_that_are_not_yet_are_said_to_be(
    workdir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        write_run(workdir, a_run(run__name=f"r{number}"), some_trials()[:2])
    watched = watching(workdir)
    with monkeypatch.context() as patch:
        patch.setattr(overview, "_AT_ONCE", -1.0)  # no time at all
        assert {run["state"] for run in told(watched).values()} == {"being read"}
    assert {run["state"] for run in told(watched).values()} == {"ended"}


def test_a_run_that_is_over_is_not_read_again_for_a_while(
    workdir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_run(workdir, a_run(), some_trials())
    looked: list[RunPaths] = []
    plain = Watched.look

    def counting(self: Watched, workers: bool = False) -> None:
        looked.append(self.paths)
        plain(self, workers)

    monkeypatch.setattr(Watched, "look", counting)
    watched = watching(workdir)
    for _ in range(5):
        told(watched)
    assert len(looked) == 1


def test_where_nothing_was_added_no_file_is_opened_and_what_is_added_is_seen(
    workdir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trials = some_trials()
    paths = write_run(workdir, a_run(), trials[:20], ended=False)
    watched = Watched(paths)
    watched.look()
    with monkeypatch.context() as patch:
        for name in ("open", "listdir", "scandir"):
            patch.delattr(os, name)
        watched.look()
    assert watched.line.startswith("running: 19 of")
    with paths.journal(1).open("ab") as file:
        file.write(b"".join(map(encode, records_of(trials[20]))))
    watched.look()
    assert watched.line.startswith("running: 20 of")
    _, journal = open_epoch(paths)  # another driver, which ends it
    driver = {"host": "n0", "pid": 1, "pid_start": "1", "version": "0", "seed": 42}
    journal.append(encode({"kind": "driver", "epoch": 2, "at": START, **driver}))
    journal.append(encode({"kind": "ended", "reason": "Enough.", "exit_code": 0, "at": START}))
    journal.close()
    watched.look()
    assert watched.line.startswith("ended: 20 of")


def test_another_run_in_the_same_place_is_read_from_its_beginning(workdir: Path) -> None:
    paths = write_run(workdir, a_run(), some_trials())
    watched = Watched(paths)
    watched.look()
    paths.root.rename(paths.root.with_name("first.1"))
    watched.look()
    assert "There is no run" in watched.as_json()["why"]
    assert watched.as_json()["done"] == 29  # what stands there is from before
    write_run(workdir, a_run(), some_trials()[:3])
    watched.look()
    assert (watched.as_json()["done"], watched.as_json()["why"]) == (3, "All evaluations are done.")


def test_a_thousand_runs_that_are_over_keep_no_file_open(workdir: Path) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    watched = [Watched(write_run(workdir, a_run(run__name=f"r{number}"), [])) for number in range(5)]
    for one in watched:
        one.look()
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_the_folder_of_all_runs_is_listed_again_only_where_it_has_changed(
    workdir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    write_run(workdir, a_run(), [])
    listed: list[Home] = []

    def find(home: Home) -> list[RunPaths]:
        listed.append(home)
        return runs(home)

    home = Home.in_workdir(workdir)
    found = Listing([home, home], find)
    assert [paths.name for paths in found()] == ["first"]
    for _ in range(10):
        clock[0] += 30
        found()
    asked = len(listed)
    assert asked <= 6  # while it may not have been settled yet, once after that
    write_run(workdir, a_run(run__name="second"), [])
    assert [paths.name for paths in found()] == ["first", "second"]
    assert len(listed) == asked + 2


def test_pages_are_found_by_number_and_nothing_else_is(workdir: Path) -> None:
    write_run(workdir, a_run(), some_trials())
    watched = watching(workdir)
    told(watched)
    report = watched.answer("run/0/")
    assert report is not None
    assert b"first" in report.body
    assert not report.asks
    for path in ("run/1/", "run/-1/", "run/../", "state", "run/0", "../state.json", "run/0/x"):
        assert watched.answer(path) is None


def test_only_the_scripts_of_the_page_may_run(workdir: Path) -> None:
    page = watching(workdir).answer("")
    assert page is not None
    (script,) = re.findall(rb'<script type="module">(.*?)</script>', page.body, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script).digest()).decode()
    assert f"script-src 'sha256-{digest}';" in page.policy
    assert "connect-src 'self'" in page.policy
    assert "'unsafe-inline'" not in page.policy.partition("style-src")[0]


@given(
    st.lists(st.tuples(st.integers(0, 900), st.integers(0, 400), st.booleans()), max_size=8),
    st.integers(1, 8),
    st.integers(0, 800),
)
def test_workers_are_busy_while_they_evaluate(
    spans: list[tuple[int, int, bool]], workers: int, since: int
) -> None:
    now = 1000
    trials = [
        a_trial(
            number,
            {},
            None if runs_still else 1.0,
            Status.RUNNING if runs_still else Status.OK,
            start=float(start),
            end=None if runs_still else float(start + length),
        )
        for number, (start, length, runs_still) in enumerate(spans, 1)
    ]
    begin = max(since, now - 600)
    seconds = sum(
        start <= second < (now if still else start + length)
        for start, length, still in spans
        for second in range(begin, now)
    )
    assert occupancy(trials, workers, now, since) == pytest.approx(
        min(1.0, seconds / workers / (now - begin))
    )


def test_a_driver_that_has_just_begun_says_nothing_about_how_busy_workers_are() -> None:
    assert occupancy([], 3, 1000.0, 999.9) is None


def test_a_line_for_the_terminal_says_how_far_a_run_is(workdir: Path) -> None:
    watched = Watched(write_run(workdir, a_run(search__max_evals=40), some_trials()))
    assert watched.line == "being read"
    watched.look()
    assert watched.line == "ended: 29 of 40, 1 failed, best -0.5"
