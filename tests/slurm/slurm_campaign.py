"""A run at the limits of its cluster: as many jobs as may be submitted are its own workers, and each lasts for minutes.

    python tests/slurm/slurm_campaign.py --minutes 20

The partition ends jobs after three minutes, and the user may have as many jobs in the queue as the run has workers. The
run is to go on until its runtime is over; nothing is lost, no more evaluations run at once than there are workers, and
none of Slurm's commands is called more than twice in any minute.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections import Counter
from pathlib import Path

from slurm_cluster import Cluster
from slurm_report import Figure, on_cluster, report
from slurm_site import Site, until

from worker.store.claim import Standing, claim
from worker.store.journal import epochs
from worker.store.journal_reading import read_journal
from worker.store.journal_records import Finished
from worker.store.paths import RunPaths

PARTITION = "minutes"
LINES = (f"PartitionName={PARTITION} Nodes=ALL MaxTime=3",)
SECONDS = 5.0  # of an evaluation
MOST_CALLS = 2  # of one command in a minute
COMMANDS = ("sbatch", "squeue", "scancel", "scontrol", "sinfo", "sacctmgr", "sacct")
_BEGIN = 60.0  # seconds in which the run begins, when everything is asked about once


def counted_commands(folder: Path) -> Path:
    """Commands of Slurm that write down each call, with its time; returns the folder to be searched for them first."""
    folder.mkdir()
    for name in filter(shutil.which, COMMANDS):
        program = folder / name
        program.write_text(
            f'#!/bin/bash\necho "$EPOCHREALTIME {name}" >>{folder}/calls\nexec {shutil.which(name)} "$@"\n'
        )
        program.chmod(0o755)
    return folder


def most_in_a_minute(calls: Path, since: float) -> Counter[str]:
    """The most calls of each command in any minute after `since`, seconds since 1970."""
    times: dict[str, list[float]] = {}
    for line in calls.read_text().splitlines():
        at, name = line.split()
        if float(at) > since:
            times.setdefault(name, []).append(float(at))
    return Counter(
        {
            name: max(sum(one <= at < one + 60 for at in found) for one in found)
            for name, found in times.items()
        }
    )


def most_at_once(paths: RunPaths) -> int:
    """The most evaluations that ran at the same time, by their own beginning and end."""
    records = (record for epoch in epochs(paths) for record in read_journal(paths, epoch))
    moments: list[tuple[float, int]] = []
    for record in records:
        if isinstance(record, Finished) and record.outcome.end and record.outcome.seconds:
            moments += [(record.outcome.end - record.outcome.seconds, 1), (record.outcome.end, -1)]
    now = most = 0
    for _, change in sorted(moments):
        now += change
        most = max(most, now)
    return most


def campaign(cluster: Cluster, folder: Path, minutes: float, workers: int) -> list[Figure]:
    """Let one run go through it; returns what was found."""
    site = Site(cluster, folder)
    commands = counted_commands(cluster.folder / "counted")
    site.environ["PATH"] = f"{commands}:{cluster.environment()['PATH']}"
    began = time.time()
    paths = site.start(
        "campaign",
        objective=f"sleep {SECONDS}; echo RESULT: ($x)",
        workers=workers,
        evaluations=1_000_000,
        runtime=f"{minutes:.0f}min",
        slurm=f'partition = "{PARTITION}"',
    )
    until(lambda: claim(paths).standing is Standing.OVER, "the run does not end", 60 * minutes + 300)
    until(lambda: not site.jobs(paths.name), "jobs are left")
    lasted = time.time() - began
    counts = Counter(row["status"] for row in site.rows(paths))
    calls = most_in_a_minute(commands / "calls", began + _BEGIN)
    ideal = workers * 60 * minutes / SECONDS
    at_once = most_at_once(paths)
    return [
        Figure(
            "the run lasted",
            f"{lasted / 60:.1f} min",
            f">= {minutes - 1:.0f} min",
            lasted >= 60 * (minutes - 1),
        ),
        Figure("evaluations", f"{dict(counts)}", "all ok", set(counts) == {"ok"}),
        Figure("worker time inside the program", f"{counts['ok'] / ideal:.0%}", "", True),
        Figure("most evaluations at once", f"{at_once}", f"<= {workers}", at_once <= workers),
        Figure(
            "most calls in a minute after the first",
            ", ".join(f"{name} {count}" for name, count in sorted(calls.items())) or "none",
            f"<= {MOST_CALLS}",
            max(calls.values(), default=0) <= MOST_CALLS,
        ),
    ]


def main() -> int:
    """Start a cluster with these limits, and print what was found."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--workers", type=int, default=3)
    options = parser.parse_args()
    accounts = (
        "add account all",
        "add user root account=all",
        f"modify user root set MaxSubmitJobs={options.workers}",
    )
    with on_cluster(partitions=LINES, accounts=accounts) as (cluster, work):
        return report(campaign(cluster, work, options.minutes, options.workers), [])


if __name__ == "__main__":
    sys.exit(main())
