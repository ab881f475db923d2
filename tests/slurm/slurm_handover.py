"""How long a run stands still when the job of its driver ends: cancelled, its driver killed, its node gone.

    python tests/slurm/slurm_handover.py --workers 10

The objective program takes two seconds. What counts is the longest time, from the event on, in which no evaluation
begins, and the share of the workers' time that was inside the program.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from slurm_cluster import Cluster
from slurm_report import Figure, on_cluster, report
from slurm_site import Site, until

from worker import processes
from worker.store.claim import claim
from worker.store.journal import epochs
from worker.store.journal_reading import introduction_of, read_journal
from worker.store.journal_records import Finished, Started
from worker.store.paths import RunPaths

SECONDS = 2.0
AFTERWARDS = 40.0  # seconds that are looked at after an event
GOODBYE, SILENT = 5.0, 25.0  # seconds that are promised


def cancelled(site: Site, paths: RunPaths) -> None:
    """A person ends the job that the driver is in."""
    driver = introduction_of(paths, claim(paths).epoch)
    assert driver is not None
    site.cluster.run("scancel", driver.job)


def killed(site: Site, paths: RunPaths) -> None:
    """The driver's process is killed."""
    os.kill(claim(paths).pid, signal.SIGKILL)


def requeued(site: Site, paths: RunPaths) -> None:
    """Slurm puts the job that the driver is in back into the queue."""
    driver = introduction_of(paths, claim(paths).epoch)
    assert driver is not None
    site.cluster.run("scontrol", "requeue", driver.job)


def node_gone(site: Site, paths: RunPaths) -> None:
    """Everything in its job stops at once, as where the node is down."""
    driver = claim(paths).pid
    agent = processes.parent(driver)
    script = processes.parent(agent)
    for pid in (script, agent, driver, *processes.descendants(script)):
        processes.send([pid], signal.SIGSTOP)


EVENTS: dict[str, tuple[Callable[[Site, RunPaths], None], float]] = {
    "its job cancelled": (cancelled, GOODBYE),
    "its job requeued": (requeued, GOODBYE),
    "its process killed": (killed, SILENT),
    "its node gone": (node_gone, SILENT),
}


def starts(paths: RunPaths) -> list[float]:
    """When evaluations began."""
    records = (record for epoch in epochs(paths) for record in read_journal(paths, epoch))
    return sorted(record.at for record in records if isinstance(record, Started))


def inside(paths: RunPaths) -> float:
    """Seconds inside the program of all evaluations that have ended."""
    records = (record for epoch in epochs(paths) for record in read_journal(paths, epoch))
    return sum(record.outcome.seconds or 0.0 for record in records if isinstance(record, Finished))


def handover(cluster: Cluster, folder: Path, event: str, workers: int) -> tuple[float, float]:
    """Let it come over a run of its own; returns the longest pause in seconds, and the share inside the program."""
    site, (strike, _) = Site(cluster, folder), EVENTS[event]
    name = event.replace(" ", "_")
    paths = site.start(
        name, objective=f"sleep {SECONDS}; echo RESULT: ($x)", workers=workers, evaluations=100_000
    )
    until(lambda: len(starts(paths)) > 3 * workers, "nothing is evaluated", 120)
    at, before = time.time(), inside(paths)
    strike(site, paths)
    time.sleep(AFTERWARDS)
    share = (inside(paths) - before) / (workers * (time.time() - at))
    times = [at, *(start for start in starts(paths) if start > at), at + AFTERWARDS]
    pause = max(later - earlier for earlier, later in pairwise(times))
    subprocess.run(
        [sys.executable, "-I", "-m", "worker", "cancel", name],
        cwd=folder, env=cluster.environment(), capture_output=True, check=False,
    )  # fmt: skip
    cluster.run("scancel", f"--user={os.getuid()}", check=False)
    until(lambda: not cluster.jobs(), "jobs are left", 180)
    return pause, share


def main() -> int:
    """Start a cluster, let each event come over a run, print what was found."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--workers", type=int, default=10)
    options = parser.parse_args()
    figures = []
    with on_cluster() as (cluster, work):
        for event, (_, promised) in EVENTS.items():
            pause, share = handover(cluster, work, event, options.workers)
            within = pause <= promised
            figures.append(
                Figure(f"longest pause, {event}", f"{pause:.1f} s", f"<= {promised:.0f} s", within)
            )
            figures.append(Figure(f"worker time inside the program, {event}", f"{share:.0%}", "", True))
    return report(figures, [])


if __name__ == "__main__":
    sys.exit(main())
