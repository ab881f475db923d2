"""The test cluster itself: four nodes with GPUs, jobs that end, and nothing left behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from slurm_cluster import NODES, Cluster

pytestmark = pytest.mark.slurm


@pytest.mark.slurm_versions
def test_every_node_runs_a_job_and_shows_its_gpus(cluster: Cluster) -> None:
    for node in NODES:
        shown = cluster.run("srun", f"--nodelist={node}", "--gres=gpu:2", "--mem=10", "env").stdout
        assert f"SLURMD_NODENAME={node}" in shown
        assert "CUDA_VISIBLE_DEVICES=0,1" in shown


def test_a_second_cluster_beside_the_first_ends_without_a_trace(cluster: Cluster, tmp_path: Path) -> None:
    folder = tmp_path / "second"
    scripts = Path(__file__).parents[2] / "scripts"
    up = subprocess.run([scripts / "slurm-up", folder], capture_output=True, text=True, timeout=100)
    assert up.returncode == 0, up.stderr
    assert f"export SLURM_CONF={folder}/slurm.conf" in up.stdout
    second = Cluster(folder)
    long = f"1000{os.getpid()}"
    second.run("sbatch", f"--wrap=setsid sleep {long}", "--output=/dev/null")
    assert second.jobs() == ["wrap"]
    assert cluster.jobs() == []
    down = subprocess.run([scripts / "slurm-down", folder], capture_output=True, text=True, timeout=100)
    assert down.returncode == 0, down.stderr
    left = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert str(folder) not in left
    assert f"sleep {long}" not in left


def test_a_folder_without_a_cluster_is_refused(tmp_path: Path) -> None:
    program = Path(__file__).with_name("slurm_cluster.py")
    down = subprocess.run(
        [sys.executable, program, "down", tmp_path], capture_output=True, text=True, timeout=60
    )
    assert down.returncode == 2
    assert "no test cluster" in down.stderr
