"""A user's workdir on the test cluster, and the command line in it."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from slurm_cluster import Cluster

from worker.store.claim import Standing, claim
from worker.store.paths import Home, RunPaths

CONFIG = """\
[run]
name = "{name}"
objective = "{objective}"
workers = {workers}
runtime = "{runtime}"
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
        self.environ = {key: os.environ[key] for key in ("OMNIOPT_TEST",) if key in os.environ}

    def omniopt(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Call the command line."""
        return subprocess.run(
            [sys.executable, "-I", "-m", "worker", *arguments],
            cwd=self.folder, env={**self.cluster.environment(), **self.environ},
            capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip

    def config(self, name: str, objective: str = "echo RESULT: ($x)", **settings: Any) -> str:
        """Write a config; returns its file."""
        values = {"workers": 3, "evaluations": 12, "runtime": "1:00:00", "run": "", "slurm": "", **settings}
        path = self.folder / f"{name}.toml"
        path.write_text(CONFIG.format(name=name, objective=objective, **values))
        return str(path)

    def start(self, name: str, *options: str, **settings: Any) -> RunPaths:
        """Start a run whose driver is a job."""
        done = self.omniopt("start", self.config(name, **settings), "--yes", *options)
        assert done.returncode == 0, done.stdout + done.stderr
        return self.paths(name)

    def paths(self, name: str) -> RunPaths:
        """The folder of a run."""
        return Home.in_workdir(self.folder).run(name)

    def until_over(self, paths: RunPaths, seconds: float = 60.0) -> None:
        """Wait until a run has ended and nothing of it is in the queue. seconds: how long the run may take."""
        until(lambda: claim(paths).standing is Standing.OVER, f"{paths.name} does not end", seconds)
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
