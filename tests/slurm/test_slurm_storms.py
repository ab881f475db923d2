"""The short forms of the storms; run the scripts themselves for longer ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from slurm_cluster import Cluster
from slurm_storm import Storm
from slurm_swallow import swallow

pytestmark = pytest.mark.slurm


def test_a_storm_of_kills_loses_nothing_and_repeats_only_what_was_killed(
    cluster: Cluster, workdir: Path
) -> None:
    storm = Storm(cluster, workdir, evaluations=150, workers=6, seed=1)
    found = storm.rage(kills=7)
    assert found.faults == []
    assert found.evaluations == 150
    assert found.repeats <= sum(found.kills.values())


def test_swallowed_answers_make_no_job_twice_and_leave_none_alone(cluster: Cluster, workdir: Path) -> None:
    found = swallow(cluster, workdir, submissions=10, share=0.5, seed=2)
    assert found.duplicates == []
    assert found.orphans == []
    assert found.adopted + found.given_up == 10
    cluster.run("scancel", "--user=" + cluster.run("id", "-un").stdout.strip())
