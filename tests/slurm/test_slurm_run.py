"""Whole runs on a real cluster, through the command line alone."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cluster import Cluster

from worker.driver.claim import Standing, claim
from worker.store.journal import epochs
from worker.store.paths import Home, RunPaths

pytestmark = pytest.mark.slurm

CONFIG = """\
[run]
name = "{name}"
objective = "{objective}"
workers = {workers}
runtime = "1:00:00"
{run}
[search]
algorithm = "hyperopt.rand.suggest"
max_evals = {evaluations}

[slurm]
cpus = 1
memory = 50
{slurm}
[parameters.x]
type = "hp.uniform"
min = 0
max = 1
"""


class Site:
    """A user's workdir on the cluster."""

    def __init__(self, cluster: Cluster, folder: Path) -> None:
        self.cluster = cluster
        self.folder = folder

    def omniopt(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Call the command line."""
        return subprocess.run(
            [sys.executable, "-I", "-m", "worker", *words],
            cwd=self.folder, env={**self.cluster.environment(), "OMNIOPT_TEST": os.environ["OMNIOPT_TEST"]},
            capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip

    def config(self, name: str, objective: str = "echo RESULT: ($x)", **settings: Any) -> str:
        """Write a config; returns its file."""
        values = {"workers": 3, "evaluations": 12, "run": "", "slurm": "", **settings}
        path = self.folder / f"{name}.toml"
        path.write_text(CONFIG.format(name=name, objective=objective, **values))
        return str(path)

    def start(self, name: str, *words: str, **settings: Any) -> RunPaths:
        """Start a run whose driver is a job."""
        done = self.omniopt("start", self.config(name, **settings), "--yes", *words)
        assert done.returncode == 0, done.stdout + done.stderr
        return self.paths(name)

    def paths(self, name: str) -> RunPaths:
        """The folder of a run."""
        return Home.in_workdir(self.folder).run(name)

    def until_over(self, paths: RunPaths) -> None:
        """Wait until a run has ended and nothing of it is in the queue."""
        until(lambda: claim(paths).standing is Standing.OVER, f"{paths.name} does not end")
        until(lambda: not self.jobs(paths.name), "jobs are left")

    def jobs(self, name: str) -> list[str]:
        """The names of the run's jobs."""
        return [job for job in self.cluster.jobs() if job.startswith(f"{name}.")]

    def rows(self, paths: RunPaths) -> list[dict[str, str]]:
        """The table of the run."""
        with paths.csv.open(newline="") as file:
            return list(csv.DictReader(file))

    def status(self, name: str) -> dict[str, Any]:
        """What `status --json` says."""
        done = self.omniopt("status", name, "--json")
        assert done.returncode == 0, done.stderr
        return dict(json.loads(done.stdout))


def until(condition: Callable[[], object], sentence: str, seconds: float = 60.0) -> None:
    """Wait until `condition` holds."""
    ends_at = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends_at, sentence
        time.sleep(0.1)


@pytest.fixture
def site(cluster: Cluster, workdir: Path) -> Iterator[Site]:
    """A workdir on the cluster; all jobs end with the test."""
    one = Site(cluster, workdir)
    yield one
    cluster.run("scancel", "--user=" + cluster.run("id", "-un").stdout.strip())
    until(lambda: not cluster.jobs(), "jobs do not end")


def test_a_run_whose_driver_is_a_job_finds_the_best_parameters(site: Site) -> None:
    paths = site.start("pear")
    site.until_over(paths)
    rows = site.rows(paths)
    assert [row["status"] for row in rows] == ["ok"] * 12
    assert all(float(row["x"]) == float(row["RESULT"]) for row in rows)
    assert {row["host"] for row in rows} <= {"n1", "n2", "n3", "n4"}
    best = json.loads(site.omniopt("best", "pear", "--json").stdout)
    assert best["loss"] == min(float(row["RESULT"]) for row in rows)


def test_a_driver_on_the_login_node_needs_no_job(site: Site) -> None:
    done = site.omniopt("start", site.config("apple"), "--yes", "--driver", "here")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "All 12 evaluations are done." in done.stdout
    assert not list(site.paths("apple").slurm.glob("*.driver.sh"))


def test_show_prints_every_script_and_submits_nothing(site: Site) -> None:
    done = site.omniopt("start", site.config("plum", workers=5), "--show")
    assert done.returncode == 0, done.stderr
    assert "#SBATCH --dependency=singleton" in done.stdout
    assert "#SBATCH --array=0-4" in done.stdout
    assert not site.cluster.jobs()
    assert not (site.folder / "omniopt").exists()


def test_wrong_settings_are_refused_all_at_once_before_anything_is_queued(site: Site) -> None:
    config = site.config("fig", slurm='partition = "ml"\nwalltime = "2:00:00"\nenable_gpus = true\ngpus = 3')
    done = site.omniopt("start", config, "--yes")
    assert done.returncode == 2
    assert "slurm.walltime" in done.stderr
    assert "slurm.gpus" in done.stderr
    assert not site.cluster.jobs()


def test_a_driver_that_must_leave_hands_over_and_no_evaluation_is_repeated(site: Site) -> None:
    log = site.folder / "executions"
    paths = site.start(
        "kiwi", objective=f"echo $OMNIOPT_TRIAL >> '{log}'; sleep 0.5; echo RESULT: ($x)", evaluations=20
    )
    until(lambda: log.exists() and len(log.read_text().split()) > 4, "nothing is evaluated")
    [driver] = [job for job in site.jobs("kiwi") if job.endswith(".driver")]
    site.cluster.run("scancel", "--batch", "--signal=USR1", f"--name={driver}")
    site.until_over(paths)
    assert epochs(paths) == [1, 2]
    assert "The next driver is job" in paths.driver_log.read_text()
    assert sorted(map(int, log.read_text().split())) == list(range(1, 21))


def test_cancel_leaves_no_job_and_no_process(site: Site) -> None:
    mark = f"{os.getpid()}{time.monotonic_ns()}"
    paths = site.start("date", objective=f"setsid sleep 10{mark} & trap '' TERM; sleep 20{mark}")
    until(lambda: f"sleep 20{mark}" in processes(), "nothing is evaluated")
    began = time.monotonic()
    done = site.omniopt("cancel", "date")
    assert done.returncode == 0, done.stdout + done.stderr
    until(lambda: not site.jobs("date"), "jobs are left", seconds=15)
    assert mark not in processes()
    assert time.monotonic() - began < 30
    assert claim(paths).standing is Standing.OVER


def test_a_run_is_cancelled_before_its_driver_has_begun(site: Site) -> None:
    site.start("lime", slurm='sbatch = ["--begin=now+1hour"]')
    assert site.omniopt("cancel", "lime").returncode == 0
    until(lambda: not site.jobs("lime"), "jobs are left")


def test_srun_works_inside_the_allocation_of_an_evaluation(site: Site) -> None:
    objective = "srun --mem=10 hostname | wc -l | sed 's/^/RESULT: /' # ($x)"
    paths = site.start("melon", objective=objective, evaluations=2, workers=1, slurm="nodes = 2\ntasks = 4")
    site.until_over(paths)
    assert [float(row["RESULT"]) for row in site.rows(paths)] == [4.0, 4.0]


def test_the_objective_sees_exactly_its_gpus(site: Site) -> None:
    objective = "echo RESULT: $CUDA_VISIBLE_DEVICES # ($x)"
    paths = site.start(
        "grape", objective=objective, evaluations=8, workers=4, slurm="enable_gpus = true\ngpus = 1"
    )
    site.until_over(paths)
    assert {float(row["RESULT"]) for row in site.rows(paths)} <= {0.0, 1.0}


def processes() -> str:
    """The command lines of all processes."""
    return subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
