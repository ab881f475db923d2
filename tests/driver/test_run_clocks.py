"""Clocks of other machines are wrong by hours, and nobody is misled: only durations count."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest
from crew import AN_HOUR, Crew
from json_records import journalled, said

from worker.driver.restore import unanswered_retries
from worker.launch.slurm.script import AgentJob, agent_script
from worker.spec.check import check
from worker.spec.run import Draft, ParameterDraft
from worker.store import claim
from worker.store.journal import open_epoch
from worker.store.journal_records import JOURNAL, Agent, Driver, Finished
from worker.store.paths import RunPaths
from worker.store.requests import Retry, ask
from worker.trial import Outcome, Status

A_DAY_AND_MORE = 26 * 3600.0
CLOCKS = pytest.mark.parametrize("clock", [-A_DAY_AND_MORE, A_DAY_AND_MORE])


@pytest.fixture
def crew(tmp_path: Path) -> Crew:
    return Crew(tmp_path)


@CLOCKS
def test_a_worker_whose_clock_is_wrong_is_replaced_when_its_time_is_up_and_not_before(
    crew: Crew, clock: float
) -> None:
    crew.begins("a", clock=clock)
    for _ in range(60):
        crew.turn(wanted=1, seconds=50.0)
    assert crew.launcher.asked == []
    while not crew.launcher.asked:
        crew.turn(wanted=1, seconds=10.0)
    assert AN_HOUR - 120 < crew.now < AN_HOUR


@CLOCKS
def test_the_end_of_its_time_is_written_down_by_the_clock_of_the_driver(crew: Crew, clock: float) -> None:
    crew.now = 100.0
    crew.begins("a", clock=clock)
    [record] = [one for one in crew.assignments.take().records if isinstance(one, Agent)]
    assert isinstance(journalled(dict(JOURNAL.as_json(record))), Agent)
    assert (record.at, record.ends_at) == (100.0, AN_HOUR)


def test_what_was_left_of_its_time_when_it_spoke_to_an_earlier_driver_says_nothing(crew: Crew) -> None:
    crew.assignments.add("a")
    old = {
        "kind": "hello",
        "agent": "a",
        "epoch": 0,
        "host": "n",
        "at": 1.0,
        "ends_at": 2.0,
        "time_left": 1.0,
    }
    crew.hear("a", said(old))
    crew.turn(wanted=1, seconds=500.0)
    assert crew.launcher.asked == []


@pytest.mark.parametrize(
    ("ahead", "left"),
    [(-A_DAY_AND_MORE, 7000), (A_DAY_AND_MORE, 7000), (30, 6970), (None, 7200)],
)
def test_the_end_of_a_job_is_reckoned_by_the_clock_of_its_node(
    tmp_path: Path, ahead: float | None, left: int
) -> None:
    """ahead: seconds that the node's clock is before that of Slurm's machine; None where Slurm tells a job nothing."""
    values = {"run.name": "pear", "run.objective": "./p ($x)"}
    run = check(Draft(values, (ParameterDraft("x", "hp.uniform", {"min": 0, "max": 1}),))).run
    assert run is not None
    text = agent_script(run, RunPaths(tmp_path), AgentJob("pear.1", "j1-1", 1, 7200, 1, 300), "echo")
    environment = {**os.environ, "SLURM_ARRAY_TASK_ID": "0"}
    if ahead is not None:
        begun = round(time.time() - ahead)
        environment |= {"SLURM_JOB_START_TIME": f"{begun}", "SLURM_JOB_END_TIME": f"{begun + 7000}"}
    done = subprocess.run(["bash", "-c", text], env=environment, capture_output=True, text=True, check=True)
    words = done.stdout.splitlines()[0].split()
    assert float(words[words.index("--ends-at") + 1]) - time.time() == pytest.approx(left, abs=30)


@CLOCKS
def test_a_driver_elsewhere_is_not_taken_for_dead_by_a_machine_whose_clock_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: float
) -> None:
    paths = RunPaths(tmp_path)
    epoch, journal = open_epoch(paths)
    driver = {"kind": "driver", "epoch": epoch, "host": "elsewhere", "pid": 1, "pid_start": "x", "seed": 1}
    record = journalled({**driver, "at": time.time()})
    journal.append(JOURNAL.encode(record))  # type: ignore[arg-type]
    journal.close()
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + clock)
    assert claim.claim(paths).standing is claim.Standing.SILENT
    past = real() - 2 * claim.SILENT_AFTER
    os.utime(paths.journal(epoch), (past, past))
    assert claim.claim(paths).standing is claim.Standing.DEAD


def test_what_a_person_has_asked_for_is_not_taken_for_old_because_a_worker_was_ahead(tmp_path: Path) -> None:
    paths = RunPaths(tmp_path)
    epoch, journal = open_epoch(paths)
    outcome = Outcome(loss=1.0, end=100.0 + A_DAY_AND_MORE)
    journal.append(
        JOURNAL.encode(Driver(epoch=epoch, seed=1, at=100.0)),
        JOURNAL.encode(
            Finished(
                epoch=epoch,
                trial=1,
                attempt=1,
                status=Status.FAILED,
                outcome=outcome,
                at=100.0 + A_DAY_AND_MORE,
            )
        ),
    )
    journal.close()
    ask(paths, Retry(value=(1,), at=200.0))
    assert unanswered_retries(paths) == (1,)
