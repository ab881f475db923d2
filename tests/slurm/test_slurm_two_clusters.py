"""Several clusters with the same files: what is said and done of a run on a machine of another cluster than its own."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from slurm_cluster import Cluster
from slurm_site import Site, until

from worker.store.claim import claim
from worker.store.origin import site_of

pytestmark = pytest.mark.slurm

WORDS = 'pear is on the cluster "test", and its jobs cannot be seen from here. '
BELONGS = 'This machine belongs to the cluster "sea".'


@pytest.fixture
def away(site: Site) -> Site:
    """The same workdir, on a machine of another cluster, which does not answer either."""
    config = site.folder / "other" / "slurm.conf"
    config.parent.mkdir()
    config.write_text("# of another cluster\nClusterName=Sea\nSlurmctldHost=localhost\n")
    elsewhere = Site(site.cluster, site.folder)
    elsewhere.environ = {**site.environ, "SLURM_CONF": str(config)}
    return elsewhere


def waiting(site: Site) -> list[str]:
    """The jobs in the queue of a run whose workers begin only in an hour."""
    paths = site.start("pear", slurm='begin = "now+1hour"')
    assert site_of(paths) == "test"
    until(lambda: len(site.jobs("pear")) == 3, "the workers are not in the queue")
    return site.jobs("pear")


def test_a_run_of_another_cluster_is_shown_and_left_alone(site: Site, away: Site) -> None:
    jobs = waiting(site)
    files = written(site.paths("pear").root)
    shown = away.omniopt("status", "pear")
    assert shown.returncode == 0, shown.stderr
    assert WORDS in shown.stdout
    assert "To change anything, use a login node of that cluster." in shown.stdout
    assert "omniopt resume" not in shown.stdout and " -m worker resume" not in shown.stdout
    assert "on the cluster test" in away.omniopt("status").stdout
    state = away.status("pear")
    assert (state["cluster"], WORDS in state["elsewhere"]) == ("test", True)
    assert WORDS in away.omniopt("logs", "pear").stderr
    for command in (("stop",), ("cancel",), ("resume",), ("retry", "--failed"), ("workers", "+2")):
        refused(away.omniopt(command[0], "pear", *command[1:]))
    for choice in ("continue", "replace"):
        refused(away.omniopt("start", str(site.folder / "pear.toml"), "--yes", "--existing", choice))
    again = away.omniopt("start", str(site.folder / "pear.toml"), "--yes")
    assert again.returncode == 3
    assert f"{WORDS}{BELONGS} Choose --existing new" in again.stderr
    assert site.jobs("pear") == jobs
    assert written(site.paths("pear").root) == files
    assert site.status("pear")["elsewhere"] == ""
    away.environ = {**site.environ, "PATH": "/nowhere"}
    refused(away.omniopt("cancel", "pear"), "There is no Slurm here (no sbatch command).")
    cancelled = site.omniopt("cancel", "pear")
    assert cancelled.returncode == 0, cancelled.stdout + cancelled.stderr
    assert WORDS not in away.omniopt("status", "pear").stdout  # it has ended


def refused(done: subprocess.CompletedProcess[str], why: str = BELONGS) -> None:
    """One sentence says that nothing was changed, and why."""
    assert done.returncode == 2, done.stdout + done.stderr
    assert f"{WORDS}{why} Nothing was changed." in done.stderr


def written(folder: Path) -> dict[Path, float]:
    """The files of a run and when each was written."""
    return {path: path.stat().st_mtime for path in folder.rglob("*") if path.is_file()}


def test_a_run_on_a_cluster_that_its_config_names(ruled_site: Site, far_cluster: Cluster) -> None:
    other = ruled_site.omniopt("check", ruled_site.config("plum", slurm='cluster = "lake"'))
    assert other.returncode == 2
    assert "slurm.cluster: Slurm's commands here do not know the cluster" in other.stdout
    paths = ruled_site.start(
        "plum", slurm='cluster = "sea"', objective="sleep 0.3; echo RESULT: ($x)", evaluations=500
    )
    until(lambda: ruled_site.status("plum")["agents"], "no worker comes")
    assert ruled_site.jobs("plum") == []  # on the other cluster
    at_sea = Site(far_cluster, ruled_site.folder)
    more = at_sea.omniopt("workers", "plum", "+1")
    assert more.returncode == 0, more.stdout + more.stderr
    until(lambda: len(at_sea.jobs("plum")) > 3, "the workers do not come")
    stopped = ruled_site.omniopt("cancel", "plum")
    assert stopped.returncode == 0, stopped.stdout + stopped.stderr
    until(lambda: not at_sea.jobs("plum"), "jobs are left")
    done = ruled_site.status("plum")["trials"]["ok"]
    resumed = ruled_site.omniopt("resume", "plum", f"--max-evals={done + 9}")
    assert resumed.returncode == 0, resumed.stdout + resumed.stderr
    until(lambda: claim(paths).epoch > 1, "nobody drives it again")
    at_sea.until_over(paths)


def test_a_variable_that_names_another_cluster_is_no_silent_matter(site: Site) -> None:
    config = site.config("pear")
    site.environ = {**site.environ, "SLURM_CLUSTERS": "sea"}
    done = site.omniopt("check", config)
    assert done.returncode == 2, done.stdout
    assert "slurm.cluster: Your variable SLURM_CLUSTERS says sea" in done.stdout
    site.environ["SLURM_CLUSTERS"] = "test"
    assert site.omniopt("check", config).returncode == 0
