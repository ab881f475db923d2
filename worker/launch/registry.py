"""The schedulers that there are, and which of them a run has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.launch.slurm.scheduler import Slurm
from worker.launch.this_machine import ThisMachine

if TYPE_CHECKING:
    from collections.abc import Mapping

    from worker.launch.scheduler import CurrentJob, Scheduler
    from worker.store.paths import RunPaths

SCHEDULERS: tuple[Scheduler, ...] = (Slurm(),)  # of clusters; the first that is here gets new runs
THIS_MACHINE: Scheduler = ThisMachine()


def choose(local: bool) -> Scheduler:
    """The scheduler of a new run: a cluster's where one is here, unless a local run is asked for."""
    if local:
        return THIS_MACHINE
    return next((scheduler for scheduler in SCHEDULERS if not scheduler.absence()), THIS_MACHINE)


def choose_again(name: str) -> Scheduler:
    """The scheduler for a run whose first driver had the one called `name`: the same where it is here, or one that is.

    name: "" where there was no driver yet.
    """
    before = called(name)
    return choose(local=False) if before is None or before.absence() else before


def called(name: str) -> Scheduler | None:
    """The scheduler that journals call so; None where this version does not know it."""
    return next((scheduler for scheduler in (*SCHEDULERS, THIS_MACHINE) if scheduler.name == name), None)


def absence() -> str:
    """Sentences on why only this machine is left; "" where there is more."""
    reasons = [scheduler.absence() for scheduler in SCHEDULERS]
    return " ".join(reasons) if all(reasons) else ""


def partition_file(today: str) -> str:
    """The partitions of the cluster that this machine belongs to, as the page reads them. Raises OmnioptError where there is none."""
    from worker.launch.slurm.partition_file import partition_file as of_slurm  # which hardly anybody needs

    return of_slurm(today)


def with_driver_job(paths: RunPaths) -> Scheduler | None:
    """The scheduler that was asked for a job for the driver of this run; None where the driver was never to be one."""
    return next(
        (
            scheduler
            for scheduler in SCHEDULERS
            if scheduler.driver_jobs and scheduler.driver_jobs.asked_for(paths)
        ),
        None,
    )


def start_again(environ: Mapping[str, str]) -> None:
    """Have the job that a process with these variables is in started again, which ends it; nothing where it is in none."""
    for scheduler in SCHEDULERS:
        if scheduler.current_job(environ):
            scheduler.start_again(environ)


def current_job(environ: Mapping[str, str]) -> CurrentJob | None:
    """The job that a process with these variables is in; None where it is in none."""
    return next((job for scheduler in SCHEDULERS if (job := scheduler.current_job(environ))), None)
