"""Fixtures for tests against a real Slurm cluster."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from cluster import Cluster, missing_programs


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A running cluster, shared by all tests of a session; without Slurm installed its tests are skipped."""
    if missing := missing_programs():
        pytest.skip(f"needs {', '.join(missing)}: apt-get install slurmctld slurmd slurm-client munge")
    one = Cluster(tmp_path_factory.mktemp("slurm"))
    try:
        one.up()
        yield one
    finally:
        one.down()
