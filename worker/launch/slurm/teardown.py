"""Ending every job of a run, also without a living driver: by the names that only this run's jobs have."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial

from worker.launch.slurm import driver_job, scancel
from worker.launch.slurm.client import Client
from worker.launch.slurm.submission_log import logged_submissions
from worker.store.journal import newest
from worker.store.paths import RunPaths

_NEWEST = 20  # submissions
_AT_ONCE = 4  # calls of Slurm; a silent one lets each of them wait


def cancel_driver(client: Client, paths: RunPaths) -> bool:
    """End the driver's job, whether it waits or runs; False where Slurm gave no answer."""
    name = driver_job.known_name(paths)
    return not name or scancel.cancel_named(client, name)


def job_names(paths: RunPaths) -> list[str]:
    """The names of all jobs that the run may still have in the queue, the driver's first.

    The newest submissions are among them even where all their agents have left: the scripts around these may not have.
    """
    name = driver_job.known_name(paths)
    submissions = logged_submissions(paths, newest(paths))
    return ([name] if name else []) + [
        entry.job.name for entry in submissions if not entry.over or entry in submissions[-_NEWEST:]
    ]


def cancel_all(client: Client, paths: RunPaths) -> list[str]:
    """End every job of the run; returns the names of those about which Slurm gave no answer."""
    names = job_names(paths)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        taken = pool.map(partial(scancel.cancel_named, client), names)
        return [name for name, done in zip(names, taken, strict=True) if not done]
