"""The driver as a small job of its own: submitted once, found again where Slurm's answer was lost."""

from __future__ import annotations

import re
import secrets
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from worker.errors import ConfigError, OmnioptError
from worker.launch.slurm import refusals, sbatch, squeue
from worker.launch.slurm.client import Client
from worker.launch.slurm.sbatch import Outcome, Submitted
from worker.launch.slurm.script import driver_script
from worker.launch.slurm.squeue import Row
from worker.launch.slurm.submissions import ANSWERS_WITHOUT
from worker.spec.run import Run
from worker.store.files import replacing
from worker.store.paths import RunPaths

_MARGIN = 900  # seconds that the driver's job outlives the run's time, to wait in the queue and to tidy up
_PAUSE = 5.0  # seconds between two questions about a lost answer
_PATIENCE = 120.0  # seconds of silence after which a person is asked to try again
_TRIES = 3


class NotSubmittedError(OmnioptError):
    """The driver's job could not be submitted, or it is not known whether it was."""


def known_name(paths: RunPaths) -> str:
    """The name that all driver jobs of this run have, and no other job; "" before the first was made up."""
    try:
        return paths.driver_job_name.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""


def name_of(paths: RunPaths, run: Run) -> str:
    """The name of the driver jobs, made up at the first call. Raises OSError."""
    if not known_name(paths):
        with replacing(paths.driver_job_name) as file:
            file.write(f"{run.name}.{secrets.token_hex(3)}.driver")
    return known_name(paths)


def script(run: Run, paths: RunPaths, name: str, limit: int | None, arguments: Sequence[str] = ()) -> str:
    """The script of the driver's job. limit: the longest that it may last, in seconds; None for no limit."""
    seconds = run.driver_walltime or run.runtime + _MARGIN
    return driver_script(
        run, paths, name, seconds if limit is None else min(seconds, limit), sys.executable, arguments
    )


def queued(client: Client, name: str, patience: float | None = None) -> list[Row] | None:
    """The driver jobs called `name` that wait or run; None where Slurm gives no answer."""
    return squeue.unfinished(client, [name], patience)


def submit(
    client: Client,
    name: str,
    text: str,
    earlier: Sequence[str] = (),
    sleep: Callable[[float], None] = time.sleep,
) -> str:
    """Submit the script of a driver; returns the job's number.

    earlier: numbers of driver jobs that were there before. Where the answer is lost, the queue is asked for a new job
    of that name, and the script is submitted again only after two answers without it. Raises ConfigError where
    Slurm refuses it, NotSubmittedError where it takes no more jobs or stays silent.
    """
    waited = 0.0
    for _ in range(_TRIES):
        answer = sbatch.submit(client, text)
        if answer.outcome is Outcome.ACCEPTED:
            return answer.job
        if answer.outcome is Outcome.REFUSED:
            raise ConfigError([refusals.driver_refusal(answer, text)])
        if answer.outcome is Outcome.LATER:
            raise NotSubmittedError(_later(answer))
        without = 0
        while without < ANSWERS_WITHOUT:
            rows = queued(client, name)
            if new := [row.job for row in rows or () if row.job not in earlier]:
                return new[0]
            without += rows is not None
            if waited >= _PATIENCE:
                raise NotSubmittedError(_unknown(answer))
            if without < ANSWERS_WITHOUT:
                sleep(_PAUSE)
                waited += _PAUSE
    raise NotSubmittedError(
        f"Slurm lost the driver's job each time ({answer.message}). Resume the run later."
    )


def write_script(paths: RunPaths, name: str, text: str) -> Path:
    """Keep the script beside those of the agents, for people; returns its path."""
    path = paths.job_script(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def since(paths: RunPaths, name: str) -> int:
    """Up to which epoch the newest driver job of the run knows of the run's end; -1 where there is none."""
    try:
        match = re.search(r" --since (\d+)", paths.job_script(name).read_text())
    except FileNotFoundError:
        return -1
    return int(match[1]) if match else -1


def _unknown(answer: Submitted) -> str:
    return (
        "It is not known whether Slurm accepted the driver's job, since it does not answer "
        f"({answer.message}). To ask again without starting a second driver, resume the run in a while."
    )


def _later(answer: Submitted) -> str:
    return (
        f"Slurm accepts no more jobs at the moment ({answer.message}). Wait until some of your jobs have "
        "ended, or start with --driver here, which needs one job fewer."
    )
