"""The short forms of the storms; run the scripts themselves for longer ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from slurm_cluster import Cluster
from slurm_interruptions import PROGRAMS, Interrupted, preempting
from slurm_outages import GONE_WITHIN, cancel, controller, disk, small_disk
from slurm_site import Site
from slurm_storm import Storm
from slurm_swallow import swallow

from worker.spec.driver_fields import DriverPlace
from worker.store.claim import Standing, claim

pytestmark = pytest.mark.slurm


@pytest.mark.parametrize("place", [DriverPlace.WORKER, DriverPlace.JOB])
def test_a_storm_of_kills_loses_nothing_and_repeats_only_what_was_killed(
    cluster: Cluster, workdir: Path, place: DriverPlace
) -> None:
    storm = Storm(cluster, workdir, evaluations=100, workers=6, seed=1, place=place)
    findings = storm.rage(kills=8)
    assert findings.faults == []
    assert findings.evaluations == 100


def test_swallowed_answers_make_no_job_twice_and_leave_none_alone(cluster: Cluster, workdir: Path) -> None:
    findings = swallow(cluster, workdir, submissions=10, share=0.5, seed=2)
    assert findings.duplicates == []
    assert findings.orphans == []
    assert findings.adopted + findings.given_up == 10
    cluster.run("scancel", "--user=" + cluster.run("id", "-un").stdout.strip())


def test_a_run_goes_on_without_the_controller(slurm_programs: None, tmp_path: Path, workdir: Path) -> None:
    cluster = Cluster(tmp_path / "slurm", {"MessageTimeout": "2"})
    cluster.folder.mkdir()
    try:
        cluster.up()
        outage = controller(Site(cluster, workdir), seconds=3)
    finally:
        cluster.down()
    assert outage.findings.faults == []
    assert outage.findings.repeats == 0


def test_a_full_disk_is_waited_for_and_costs_no_result(site: Site, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as folder:
        outage = disk(Site(site.cluster, folder), site.folder, full=3)
    assert outage.findings.faults == []
    assert outage.findings.repeats == 0


def test_cancel_leaves_no_job_and_no_process(site: Site) -> None:
    outage = cancel(site)
    assert outage.findings.left_behind == []
    assert outage.seconds < 2 * GONE_WITHIN, "the machine may be busy, but not so busy"
    assert claim(site.paths("date")).standing is Standing.OVER


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_cancelled_evaluation_does_not_count_and_one_that_had_ended_does(site: Site, program: str) -> None:
    findings = Interrupted(site, "elm", PROGRAMS[program], workers=6, seed=3).go(
        2, Interrupted.cancel_workers
    )
    assert findings.faults == []
    assert findings.interrupted > 6, "so that there was something to see"


@pytest.mark.parametrize("mode", ["REQUEUE", "CANCEL"])
def test_a_preempted_evaluation_does_not_count(
    slurm_programs: None, tmp_path: Path, workdir: Path, mode: str
) -> None:
    cluster = Cluster(tmp_path / "slurm", preempting(mode))
    cluster.folder.mkdir()
    try:
        cluster.up()
        run = Interrupted(Site(cluster, workdir), "oak", next(iter(PROGRAMS.values())), workers=16, seed=4)
        findings = run.go(1, Interrupted.preempt_workers)
    finally:
        cluster.down()
    assert findings.faults == []
    assert findings.interrupted > 0
