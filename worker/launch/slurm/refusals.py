"""Slurm's refusals as problems: in its own words, with the field of the form that each of them is about."""

from __future__ import annotations

import re

from worker.launch.slurm.reasons import Meaning
from worker.launch.slurm.sbatch import Submitted
from worker.launch.slurm.script import DRIVER_MEMORY
from worker.spec.problem import Problem

# What the driver's job takes from the config.
_DRIVER_FIELDS = ("slurm.account", "slurm.partition", "slurm.reservation", "slurm.sbatch")
# Words of Slurm's refusals -> the field of the form that is wrong. The first that fits counts.
_FIELDS = (
    (r"account", "slurm.account"),
    (r"reservation", "slurm.reservation"),
    (r"partition", "slurm.partition"),
    (r"memory", "slurm.memory"),
    (r"gres|gpu|tres", "slurm.gpus"),
    (r"time limit|--time", "slurm.walltime"),
    (r"array", "run.workers"),
    (r"node count", "slurm.nodes"),
    (r"processors|cpu", "slurm.cpus"),
    (r"feature|qos|constraint|option|specification", "slurm.sbatch"),
)


def refusal(answer: Submitted) -> Problem:
    """A refusal of worker jobs in Slurm's own words, with the field of the form that it is about."""
    message = bare(answer.message)
    return Problem(
        _field(message),
        f"Slurm rejects the worker jobs: {message}.",
        "Set this field as your cluster requires it.",
    )


def driver_refusal(answer: Submitted) -> Problem:
    """A refusal of the driver's job, which takes from the config only where it goes and who pays for it."""
    message = bare(answer.message)
    field = _field(message)
    ours = field in _DRIVER_FIELDS
    return Problem(
        field if ours else "",
        f"Slurm rejects the driver's job, which asks for 1 CPU and {DRIVER_MEMORY} MB: {message}.",
        "Set this field as your cluster requires it, or start with --driver here, which needs no such job."
        if ours
        else "Start with --driver here, which needs no such job.",
    )


def driver_stuck(reason: str, meaning: Meaning) -> Problem:
    """The driver's job is in the queue and can never start. reason: Slurm's word."""
    field = {"slurm.walltime": "run.runtime"}.get(meaning.field, meaning.field)
    ours = field in (*_DRIVER_FIELDS, "run.runtime")
    return Problem(
        field if ours else "",
        f"The driver's job would wait forever. {meaning.sentence} (Slurm: {reason}).",
        "It was cancelled. Change this field and start again, or start with --driver here, which needs no such job."
        if ours
        else "It was cancelled. Start with --driver here, which needs no such job.",
    )


def bare(message: str) -> str:
    """What Slurm says, without the name of the command that says it."""
    return re.sub(r"\b(?:sbatch|srun): (?:error: )?", "", message)


def _field(message: str) -> str:
    fields = (field for pattern, field in _FIELDS if re.search(pattern, message, re.IGNORECASE))
    return next(fields, "slurm.sbatch")
