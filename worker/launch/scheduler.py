"""What the rest of the program asks of a scheduler; a further one is one more implementation of this."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # status and the agents read this module, and must not pay for these
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from worker.launch.launcher import Launcher
    from worker.spec.driver_fields import DriverPlace
    from worker.spec.problem import Problem
    from worker.spec.run import Run
    from worker.store.paths import RunPaths


Survey = object  # what a scheduler has said of itself; it alone looks into it


@dataclass(frozen=True)
class CurrentJob:
    """The job that a process is in. number: as the scheduler's commands take it.

    node: the scheduler's name of this machine, "" where it has none of its own. many_nodes: whether it has several.
    start: when it began, in seconds since 1970. nodes, cpus, gpus: what it was given in all. None where nothing says that.
    mark: a variable that all of its processes have, as NAME=value. name: the job's.
    """

    number: str
    node: str = ""
    many_nodes: bool = False
    start: float | None = None
    nodes: int | None = None
    cpus: int | None = None
    gpus: int | None = None
    mark: str = field(default="", compare=False)
    name: str = field(default="", compare=False)


@dataclass(frozen=True)
class Script:
    """A job script and what it is for. of_driver: whether it is the driver's."""

    title: str
    text: str
    of_driver: bool = False


@dataclass(frozen=True)
class Submission:
    """What was submitted to get a run going: the number of the driver's job, "" for none, and those of worker jobs.

    waiting: how many workers were in the queue, or at work, before.
    """

    driver: str = ""
    workers: tuple[str, ...] = ()
    waiting: int = 0


@dataclass(frozen=True)
class DriverStatus:
    """What is to be expected. sentences: for people. comes: whether a driver may still come.

    problem: why the job in the queue can never start. sightings: how often that must be seen before it counts.
    """

    sentences: tuple[str, ...] = ()
    comes: bool = True
    problem: Problem | None = None
    sightings: int = 1


class Scheduler(Protocol):
    """Runs the workers of a run: jobs of a cluster, or processes of this machine."""

    @property
    def name(self) -> str:
        """The word for it in the journals of its runs; it never changes."""

    @property
    def label(self) -> str:
        """What people call it."""

    @property
    def remote(self) -> bool:
        """Whether its workers are jobs on other machines: each begins with the setup lines and has for itself what the
        config asks for, and files are seen there late. Otherwise they share this machine as it is."""

    @property
    def start_options(self) -> tuple[str, ...]:
        """The options with which `omniopt start` takes it where another one is here, too."""

    @property
    def driver_jobs(self) -> DriverJobs | None:
        """How a driver is a job of its own, or in a worker's; None where it is always the process that a person starts."""

    def absence(self) -> str:
        """A sentence on why workers cannot be started from this machine; "" where they can."""

    def site(self, run: Run) -> str:
        """The name of the cluster that jobs of `run` go to from this machine; "" where it has none or is not known."""

    def place(self, workers: int) -> str:
        """Where so many workers are, such as "as Slurm jobs"."""

    def survey(self, run: Run) -> Survey:
        """What it says of itself now, for all that one command does about `run`, so that it is asked once."""

    def check(self, run: Run, paths: RunPaths, place: DriverPlace, survey: Survey) -> Sequence[Problem]:
        """Everything that it would refuse of `run` in the folder of `paths`, all at once; nothing is submitted.

        place: where the driver is to be.
        """

    def scripts(self, run: Run, paths: RunPaths, place: DriverPlace, survey: Survey) -> Sequence[Script]:
        """Every job script that would be submitted, for people to read."""

    def launcher(
        self, run: Run, paths: RunPaths, epoch: int, cwd: Path, starts: bool, rides_with: str
    ) -> Launcher:
        """What starts, watches and ends the workers for the driver of `epoch`. cwd: the folder that the run was started in.

        starts: whether it is to start workers, or only to end those that there are. rides_with: the one in whose
        job the driver is, as the next one is to be in another's, "" for none; that job is not to be ended before the
        driver. Raises OmnioptError where the scheduler does not do its part.
        """

    def end_everything(self, paths: RunPaths, patience: float) -> str:
        """End every job of a run, also those that no driver knows of. patience: seconds for each of its answers.

        Returns "", or where it has not answered, which jobs are left and how a person ends them, in whole sentences.
        """

    def start_again(self, environ: Mapping[str, str]) -> None:
        """End the job that a process with these variables is in, and have it wait for its next start in the queue.

        Asked of it where it takes no more jobs, but keeps those that it has; where it does not do that, nothing happens.
        """

    def current_job(self, environ: Mapping[str, str]) -> CurrentJob | None:
        """The job that a process with these variables is in; None where it is in none of this scheduler's."""


class DriverJobs(Protocol):
    """How the driver of a run is a job of its own, with at most one at a time, or in the job of a worker."""

    def asked_for(self, paths: RunPaths) -> bool:
        """Whether the driver of this run was ever to be in a job."""

    def submit(self, run: Run, paths: RunPaths, retry: Sequence[int], survey: Survey) -> Submission:
        """Submit a driver, unless one waits already and will do, and the first workers of a run that had none.

        retry: numbers of trials that it gives out again. Raises ConfigError for a refusal, OmnioptError where the job
        cannot be taken now or no answer comes.
        """

    def submit_workers(self, run: Run, paths: RunPaths, survey: Survey) -> Submission:
        """Submit the workers that are missing from the queue, the first of which is to drive; see `submit`."""

    def first_look(self, paths: RunPaths, before: int) -> Sequence[str]:
        """Wait a moment for the driver that was just submitted; returns why it has not begun, nothing where it has.

        before: the epoch of the driver before it. A job that can never start is ended, with the workers. Raises
        ConfigError then, OmnioptError where it has ended already.
        """

    def status(self, paths: RunPaths) -> DriverStatus:
        """Where no driver is at work: whether one comes, why it waits, and whether it can ever begin."""

    def cancel(self, paths: RunPaths, patience: float) -> None:
        """End the driver's job, whether it waits or runs. patience: seconds for the answer."""

    def own(self) -> DriverJob:
        """The job of the driver that calls this."""

    def submit_successor(self, run: Run, paths: RunPaths) -> str:
        """Submit the driver that goes on when this one's job has ended; returns its number, however long that takes."""


class DriverJob(Protocol):
    """The job that a driver runs in."""

    def leaves(self) -> bool:
        """After it was told to end: whether the run is to go on with another driver; False where a person has ended it."""

    @property
    def comes_back(self) -> bool:
        """Whether the scheduler starts this job again by itself, as `leaves` has found out."""
