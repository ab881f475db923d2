"""What a job's variables say that it was given, in every form that versions of Slurm write them."""

from __future__ import annotations

import os
import time

import pytest

from worker.launch.slurm import allotment
from worker.launch.slurm.allotment import Allotment
from worker.launch.slurm.squeue import rows


@pytest.mark.parametrize(
    ("environ", "given"),
    [
        ({}, Allotment()),
        ({"SLURM_JOB_NUM_NODES": "1", "SLURM_JOB_CPUS_PER_NODE": "4"}, Allotment(1, 4)),
        ({"SLURM_NNODES": "3", "SLURM_JOB_CPUS_PER_NODE": "72(x2),36"}, Allotment(3, 180)),
        ({"SLURM_JOB_NUM_NODES": "2", "SLURM_CPUS_ON_NODE": "8"}, Allotment(2, 16)),
        ({"SLURM_JOB_CPUS_PER_NODE": "many", "SLURM_CPUS_ON_NODE": ""}, Allotment()),
        ({"SLURM_JOB_NUM_NODES": "2", "SLURM_GPUS_ON_NODE": "4"}, Allotment(2, None, 8)),
        ({"SLURM_JOB_NUM_NODES": "2", "SLURM_GPUS_PER_NODE": "a100:2"}, Allotment(2, None, 4)),
        ({"SLURM_JOB_GPUS": "0,2-4"}, Allotment(None, None, 4)),
        ({"SLURM_JOB_START_TIME": "1700000000"}, Allotment(None, None, None, 1700000000)),
        ({"SLURM_JOB_START_TIME": "soon", "SLURM_JOB_NUM_NODES": "x"}, Allotment()),
    ],
)
def test_what_a_job_was_given(environ: dict[str, str], given: Allotment) -> None:
    assert allotment.of(environ) == given


def line(state: str, node: str, start: str) -> str:
    return f"7|0|8|{state}|{node}|{start}|pear|None"


@pytest.mark.parametrize(
    ("state", "node", "start", "began"),
    [
        ("RUNNING", "n1", "2026-11-28T05:49:16", 1795844956.0),
        ("COMPLETED", "n1", "2026-11-28T05:49:16", 1795844956.0),
        ("PENDING", "", "2026-11-28T05:49:16", None),
        ("CANCELLED", "", "2026-11-28T05:49:16", None),
        ("RUNNING", "n1", "N/A", None),
        ("RUNNING", "n1", "5 o'clock", None),
    ],
)
def test_the_queue_says_when_a_job_began(
    state: str, node: str, start: str, began: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(os.environ, "TZ", "UTC")
    time.tzset()
    try:
        [row] = rows(line(state, node, start))
        assert row.began == began
    finally:
        monkeypatch.undo()
        time.tzset()
