"""Slurm as the rest of the program sees it; what talks to its commands is imported when it is asked for."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, cast

from worker.launch.scheduler import CurrentJob
from worker.launch.slurm import allotment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from worker.launch.launcher import Launcher
    from worker.launch.scheduler import DriverJob, DriverStatus, Script, Submission, Survey
    from worker.launch.slurm.cluster import Cluster
    from worker.spec.driver_fields import DriverPlace
    from worker.spec.problem import Problem
    from worker.spec.run import Run
    from worker.store.paths import RunPaths


class SlurmDriverJobs:
    """See `DriverJobs`. Jobs of one name, which Slurm runs one at a time."""

    def asked_for(self, paths: RunPaths) -> bool:
        """Whether such a name was ever made up, or workers were submitted before there was a driver."""
        return paths.driver_job_name.exists() or paths.submissions(0).exists()

    def submit(self, run: Run, paths: RunPaths, retry: Sequence[int], survey: Survey) -> Submission:
        """Submit the driver and the first workers."""
        from worker.launch.slurm import initial_jobs, sites

        return initial_jobs.submit(run, paths, sites.client_of(run), _cluster(survey), retry)

    def submit_workers(self, run: Run, paths: RunPaths, survey: Survey) -> Submission:
        """Submit the workers that the queue does not have."""
        from worker.launch.slurm import initial_jobs, sites

        return initial_jobs.submit_driving_workers(run, paths, sites.client_of(run), _cluster(survey))

    def first_look(self, paths: RunPaths, before: int) -> Sequence[str]:
        """Wait a moment for the driver, and ask the queue about it otherwise."""
        from worker.launch.slurm import driver_status, sites

        return driver_status.first_look(sites.client_at(paths), paths, before)

    def status(self, paths: RunPaths) -> DriverStatus:
        """What the queue says of the driver's job; it is not asked where there never was one."""
        from worker.launch.slurm import driver_status, sites

        return driver_status.queue_status(sites.client_at(paths), paths)

    def cancel(self, paths: RunPaths, patience: float) -> None:
        """End whatever job has the name."""
        from worker.launch.slurm import sites, teardown

        teardown.cancel_driver(sites.client_at(paths, patience), paths)

    def own(self) -> DriverJob:
        """The job whose variables this process has."""
        from worker.launch.slurm.own_job import OwnJob

        return OwnJob()

    def submit_successor(self, run: Run, paths: RunPaths) -> str:
        """Submit the next driver, which waits until this one's job has ended."""
        from worker.launch.slurm import initial_jobs

        return initial_jobs.submit_successor(run, paths)


class Slurm:
    """See `Scheduler`. Workers are elements of job arrays."""

    name = "slurm"
    label = "Slurm"
    remote = True
    start_options: tuple[str, ...] = ()
    driver_jobs = SlurmDriverJobs()

    def absence(self) -> str:
        """Which of its commands, or what of a cluster, is missing here."""
        from worker.launch.slurm.client import absence

        return absence()

    def site(self, run: Run) -> str:
        """The cluster that the config names, where it can be named here, or the one that commands here speak to."""
        from worker.launch.slurm import sites

        return sites.site_of(run)

    def place(self, workers: int) -> str:
        """Where they are."""
        return "as a Slurm job" if workers == 1 else "as Slurm jobs"

    def survey(self, run: Run) -> Survey:
        """What the cluster says of its nodes, partitions, limits and accounts."""
        from worker.launch.slurm import cluster, sites

        return cluster.ask(sites.client_of(run), run)

    def check(self, run: Run, paths: RunPaths, place: DriverPlace, survey: Survey) -> Sequence[Problem]:
        """What does not fit the cluster, its limits and its file systems."""
        from worker.launch.slurm import checks, sites

        return checks.check(sites.client_of(run), run, paths, _cluster(survey), place)

    def scripts(self, run: Run, paths: RunPaths, place: DriverPlace, survey: Survey) -> Sequence[Script]:
        """The scripts as the cluster's limits have them; names of jobs get another random part when they are submitted."""
        from worker.launch.slurm import initial_jobs

        return initial_jobs.scripts(run, paths, _cluster(survey), place)

    def launcher(
        self, run: Run, paths: RunPaths, epoch: int, cwd: Path, starts: bool, rides_with: str
    ) -> Launcher:
        """Submits job arrays, and takes over those of earlier drivers; jobs start in the folder they are submitted from."""
        from worker.launch.slurm.job_states import Ride
        from worker.launch.slurm.worker_jobs import SlurmLauncher

        job = self.current_job(os.environ)
        ride = Ride(rides_with, job.number.partition("_")[0] if job else "") if rides_with else None
        return SlurmLauncher.for_driver(run, paths, epoch, starts, ride)

    def end_everything(self, paths: RunPaths, patience: float) -> str:
        """End the jobs by their names; returns which Slurm has said nothing about."""
        from worker.launch.slurm import sites, teardown

        silent = teardown.cancel_all(sites.client_at(paths, patience), paths)
        if not silent:
            return ""
        return (
            f"Slurm did not answer when asked to end these jobs: {', '.join(silent)}. To end each of them, "
            "use scancel --name."
        )

    def start_again(self, environ: Mapping[str, str]) -> None:
        """Requeue the job, which keeps its place among those that may be submitted."""
        from worker.launch.slurm import scontrol
        from worker.launch.slurm.client import Client

        if job := self.current_job(environ):
            scontrol.requeue(Client(environ), job.number)

    def current_job(self, environ: Mapping[str, str]) -> CurrentJob | None:
        """The job, or the element of an array, that Slurm's variables tell of."""
        number = environ.get("SLURM_JOB_ID")
        if number is None:
            return None
        mark = f"SLURM_JOB_ID={number}"
        if array := environ.get("SLURM_ARRAY_JOB_ID"):
            number = f"{array}_{environ.get('SLURM_ARRAY_TASK_ID', '')}"
        given = allotment.of(environ)
        node = environ.get("SLURMD_NODENAME", "")
        several = given.nodes is not None and given.nodes > 1
        name = environ.get("SLURM_JOB_NAME", "")
        return CurrentJob(number, node, several, given.start, given.nodes, given.cpus, given.gpus, mark, name)


def _cluster(survey: Survey) -> Cluster:
    """What `survey` has returned."""
    return cast("Cluster", survey)
