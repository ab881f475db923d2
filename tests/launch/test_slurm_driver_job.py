"""What is known of the driver's job without asking Slurm: its name, and what its script says."""

from __future__ import annotations

from pathlib import Path

import pytest

from worker.launch.slurm import driver_job
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
