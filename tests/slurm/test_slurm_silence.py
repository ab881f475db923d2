"""Where Slurm's commands are and no cluster answers: what is missing is said, each in its own true sentence."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from slurm_cluster import Cluster
from slurm_site import Site

from worker.launch.slurm.client import absence

pytestmark = pytest.mark.slurm


@pytest.fixture
def lonely(slurm_programs: None, tmp_path: Path, workdir: Path) -> Iterator[Site]:
    """A workdir on a cluster of its own, parts of which a test may end."""
    cluster = Cluster(tmp_path / "lonely", {"MessageTimeout": "3"})  # its commands try for so long
    try:
        cluster.up()
        yield Site(cluster, workdir)
    finally:
        cluster.down()


def refusal(site: Site) -> str:
    """What `start` says on a cluster that does not answer; nothing is started, neither there nor here."""
    done = site.omniopt("start", site.config("pear"), "--yes")
    assert done.returncode == 2, done.stdout + done.stderr
    assert not site.paths("pear").root.exists()
    assert "It is not known whether the run fits the cluster" in done.stderr
    assert "With --local, the run stays on this machine." in done.stderr
    return done.stderr


def test_each_part_of_slurm_that_is_away_is_named(lonely: Site) -> None:
    lonely.cluster.kill_controller()
    assert "Slurm's controller (slurmctld) does not answer" in refusal(lonely)
    lonely.cluster.config.rename(lonely.cluster.folder / "moved.conf")
    try:
        assert "Slurm's commands cannot find the configuration of the cluster" in refusal(lonely)
    finally:
        (lonely.cluster.folder / "moved.conf").rename(lonely.cluster.config)


def test_commands_that_belong_to_no_cluster_are_no_missing_commands(slurm_programs: None) -> None:
    if any(Path(path).exists() for path in ("/etc/slurm/slurm.conf", "/run/slurm/conf/slurm.conf")):
        pytest.skip("this machine belongs to a cluster")
    assert "they find no slurm.conf" in absence({"PATH": os.environ["PATH"]})


def test_what_is_missing_of_the_commands_is_named(slurm_programs: None, tmp_path: Path) -> None:
    assert absence({"PATH": str(tmp_path)}) == "There is no Slurm here (no sbatch command)."
    (tmp_path / "sbatch").symlink_to(str(shutil.which("sbatch")))
    assert "it has sbatch, but not squeue" in absence({"PATH": str(tmp_path)})
