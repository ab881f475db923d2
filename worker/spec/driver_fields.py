"""The fields of the driver: where it is, and what it asks for where it is a job of its own."""

from __future__ import annotations

from enum import Enum

from worker.spec.field_definition import Field


class DriverPlace(str, Enum):
    """Where the driver of a run is."""

    HERE = "here"  # the process that a person starts
    JOB = "job"  # a job of its own
    WORKER = "worker"  # in the job of a worker, whichever can


DRIVER_FIELDS: tuple[Field, ...] = (
    Field(
        "run.driver",
        "driver",
        "Driver's place",
        "choice",
        DriverPlace.WORKER.value,
        "With Slurm: the driver is in the job of a worker (worker), in a small job of its own (job), or in the process that "
        "starts the run (here).",
        advanced=True,
        choices=(DriverPlace.WORKER.value, DriverPlace.JOB.value, DriverPlace.HERE.value),
    ),
    Field(
        "driver.partition",
        "driver_partition",
        "Driver's partition",
        "word",
        "",
        "Where the driver's own job runs; empty means where the workers do.",
        advanced=True,
    ),
    Field(
        "driver.account",
        "driver_account",
        "Driver's account",
        "word",
        "",
        "Who pays for the driver's own job; empty means who pays for the workers.",
        advanced=True,
    ),
    Field(
        "driver.qos",
        "driver_qos",
        "Driver's QOS",
        "word",
        "",
        "The quality of service of the driver's own job; empty means that of the workers.",
        advanced=True,
    ),
    Field(
        "driver.walltime",
        "driver_walltime",
        "Driver's walltime",
        "duration",
        0,
        "Slurm time limit of the driver's own job, at the end of which the next one goes on; 0 means as long as the run, "
        "as far as partition and QOS allow.",
        advanced=True,
        minimum=0,
        maximum=3650 * 86400,
        unit="h",
    ),
    Field(
        "driver.memory",
        "driver_memory",
        "Driver's memory",
        "memory",
        2000,
        "Memory of the driver's own job: MB, or with its unit, such as 4G. 0 asks Slurm for none.",
        advanced=True,
        minimum=0,
        maximum=1_000_000,
        unit="MB",
    ),
    Field(
        "driver.sbatch",
        "driver_sbatch",
        "Driver's #SBATCH options",
        "lines",
        (),
        "One option per line, for the driver's own job, for example --constraint=login.",
        advanced=True,
    ),
)
