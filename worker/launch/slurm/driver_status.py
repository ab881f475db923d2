"""Where no driver is at work: whether one comes from Slurm's queue, why it waits, and whether it can ever begin."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence

from worker.errors import ConfigError, OmnioptError
from worker.launch.scheduler import DriverStatus
from worker.launch.slurm import driver_job, reasons, refusals, teardown, worker_queue
from worker.launch.slurm.client import Client
from worker.launch.slurm.node_health import last_line
from worker.launch.slurm.squeue import JobState, Row
from worker.spec.text import together
from worker.store.journal import newest
from worker.store.paths import RunPaths
from worker.store.starter import run_command

_FIRST_LOOK = 3.0  # seconds in which a driver begins on an idle cluster, and Slurm knows why one does not
_EVERY = 0.1  # seconds
_PATIENCE = 10.0  # seconds that Slurm has to answer a person


def queue_status(client: Client, paths: RunPaths) -> DriverStatus:
    """Ask Slurm about the jobs of the run's driver. Nothing is said of the runs of other people, whose jobs may be hidden."""
    name = driver_job.known_name(paths)
    if worker_queue.drive_themselves(paths) and paths.root.stat().st_uid == os.getuid():
        return worker_queue.status(client, paths, _PATIENCE)
    if not name or paths.root.stat().st_uid != os.getuid():
        return DriverStatus()
    rows = driver_job.queued(client, name, _PATIENCE)
    if rows is None:
        return DriverStatus(
            ("Slurm does not answer, so it is not known whether its driver is in the queue.",)
        )
    if not rows:
        return DriverStatus((_none(paths),), comes=False)
    return _waits(rows)


def first_look(client: Client, paths: RunPaths, before: int) -> Sequence[str]:
    """Wait a moment for the driver that was just submitted; returns why it has not begun, nothing where it has.

    before: the epoch of the driver before it. A job that can never start is cancelled, with the workers. Raises
    ConfigError then, OmnioptError where its job has ended already.
    """
    ends_at = time.monotonic() + _FIRST_LOOK
    while newest(paths) <= before:
        if time.monotonic() < ends_at:
            time.sleep(_EVERY)
            continue
        status = queue_status(client, paths)
        if status.problem and status.sightings == 1:
            teardown.cancel_all(client, paths)
            raise ConfigError([status.problem])
        if not status.comes and newest(paths) <= before:
            raise OmnioptError(" ".join(status.sentences))
        return status.sentences
    return ()


def _none(paths: RunPaths) -> str:
    resume = f"To submit another: {run_command('resume', paths)}"
    if newest(paths):
        return f"It has no driver in the queue, so none will start by itself. {resume}"
    if not paths.driver_log.exists():
        return f"Its driver is no longer in the queue, and its job never started. {resume}"
    return together(
        "The job of its driver ended before OmniOpt could start in it.",
        last_line(paths.driver_log),
        f"See {paths.driver_log} and the setup lines.",
        resume,
    )


def _waits(rows: Sequence[Row]) -> DriverStatus:
    sentences = []
    for row in rows:
        sentences.append(
            f"Its driver, job {row.job}, is in the queue. {reasons.waiting(row.reason)}"
            if row.state is JobState.WAITING
            else f"Its driver, job {row.job}, is starting on {row.node or 'a node'}."
        )
        if row.state is JobState.WAITING and (meaning := reasons.never(row.reason)):
            return DriverStatus(
                tuple(sentences), True, refusals.driver_stuck(row.reason, meaning), meaning.sightings
            )
    return DriverStatus(tuple(sentences))
