"""What tests of launchers share: a stage with a made-up Slurm."""

from __future__ import annotations

from pathlib import Path

import pytest
from scripted_slurm import AtOnce
from slurm_stage import Stage

from worker.launch.slurm import worker_jobs


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """A run of which nothing is submitted yet, and a driver that is no job itself."""
    monkeypatch.setattr(worker_jobs, "Background", AtOnce)
    monkeypatch.delenv("SLURM_JOB_ID", raising=False)
    return Stage(tmp_path)
