"""Ending every job of a run, also without a living driver: by the names that only this run's jobs have."""

from __future__ import annotations

import time
from collections.abc import Sequence

from worker.launch.slurm import scancel, squeue
from worker.launch.slurm.client import Client
from worker.launch.slurm.ledger import entries
from worker.launch.slurm.squeue import JobState
from worker.store.journal import newest
from worker.store.paths import RunPaths

_PAUSE = 5.0  # seconds between two questions to the queue


def job_names(paths: RunPaths) -> list[str]:
    """The names of all jobs that the run may still have in the queue, the driver's first."""
    names = []
    if paths.driver_job_name.exists():
        names.append(paths.driver_job_name.read_text().strip())
    return names + [entry.job.name for entry in entries(paths, newest(paths)) if not entry.over]


def cancel_all(client: Client, paths: RunPaths) -> list[str]:
    """End every job of the run; returns the names of those about which Slurm gave no answer."""
    return [name for name in job_names(paths) if not scancel.cancel_named(client, name)]


def wait_until_gone(client: Client, names: Sequence[str], seconds: float) -> bool:
    """Wait until no job with one of these names is left, for at most `seconds`."""
    ends_at = time.monotonic() + seconds
    while names:
        rows = squeue.queue(client, names)
        if rows is not None and all(row.state is JobState.ENDED for row in rows):
            return True
        if time.monotonic() > ends_at:
            return False
        time.sleep(_PAUSE)
    return True
