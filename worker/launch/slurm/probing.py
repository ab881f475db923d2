"""Which part of a job a site refuses, where its own words do not say: found by trying the job without each of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from worker.launch.slurm.sbatch import Outcome, Submitted
from worker.launch.slurm.sinfo import seconds
from worker.spec.directives import time_text

_AT_ONCE = 4  # calls of sbatch
_LIMITS = (86400, 28800, 14400, 7200, 3600, 1800, 600)  # seconds; usual limits of sites, the longest first


@dataclass(frozen=True)
class Cause:
    """field: what to change. sentence: what Slurm takes instead."""

    field: str
    sentence: str


def cause(script: str, rehearse: Callable[[str], Submitted]) -> Cause | None:
    """The first change with which Slurm would take a worker's script that it refuses; None where none of them helps.

    rehearse: what Slurm says of a script, without queuing it.
    """
    variants = [(text, found) for text, found in _variants(script) if text != script]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        answers = pool.map(rehearse, [text for text, _ in variants])
        taken = [answer.outcome is Outcome.ACCEPTED for answer in answers]
    return next((found for (_, found), fits in zip(variants, taken, strict=True) if fits), None)


def _variants(script: str) -> Iterator[tuple[str, Cause]]:
    """The script with each change, and what it shows if Slurm takes that."""
    no_memory = 'Slurm takes the same job without any memory: memory = "".'
    yield _without(script, "mem(?:-per-cpu)?"), Cause("slurm.memory", no_memory)
    for limit in _shorter(script):
        text = f"Slurm takes the same job with a walltime of {limit // 3600}:{limit // 60 % 60:02}:00."
        yield _with(script, "time", time_text(limit)), Cause("slurm.walltime", text)
    wide = _with(_with(script, "nodes", "2"), "ntasks", "2")
    yield wide, Cause("slurm.nodes", "Slurm takes the same job with two nodes and two tasks.")
    if not re.search(r"^#SBATCH --g(?:res|pus)", script, re.MULTILINE):
        gpu = script.replace("\n", "\n#SBATCH --gres=gpu:1\n", 1)
        yield gpu, Cause("slurm.gpus", "Slurm takes the same job with a GPU.")
    alone = "Slurm takes the same job alone, but no array of jobs, and workers are elements of one. Another partition may take them."
    yield _without(script, "array"), Cause("", alone)


def _shorter(script: str) -> Iterator[int]:
    """Time limits that are shorter than that of the script, in seconds, the longest first."""
    match = re.search(r"^#SBATCH --time=(\S+)", script, re.MULTILINE)
    now = seconds(match[1]) if match else None
    return (limit for limit in _LIMITS if now is not None and limit < now)


def _without(script: str, option: str) -> str:
    return re.sub(rf"^#SBATCH --{option}=.*\n", "", script, flags=re.MULTILINE)


def _with(script: str, option: str, value: str) -> str:
    return re.sub(rf"^#SBATCH --{option}=.*$", f"#SBATCH --{option}={value}", script, flags=re.MULTILINE)
