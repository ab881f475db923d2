"""Following a run that another process drives, to its end or that of its driver."""

from __future__ import annotations

import signal
import time

import pytest
from local_runs import Local, X, ended, until
from noted_runs import begin

from worker.cli.commands import follow
from worker.spec.check import check
from worker.spec.run import Draft
from worker.store.claim import Claim, claim, introduction
from worker.store.journal import open_epoch
from worker.store.journal_records import JOURNAL
from worker.store.paths import Home, RunPaths
from worker.store.records import encode
from worker.store.run_folder import create


def test_follow_shows_a_run_that_another_process_drives(local: Local) -> None:
    begin(local, 0.4, max_evals=8)
    code, output = ended(local.spawn("follow", "pear"))
    assert code == 0, output
    assert "new best RESULT" in output
    assert "All 8 evaluations are done." in output


def test_follow_says_that_the_driver_has_died(local: Local) -> None:
    process = begin(local, 30)
    follower = local.spawn("follow", "pear")
    process.kill()
    process.wait()
    code, output = ended(follower)
    assert code == 4
    assert "To continue:\n" in output
    assert "omniopt/omniopt' resume pear\n" in output


def test_follow_waits_for_a_driver_that_has_begun_and_said_nothing_yet(local: Local) -> None:
    run = check(Draft({"run.name": "pear", "run.objective": "true ($x)"}, (X,))).run
    assert run is not None
    _, journal = open_epoch(create(Home.in_workdir(local.workdir), run))
    shown = local.workdir / "shown"
    follower = local.spawn("follow", "pear", output=shown)
    until(lambda: "0 of" in shown.read_text())
    assert follower.poll() is None
    last = {"kind": "ended", "exit_code": 0, "reason": "It is over.", "at": time.time()}
    journal.append(JOURNAL.encode(introduction(1, 1, "local", local.workdir)), encode(last))
    journal.close()
    assert follower.wait(timeout=60) == 0
    assert "It is over." in shown.read_text()


def test_a_driver_whose_first_word_comes_while_follow_looks_is_not_gone(
    local: Local, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = check(Draft({"run.name": "pear", "run.objective": "true ($x)"}, (X,))).run
    assert run is not None
    paths = create(Home.in_workdir(local.workdir), run)
    _, journal = open_epoch(paths)

    def look(paths: RunPaths) -> Claim:
        found = claim(paths)
        journal.append(JOURNAL.encode(introduction(1, 1, "local", local.workdir)))
        return found

    monkeypatch.setattr(follow, "claim", look)
    drivers = follow._Drivers(paths)
    drivers.notice()
    journal.close()
    assert not drivers.gone


def test_ctrl_c_leaves_follow_and_not_the_run(local: Local) -> None:
    process = begin(local, 0.5, max_evals=8)
    follower = local.spawn("follow", "pear")
    until(lambda: local.count("ok") >= 2)
    follower.send_signal(signal.SIGINT)
    ended(follower)
    assert ended(process)[0] == 0
