"""Whole runs that end with their budget of hours, here on this machine."""

from __future__ import annotations

import json

import pytest
from forked_commands import Omniopt
from local_runs import Local, config

from worker.store import replay
from worker.trial import Status


def test_a_local_run_ends_before_its_workers_have_had_more(local: Local, omniopt: Omniopt) -> None:
    start = config(
        local.workdir, objective="sleep 0.3; echo RESULT: ($x)", budget="0.004 core-hours", cpus=1,
        max_evals=500,
    )  # fmt: skip
    done = omniopt("start", start, "--local")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The budget of 0.004 core-hours pays for no more evaluations." in done.stdout
    assert "resume pear --budget '0.008 core-hours'" in done.stdout
    state = replay.load(local.paths)
    # On a machine that is busy with something else, workers take longer to leave than is planned for.
    assert 0 < state.hours(9e9).core <= 0.004 + len(state.agents) * 0.5 / 3600
    assert not state.allocations.open
    told = json.loads(omniopt("status", "pear", "--json").stdout)
    assert told["allocated"]["core_hours"] == pytest.approx(state.hours(9e9).core)
    assert told["budget"] == "0.004 core-hours"
    assert "of the budget of 0.004 core-hours" in omniopt("status", "pear").stdout
    again = omniopt("resume", "pear", "--budget", "0.000001 node-hours")
    assert again.returncode == 2
    assert "The budget of 0.000001 node-hours is used up" in again.stderr
    more = omniopt("resume", "pear", "--budget", "1 core-hour", "--max-evals", str(len(state.trials) + 2))
    assert more.returncode == 0, more.stdout + more.stderr
    assert "evaluations are done." in more.stdout


def test_an_evaluation_that_does_not_fit_is_ended(local: Local, omniopt: Omniopt) -> None:
    start = config(
        local.workdir, objective="sleep 60; echo RESULT: ($x)", budget="0.005 core-hours", cpus=1, workers=1
    )
    done = omniopt("start", start, "--local")
    assert done.returncode == 1, done.stdout + done.stderr
    state = replay.load(local.paths)
    assert state.ended is not None and state.ended.over == "hours"
    assert state.hours(9e9).core <= 0.005
    [trial] = state.trials.values()
    assert (trial.status, trial.reason) == (Status.CANCELLED, "The budget of the run was used up.")
