"""The workers of a run that nobody drives now: whether they are in Slurm's queue, and why they wait there."""

from __future__ import annotations

from collections import Counter

from worker.launch.scheduler import DriverStatus
from worker.launch.slurm import reasons, refusals, squeue
from worker.launch.slurm.client import Client
from worker.launch.slurm.node_health import last_line
from worker.launch.slurm.squeue import JobState, Row
from worker.launch.slurm.submission_log import logged_submissions
from worker.spec.text import counted, together
from worker.store.journal import newest
from worker.store.paths import RunPaths
from worker.store.starter import run_command


def drive_themselves(paths: RunPaths) -> bool:
    """Whether the workers that were submitted last are such as start a driver."""
    submissions = logged_submissions(paths, newest(paths))
    return bool(submissions) and submissions[-1].job.since is not None


def present(client: Client, paths: RunPaths, patience: float | None = None) -> int | None:
    """How many workers of the run wait or run; None where Slurm gives no answer. patience: seconds."""
    rows = _rows(client, paths, patience)
    return None if rows is None else len(rows)


def status(client: Client, paths: RunPaths, patience: float) -> DriverStatus:
    """What is to be expected of the workers, where none of them drives. patience: seconds for Slurm's answer."""
    rows = _rows(client, paths, patience)
    if rows is None:
        return DriverStatus(
            ("Slurm does not answer, so it is not known whether its workers are in the queue.",)
        )
    return _waits(rows, paths) if rows else DriverStatus((_none(paths),), comes=False)


def _none(paths: RunPaths) -> str:
    resume = f"To submit others: {run_command('resume', paths)}"
    newest_job = logged_submissions(paths, newest(paths))[-1].job
    output = paths.job_output(newest_job.name, 0)
    if (
        any(paths.agent(identity).outbox.exists() for identity in newest_job.identities)
        or not output.exists()
    ):
        return f"It has no workers in the queue, so nobody drives it. {resume}"
    return together(
        "Its worker jobs ended before OmniOpt could start in them.",
        last_line(output),
        f"See {output} and the setup lines.",
        resume,
    )


def _waits(rows: list[Row], paths: RunPaths) -> DriverStatus:
    running = [row for row in rows if row.state is not JobState.WAITING]
    if running:
        nodes = ", ".join(sorted({row.node for row in running if row.node})) or "a node"
        about_to = f"{counted(len(running), 'worker')} on {nodes}, one of which is about to drive it."
        # Where it cannot, that has told why.
        return DriverStatus((together(about_to, last_line(paths.driver_log)),))
    why = Counter(row.reason for row in rows)
    sentences = [
        f"{counted(count, 'worker')} in the queue, the first of which drives it. {reasons.waiting(reason)}"
        for reason, count in why.most_common()
    ]
    meanings = [(row.reason, meaning) for row in rows if (meaning := reasons.never(row.reason))]
    if len(meanings) < len(rows):
        return DriverStatus(tuple(sentences))
    reason, meaning = meanings[0]
    return DriverStatus(tuple(sentences), True, refusals.workers_stuck(reason, meaning), meaning.sightings)


def _rows(client: Client, paths: RunPaths, patience: float | None) -> list[Row] | None:
    names = [entry.job.name for entry in logged_submissions(paths, newest(paths)) if not entry.over]
    return squeue.unfinished(client, names, patience) if names else []
