"""Sampling of GPUs through nvidia-smi, and the words of a broken one."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from worker.agent.gpu import COLUMNS, Sampler, broken

NVIDIA_SMI = """\
#!/bin/sh
echo "2026/01/02 03:04:05.678, 0, NVIDIA A100, 35, 1024, 40960, 210.5"
echo "$*" > "$0.words"
exec sleep 100
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An environment in which a program called nvidia-smi is found."""
    program = tmp_path / "bin" / "nvidia-smi"
    program.parent.mkdir()
    program.write_text(NVIDIA_SMI)
    program.chmod(0o755)
    return {**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}", "CUDA_VISIBLE_DEVICES": "0"}


def test_every_sample_is_a_line_below_one_header(tmp_path: Path, environment: dict[str, str]) -> None:
    path = tmp_path / "gpu.csv"
    for times in (1, 2):  # an agent that is started again goes on in the same file
        sampler = Sampler(path, environment)
        assert len(sampler.helpers) == 1
        while len(path.read_text().splitlines()) < 1 + times:
            time.sleep(0.01)
        while not (tmp_path / "bin" / "nvidia-smi.words").exists():
            time.sleep(0.01)
        sampler.close()
        assert sampler.helpers == ()
    header, *lines = path.read_text().splitlines()
    assert header == ",".join(COLUMNS)
    assert [len(line.split(",")) for line in lines] == [len(COLUMNS)] * 2
    assert "--loop=10 --id=0" in (tmp_path / "bin" / "nvidia-smi.words").read_text()


@pytest.mark.parametrize("change", [{"CUDA_VISIBLE_DEVICES": ""}, {"PATH": "/nowhere"}])
def test_without_a_gpu_nothing_is_sampled(
    tmp_path: Path, environment: dict[str, str], change: dict[str, str]
) -> None:
    sampler = Sampler(tmp_path / "gpu.csv", {**environment, **change})
    assert sampler.helpers == ()
    sampler.close()
    assert not (tmp_path / "gpu.csv").exists()


def test_only_broken_hardware_counts_as_a_broken_gpu() -> None:
    assert (
        broken(b"RuntimeError: CUDA error: uncorrectable ECC error encountered") == "uncorrectable ECC error"
    )
    assert broken(b"torch.AcceleratorError: CUDA-capable device(s) is/are busy or unavailable")
    assert not broken(b"torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB")
    assert not broken(b"RuntimeError: No CUDA GPUs are available")
