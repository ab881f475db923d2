"""What is known of the driver's job: what its script says, and what the queue says of it."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from worker.launch.scheduler import DriverStatus
from worker.launch.slurm import driver_job, driver_status
from worker.launch.slurm.client import Client
from worker.launch.slurm.cluster import Cluster
from worker.store.paths import RunPaths


@pytest.fixture
def paths(tmp_path: Path) -> RunPaths:
    made = RunPaths(tmp_path / "pear")
    made.root.mkdir()
    return made


@pytest.mark.parametrize(
    ("script", "since"),
    [
        (None, -1),
        ("#!/bin/bash\nomniopt drive /run\n", -1),
        ("#!/bin/bash\nomniopt drive /run --since 0\n", 0),
        ("#!/bin/bash\nomniopt drive /run --since 12 --retry 3\n", 12),
    ],
)
def test_a_driver_job_knows_of_the_end_that_its_script_names(
    paths: RunPaths, script: str | None, since: int
) -> None:
    if script is not None:
        driver_job.write_script(paths, "pear.abc.driver", script)
    assert driver_job.since(paths, "pear.abc.driver") == since


@pytest.mark.parametrize(
    ("config", "most"),
    [
        ({"MaxArraySize": "5"}, 5),
        ({"MaxArraySize": "0"}, 1),
        ({"MaxArraySize": "unknown"}, 1001),
        ({}, 1001),
        (None, 1001),
    ],
)
def test_a_cluster_says_how_large_an_array_may_be(config: dict[str, str] | None, most: int) -> None:
    assert Cluster(None, None, None, config).max_array == most


@pytest.mark.parametrize(
    ("config", "has"),
    [
        (None, True),
        ({}, False),
        ({"AccountingStorageType": "(null)"}, False),
        ({"AccountingStorageType": "accounting_storage/none"}, False),
        ({"AccountingStorageType": "accounting_storage/slurmdbd"}, True),
    ],
)
def test_a_cluster_that_says_nothing_may_have_accounts(config: dict[str, str] | None, has: bool) -> None:
    assert Cluster(None, None, None, config).has_accounting is has


ROW = "9|N/A|9|{state}|{node}|N/A|pear.abc.driver|{reason}\n"


def status(paths: RunPaths, out: str, code: int = 0) -> DriverStatus:
    """What is said of a run's driver where squeue answers this."""
    paths.driver_job_name.parent.mkdir(parents=True, exist_ok=True)
    paths.driver_job_name.write_text("pear.abc.driver\n")
    program = paths.root.parent / "squeue"
    program.write_text(f"#!/bin/sh\nprintf %s {shlex.quote(out)}\nexit {code}\n")
    program.chmod(0o755)
    return driver_status.queue_status(Client({"PATH": f"{program.parent}:/usr/bin:/bin"}), paths)


def test_of_a_run_without_a_driver_job_nothing_is_said(paths: RunPaths) -> None:
    assert driver_status.queue_status(Client({"PATH": "/nowhere"}), paths) == DriverStatus()


def test_silence_says_nothing_about_a_driver(paths: RunPaths) -> None:
    found = status(paths, "", 1)
    assert "not known whether its driver is in the queue" in " ".join(found.sentences)
    assert found.comes


def test_a_driver_that_waits_or_begins_comes(paths: RunPaths) -> None:
    waits = status(paths, ROW.format(state="PENDING", node="", reason="Resources"))
    assert waits.comes
    assert waits.problem is None
    assert waits.sentences[0].startswith("Its driver, job 9, is in the queue. ")
    begins = status(paths, ROW.format(state="RUNNING", node="n1", reason="None"))
    assert begins.sentences == ("Its driver, job 9, is starting on n1.",)
    assert begins.comes


def test_a_driver_that_can_never_begin_is_a_problem(paths: RunPaths) -> None:
    found = status(paths, ROW.format(state="PENDING", node="", reason="PartitionTimeLimit"))
    assert found.problem is not None
    assert "PartitionTimeLimit" in found.problem.message


@pytest.mark.parametrize(
    ("journal", "log", "said"),
    [
        (True, None, "It has no driver in the queue, so none will start by itself."),
        (True, "bash: x\n", "It has no driver in the queue, so none will start by itself."),
        (False, None, "its job never started."),
        (False, "a\nbash: module: not found\n", 'The last line of its output is "bash: module: not found"'),
    ],
)
def test_it_is_said_how_far_a_driver_that_is_not_in_the_queue_came(
    paths: RunPaths, journal: bool, log: str | None, said: str
) -> None:
    if journal:
        paths.journals.mkdir()
        paths.journal(1).touch()
    if log is not None:
        paths.driver_log.parent.mkdir(parents=True, exist_ok=True)
        paths.driver_log.write_text(log)
    found = status(paths, "")
    assert not found.comes
    assert said in found.sentences[0]
    assert "To submit another: " in found.sentences[0]
