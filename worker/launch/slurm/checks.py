"""What Slurm, its cluster and the file systems would refuse of a run, all at once, before anything is submitted."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from worker.launch.slurm import initial_jobs, preflight, rehearsal, sites
from worker.launch.slurm.client import Client
from worker.launch.slurm.cluster import Cluster
from worker.spec.driver_fields import DriverPlace
from worker.spec.fields import BY_PATH
from worker.spec.problem import Problem, has_errors
from worker.spec.run import Run
from worker.store.paths import RunPaths


def check(client: Client, run: Run, paths: RunPaths, cluster: Cluster, place: DriverPlace) -> list[Problem]:
    """Everything that is wrong with `run` on this cluster and in this folder, all at once; nothing is queued.

    place: where the driver is to be.
    """
    driver_too = place is DriverPlace.JOB
    problems = [
        *sites.problems(client, run),
        *preflight.problems(run, cluster, driver_too),
        *setup_problems(run),
        *folder_problems(paths),
    ]
    if driver_too:
        problems += preflight.driver_problems(run, cluster)
    if not has_errors(problems):
        scripts = initial_jobs.scripts(run, paths, cluster, place)
        said = {problem.path for problem in problems if problem.path}
        rehearsed = rehearsal.problems(client, run, cluster, scripts)
        problems += [each for each in rehearsed if each.severity == "error" or each.path not in said]
    return problems


def setup_problems(run: Run) -> Iterator[Problem]:
    """What bash cannot read in the setup lines; nothing of them is run."""
    if not run.setup:
        return
    text = "\n".join(run.setup)
    checked = subprocess.run(["bash", "-n"], input=text, capture_output=True, errors="replace", check=False)
    if checked.returncode != 0:
        complaint = " / ".join(line.removeprefix("bash: ") for line in checked.stderr.splitlines()[:2])
        yield Problem(
            "slurm.setup",
            f"The {BY_PATH['slurm.setup'].in_sentence} are not complete shell commands: {complaint}.",
            "Try them in a shell; the job script contains each line as it is.",
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
            "run.workdir", f"Cannot write to {folder}: {error.strerror}.", "Choose another workdir."
        )
    for path, purpose, field in (
        (workdir, "The workdir", "run.workdir"),
        (Path(sys.prefix), "This installation", ""),
    ):
        if path.is_relative_to("/tmp") or path.is_relative_to("/dev/shm"):
            yield Problem(
                field,
                f"{purpose} ({path}) is in a folder that compute nodes usually do not share.",
                "Choose a folder that they can see as well, such as a workspace.",
                "warning",
            )


def _existing(path: Path) -> Path:
    """`path`, or the nearest folder above it that exists."""
    return next(folder for folder in (path, *path.parents) if folder.is_dir())
