"""Jobs of submitit for the lines of a file: local|slurm WORKERS POINTS COMMAND...; `records` prints what the folder `jobs` has.

Called again, it goes on: it reads the jobs that are in the folder, and submits what none of them has done or does.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import submitit
from submitit.core.utils import FailedJobError, UncompletedJobError

FOLDER = Path("jobs")
Job = submitit.Job[str]


def known(where: str) -> Iterator[tuple[str, Job]]:
    """The jobs in the folder, each with the line that it is for."""
    kind = submitit.SlurmJob if where == "slurm" else submitit.LocalJob
    for path in sorted(FOLDER.glob("*_submitted.pkl")):
        job: Job = kind(folder=FOLDER, job_id=path.name.removesuffix("_submitted.pkl"))
        yield " ".join(job.submission().args), job


def result(job: Job) -> str | None:
    """What the program of a job printed, if it has ended well."""
    if not job.paths.result_pickle.exists():
        return None
    try:
        return str(job.result())
    except (FailedJobError, UncompletedJobError):
        return None


def missing(where: str, lines: Sequence[str]) -> list[str]:
    """The lines that no job has done; those that jobs of an earlier call still do are waited for."""
    jobs = list(known(where))
    while where == "slurm" and not all(job.done() for _, job in jobs):
        time.sleep(0.5)
    done = {line for line, job in jobs if result(job) is not None}
    return [line for line in lines if line not in done]


def run(where: str, workers: int, lines: Sequence[str], command: Sequence[str]) -> None:
    """Submit and wait; an array on Slurm, and here no more jobs at once than workers."""
    executor = submitit.AutoExecutor(folder=FOLDER, cluster=where)
    executor.update_parameters(timeout_min=10)
    function = submitit.helpers.CommandFunction(list(command), verbose=False)
    waiting = missing(where, lines)
    if where == "slurm":
        executor.update_parameters(slurm_array_parallelism=workers, mem_gb=0.3, cpus_per_task=1)
        jobs = (
            executor.map_array(function, *zip(*(line.split() for line in waiting), strict=True))
            if waiting
            else []
        )
        while not all(job.done() for job in jobs):
            time.sleep(0.5)
        return
    running: list[Job] = []
    while waiting or running:
        running = [job for job in running if not job.done()]
        while waiting and len(running) < workers:
            running.append(executor.submit(function, *waiting.pop(0).split()))
        time.sleep(0.02)


def main(words: list[str]) -> None:
    """Run, or print the records."""
    if words[0] == "records":
        for line, job in known(words[1]):
            printed = result(job)
            if printed is not None:
                print(json.dumps([*map(int, line.split()), float(printed.rpartition("RESULT:")[2])]))
        return
    run(words[0], int(words[1]), Path(words[2]).read_text(encoding="utf-8").splitlines(), words[3:])


if __name__ == "__main__":
    main(sys.argv[1:])
