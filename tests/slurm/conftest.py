"""Fixtures for tests against a real Slurm cluster."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import slurm_accounting
from slurm_cluster import Cluster, missing_programs
from slurm_rules import RuledCluster
from slurm_site import Site, until


@pytest.fixture(scope="session")
def slurm_programs() -> None:
    """The programs of a cluster; where they are not installed, the tests that need them are skipped."""
    if missing := missing_programs():
        pytest.skip(f"needs {', '.join(missing)}: apt-get install slurmctld slurmd slurm-client munge")


@pytest.fixture(scope="session")
def cluster(slurm_programs: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A running cluster, shared by all tests of a session."""
    # Slurm's default is to look for startable jobs every three seconds, which most tests would wait for.
    started = Cluster(
        tmp_path_factory.mktemp("slurm"),
        {"SchedulerParameters": "batch_sched_delay=0", "Licenses": "matlab:4"},
    )
    with _running(started):
        yield started


@pytest.fixture(scope="session")
def ruled_cluster(slurm_programs: None) -> Iterator[RuledCluster]:
    """A running cluster with rules and limits, shared by all tests of a session."""
    if missing := slurm_accounting.missing_programs():
        pytest.skip(f"needs {', '.join(missing)}: apt-get install slurmdbd mariadb-server")
    if os.geteuid():
        pytest.skip(
            "needs root: not all rules bind the user that Slurm runs as, and only root can be another one"
        )
    started = RuledCluster.make()
    with _running(started):
        yield started


@pytest.fixture
def far_cluster(ruled_cluster: RuledCluster, tmp_path: Path) -> Iterator[Cluster]:
    """A second running cluster, called sea, that is known to the accounting of the one with rules."""
    accounts = ("add account shore cluster=sea", "add user root account=shore cluster=sea")
    settings = {"SchedulerParameters": "batch_sched_delay=0"}
    started = Cluster(tmp_path / "sea", settings, accounts=accounts, name="sea", partner=ruled_cluster)
    started.folder.mkdir()
    with _running(started):
        yield started


@contextmanager
def _running(cluster: Cluster) -> Iterator[None]:
    program = Path(__file__).with_name("slurm_cluster.py")
    # A test session that is killed must not leave a cluster behind.
    with subprocess.Popen(
        [sys.executable, program, "guard", cluster.folder, str(os.getpid())], start_new_session=True
    ) as guard:
        try:
            cluster.up()
            yield
        finally:
            guard.kill()
            cluster.down()


@pytest.fixture
def site(cluster: Cluster, workdir: Path) -> Iterator[Site]:
    """A workdir on the cluster; all jobs end with the test."""
    yield from _site(cluster, workdir)


@pytest.fixture
def ruled_site(ruled_cluster: RuledCluster, workdir: Path) -> Iterator[Site]:
    """A workdir on the cluster with rules; all jobs end with the test."""
    yield from _site(ruled_cluster, workdir)


def _site(cluster: Cluster, workdir: Path) -> Iterator[Site]:
    yield Site(cluster, workdir)
    cluster.run("scancel", "--user=" + cluster.run("id", "-un").stdout.strip())
    until(lambda: not cluster.jobs(), "jobs do not end")
