"""What the variables of a job say that it was given: nodes, CPUs, GPUs, and when; they differ between versions of Slurm."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

_CPUS = re.compile(r"(\d{1,9})(?:\(x(\d{1,9})\))?", re.ASCII)  # of SLURM_JOB_CPUS_PER_NODE: 72(x2),36
_PER_NODE = re.compile(
    r"(?:[A-Za-z0-9_.-]+:)?(\d{1,9})(?:\(.*\))?", re.ASCII
)  # of SLURM_GPUS_PER_NODE: 2, a100:2


class Allotment(NamedTuple):
    """What a job has in all. start: in seconds since 1970. None where no variable says it."""

    nodes: int | None = None
    cpus: int | None = None
    gpus: int | None = None
    start: float | None = None


def of(environ: Mapping[str, str]) -> Allotment:
    """What the job has whose variables these are."""
    nodes = _number(environ.get("SLURM_JOB_NUM_NODES") or environ.get("SLURM_NNODES"))
    # Since version 22.05; before that, the queue tells when a job has begun.
    start = _number(environ.get("SLURM_JOB_START_TIME"))
    return Allotment(nodes, _cpus(environ, nodes or 1), _gpus(environ, nodes or 1), start)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() else None


def _cpus(environ: Mapping[str, str], nodes: int) -> int | None:
    text = environ.get("SLURM_JOB_CPUS_PER_NODE", "")
    groups = [_CPUS.fullmatch(part) for part in text.split(",")]
    if not all(groups):
        here = _number(environ.get("SLURM_CPUS_ON_NODE"))
        return None if here is None else here * nodes
    return sum(int(group[1]) * int(group[2] or 1) for group in groups if group)


def _gpus(environ: Mapping[str, str], nodes: int) -> int | None:
    """GPUs of all nodes, each taken to have as many as this one."""
    if (here := _number(environ.get("SLURM_GPUS_ON_NODE"))) is not None:
        return here * nodes
    if match := _PER_NODE.fullmatch(environ.get("SLURM_GPUS_PER_NODE", "")):
        return int(match[1]) * nodes
    indices = environ.get("SLURM_JOB_GPUS") or environ.get("SLURM_STEP_GPUS")
    return None if not indices else _counted(indices) * nodes


def _counted(indices: str) -> int:
    """How many indices a list such as 0,2-3 has."""
    total = 0
    for part in indices.split(","):
        first, _, last = part.partition("-")
        total += int(last) - int(first) + 1 if first.isdigit() and last.isdigit() else 1
    return total
