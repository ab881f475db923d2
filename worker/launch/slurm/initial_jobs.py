"""What is submitted to Slurm before there is a driver, or when one leaves: the driver's job and the first workers."""

from __future__ import annotations

import os
import secrets
import sys
import time
from collections.abc import Sequence

from worker.errors import ConfigError, OmnioptError
from worker.launch.scheduler import Script, Submission
from worker.launch.slurm import cluster, driver_job, sites, worker_queue
from worker.launch.slurm.client import Client
from worker.launch.slurm.cluster import Cluster
from worker.launch.slurm.script import AgentJob, agent_script
from worker.launch.slurm.worker_jobs import PATIENCE, SlurmLauncher
from worker.spec.directives import of_driver
from worker.spec.driver_fields import DriverPlace
from worker.spec.run import Run
from worker.spec.text import counted
from worker.store.journal import newest
from worker.store.journal_reading import ended_epoch
from worker.store.paths import RunPaths

_TRY_EVERY = 5.0  # seconds


def scripts(run: Run, paths: RunPaths, limits: Cluster, place: DriverPlace) -> list[Script]:
    """Every script that would be submitted for a run in `paths`; names of jobs get another random part then."""
    name, planned = f"{run.name}.{secrets.token_hex(3)}", []
    if place is DriverPlace.JOB:
        longest = limits.longest(of_driver(run))
        text = driver_job.script(run, paths, f"{name}.driver", longest, ["--since", "0"])
        planned.append(Script("The driver, a small job of its own", text, of_driver=True))
    rides = place is DriverPlace.WORKER
    left, number, epoch = run.workers, 0, 1 if place is DriverPlace.HERE else 0
    while left:
        size, number = min(left, limits.max_array), number + 1
        tag, seconds = f"{epoch}-{number}", limits.walltime(run)
        memory, since = (limits.memory_with_driver(run), 0) if rides else (0, None)
        job = AgentJob(f"{name}.{tag}", f"j{tag}", size, seconds, epoch, PATIENCE, memory=memory, since=since)
        text = agent_script(run, paths, job, sys.executable)
        by = "submitted by the driver"
        if epoch == 0:
            by = "submitted now; the first to start drives the run" if rides else "submitted with the driver"
        planned.append(Script(f"{counted(size, 'worker')}, {by}", text))
        left, number, epoch = left - size, number if epoch else 0, 1
    return planned


def submit(run: Run, paths: RunPaths, client: Client, limits: Cluster, retry: Sequence[int]) -> Submission:
    """Submit the driver's job and then the first workers; see `submit_driver` and `submit_workers`."""
    driver = submit_driver(run, paths, client, limits, retry)
    return Submission(driver, submit_workers(run, paths, client, limits))


def submit_driver(
    run: Run, paths: RunPaths, client: Client, limits: Cluster, retry: Sequence[int] = ()
) -> str:
    """Submit the driver's job, unless one of this run is queued already and will do; returns its number.

    retry: numbers of trials that it gives out again. Raises ConfigError where Slurm refuses the job,
    NotSubmittedError where it takes no more jobs or stays silent.
    """
    name = driver_job.name_of(paths, run)
    queued_jobs = driver_job.queued(client, name) if paths.job_script(name).exists() else []
    if queued_jobs and not retry and driver_job.since(paths, name) >= ended_epoch(paths):
        return queued_jobs[0].job
    arguments = ["--retry", ",".join(map(str, retry))] if retry else []
    numbers = [row.job for row in queued_jobs or ()]
    longest = limits.longest(of_driver(run))
    return _submit_driver(run, paths, client, name, longest, newest(paths), numbers, arguments)


def submit_workers(run: Run, paths: RunPaths, client: Client, limits: Cluster) -> tuple[str, ...]:
    """Submit the first workers of a run that was never driven; returns the numbers of the jobs that Slurm has taken.

    Slurm looks through its queue every few seconds only: what stands in it together with the driver starts together
    with it. The driver takes over whatever is written down here, and asks for what is missing.
    """
    if newest(paths) or paths.submissions(0).exists():
        return ()
    launcher = SlurmLauncher(run, paths, client, 0, limits.walltime(run), limits.max_array)
    return _started(launcher, min(run.workers, limits.max_array))


def submit_driving_workers(run: Run, paths: RunPaths, client: Client, limits: Cluster) -> Submission:
    """Submit the workers of a run that nobody drives, as many as are not in the queue; the first to begin drives.

    Raises ConfigError where Slurm refuses them, NotSubmittedError where it takes no more jobs or stays silent.
    """
    present = worker_queue.present(client, paths)
    if present is None:
        raise driver_job.NotSubmittedError(
            "Slurm does not answer, so it is not known which workers of the run are in its queue. Try again in a while."
        )
    missing = min(run.workers - present, limits.max_array)
    if missing <= 0:
        return Submission(waiting=present)
    memory, since = limits.memory_with_driver(run), newest(paths)
    launcher = SlurmLauncher(
        run, paths, client, 0, limits.walltime(run), limits.max_array, memory=memory, since=since
    )
    taken = _started(launcher, missing)
    if not taken and not present:
        if launcher.hopeless is not None:
            raise ConfigError([launcher.hopeless])
        raise driver_job.NotSubmittedError(f"No worker was submitted. {launcher.trouble}")
    return Submission(workers=taken, waiting=present)


def _started(launcher: SlurmLauncher, count: int) -> tuple[str, ...]:
    """Submit so many workers, or as many as Slurm takes at once; returns the numbers of the jobs that it has taken."""
    identities = list(launcher.start(count))
    launcher.settle()
    while launcher.takes_no_more and (fewer := launcher.start(count)):
        identities += fewer
        launcher.settle()
    launcher.close()
    reports = launcher.poll()
    jobs = (reports[identity].job.partition("_")[0] for identity in identities)
    return tuple(dict.fromkeys(job for job in jobs if job))


def submit_successor(run: Run, paths: RunPaths) -> str:
    """Submit the driver that goes on when the job of this one has ended; returns its number.

    There is nothing better to do in what is left of this job's time, so it is tried until Slurm has taken it, also where
    a rule of the site refuses it for a while.
    """
    client = sites.client_of(run)
    while True:
        try:
            limit = cluster.ask(client, run).longest(of_driver(run))
            name = driver_job.name_of(paths, run)
            return _submit_driver(
                run, paths, client, name, limit, newest(paths) - 1, [os.environ.get("SLURM_JOB_ID", "")], []
            )
        except (OmnioptError, OSError) as error:  # a full disk, for example
            print(f"The next driver has not been submitted yet: {error}", flush=True)
            time.sleep(_TRY_EVERY)


def _submit_driver(
    run: Run,
    paths: RunPaths,
    client: Client,
    name: str,
    limit: int | None,
    since: int,
    queued_jobs: Sequence[str],
    arguments: Sequence[str],
) -> str:
    """Submit a driver's job. queued_jobs: numbers of those that are in the queue already.

    since: the driver of this epoch is known to have ended the run, or to have been left alone, for good. arguments: more
    of `omniopt drive`.
    """
    text = driver_job.script(run, paths, name, limit, ["--since", str(since), *arguments])
    driver_job.write_script(paths, name, text)
    return driver_job.submit(client, name, text, queued_jobs)
