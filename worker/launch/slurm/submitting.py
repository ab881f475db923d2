"""What the command line asks of Slurm: does the run fit, what would be submitted, and hand in the driver."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from worker.launch.slurm import cluster, driver_job, preflight
from worker.launch.slurm.client import Client
from worker.launch.slurm.cluster import Cluster
from worker.launch.slurm.launcher import PATIENCE, SlurmLauncher
from worker.launch.slurm.script import AgentJob, agent_script
from worker.spec.problem import Problem, has_errors
from worker.spec.run import Run
from worker.store.journal import ended_epoch, newest
from worker.store.paths import RunPaths

_TRY_EVERY = 5.0  # seconds


@dataclass(frozen=True)
class Script:
    """A job script and what it is for."""

    title: str
    text: str


def scripts(run: Run, paths: RunPaths, known: Cluster, driver_too: bool) -> list[Script]:
    """Every script that would be submitted for a run in `paths`; names of jobs get another random part then."""
    name, found = f"{run.name}.{secrets.token_hex(3)}", []
    if driver_too:
        text = driver_job.script(run, paths, f"{name}.driver", known.longest(run), ["--since", "0"])
        found.append(Script("The driver, a small job of its own", text))
    left, number, epoch = run.workers, 0, 0 if driver_too else 1
    while left:
        size, number = min(left, known.max_array), number + 1
        tag, seconds = f"{epoch}-{number}", known.walltime(run)
        text = agent_script(
            run, paths, AgentJob(f"{name}.{tag}", f"j{tag}", size, seconds, epoch, PATIENCE), sys.executable
        )
        by = "submitted with the driver" if epoch == 0 else "submitted by the driver"
        found.append(Script(f"{size} worker{'s' if size > 1 else ''}, {by}", text))
        left, number, epoch = left - size, number if epoch else 0, 1
    return found


def check(client: Client, run: Run, paths: RunPaths, known: Cluster, driver_too: bool) -> list[Problem]:
    """Everything that is wrong with `run` on this cluster and in this folder, all at once; nothing is queued.

    driver_too: whether the driver is to be a job.
    """
    problems = [*preflight.problems(run, known), *setup_problems(run), *folder_problems(paths)]
    if driver_too:
        problems += preflight.driver_problems(run, known)
    if not has_errors(problems) and preflight.uncertain(run, known):
        workers = scripts(run, paths, known, driver_too=False)[0]
        problems += preflight.rehearsed(client, run, known, workers.text)
    return problems


def setup_problems(run: Run) -> Iterator[Problem]:
    """What bash cannot read in the setup lines; nothing of them is run."""
    if not run.setup:
        return
    text = "\n".join(run.setup)
    checked = subprocess.run(
        ["bash", "-n"], input=text, capture_output=True, text=True, errors="replace", check=False
    )
    if checked.returncode != 0:
        words = " / ".join(line.removeprefix("bash: ") for line in checked.stderr.splitlines()[:2])
        yield Problem(
            "slurm.setup",
            f"The lines to run before a worker are no complete shell commands: {words}.",
            "Try them in a shell; each line stands as it is in the job script.",
        )


def folder_problems(paths: RunPaths) -> Iterator[Problem]:
    """What is wrong with the folder of the runs and with the interpreter, as far as this machine can see."""
    workdir = paths.root.parents[2]
    folder = _existing(paths.root)
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".omniopt-"):
            pass
    except OSError as error:
        yield Problem(
            "run.workdir", f"Nothing can be written to {folder}: {error.strerror}.", "Choose another workdir."
        )
    for path, what, field in (
        (workdir, "The workdir", "run.workdir"),
        (Path(sys.prefix), "This installation", ""),
    ):
        if path.is_relative_to("/tmp") or path.is_relative_to("/dev/shm"):
            yield Problem(
                field,
                f"{what} ({path}) is in a folder that compute nodes mostly do not share.",
                "Choose a folder that they see too, such as your home or a workspace.",
                "warning",
            )


def hand_in_driver(
    run: Run, paths: RunPaths, client: Client, known: Cluster, retry: Sequence[int] = ()
) -> str:
    """Submit the driver's job, unless one of this run is queued already and will do; returns its number.

    retry: numbers of trials that it gives out again. Raises ConfigError where Slurm refuses the job,
    NotSubmittedError where it takes no more jobs or stays silent.
    """
    name = driver_job.name_of(paths, run)
    there = driver_job.queued(client, name) if paths.job_script(name).exists() else []
    if there and not retry and driver_job.since(paths, name) >= ended_epoch(paths):
        return there[0].job
    words = ["--retry", ",".join(map(str, retry))] if retry else []
    return _hand_in(
        run,
        paths,
        client,
        name,
        known.longest(run),
        newest(paths),
        [row.job for row in there or ()],
        words,
    )


def hand_in_workers(run: Run, paths: RunPaths, client: Client, known: Cluster) -> tuple[str, ...]:
    """Submit the first workers of a run that was never driven; returns the numbers of the jobs that Slurm has taken.

    Slurm looks through its queue every few seconds only: what stands in it together with the driver starts together
    with it. The driver takes over whatever is written down here, and asks for what is missing.
    """
    if newest(paths) or paths.submissions(0).exists():
        return ()
    launcher = SlurmLauncher(run, paths, client, 0, known.walltime(run), known.max_array)
    launcher.start(min(run.workers, known.max_array))
    launcher.close()
    jobs = (report.job.partition("_")[0] for report in launcher.poll().values())
    return tuple(dict.fromkeys(job for job in jobs if job))


def hand_in_successor(run: Run, paths: RunPaths) -> str:
    """Submit the driver that goes on when the job of this one has ended; returns its number.

    There is nothing better to do in what is left of this job's time, so it is tried until Slurm has taken it.
    """
    client = Client()
    while True:
        try:
            limit = cluster.ask(client, run).longest(run)
            name = driver_job.name_of(paths, run)
            return _hand_in(
                run, paths, client, name, limit, newest(paths) - 1, [os.environ.get("SLURM_JOB_ID", "")], []
            )
        except (driver_job.NotSubmittedError, OSError) as error:  # a full disk, for example
            print(f"The next driver is not handed in yet: {error}", flush=True)
            time.sleep(_TRY_EVERY)


def _hand_in(
    run: Run,
    paths: RunPaths,
    client: Client,
    name: str,
    limit: int | None,
    since: int,
    there: Sequence[str],
    words: Sequence[str],
) -> str:
    """Submit a driver's job. there: numbers of those that are in the queue already.

    since: the driver of this epoch is known to have ended the run, or to have been left alone, for good. words: more
    of `omniopt drive`.
    """
    text = driver_job.script(run, paths, name, limit, ["--since", str(since), *words])
    driver_job.write_script(paths, name, text)
    return driver_job.hand_in(client, name, text, there)


def _existing(path: Path) -> Path:
    """`path`, or the nearest folder above it that exists."""
    return next(folder for folder in (path, *path.parents) if folder.is_dir())
