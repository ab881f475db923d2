"""Outages under a run on a Slurm cluster: the controller dies, the disk is full, somebody cancels everything.

    python tests/slurm/slurm_outages.py --seconds 60

Exits with 1 if a promise is broken. The full disk needs root, for a small file system in memory.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from slurm_report import Figure, on_cluster, report
from slurm_site import Site, until
from storm_observations import Findings, Observations, processes_of

from worker.store.claim import claim
from worker.store.follower import Follower
from worker.store.paths import RunPaths

GOES_ON_WITHIN = 60.0  # seconds after space has come back
GONE_WITHIN = 15.0  # seconds after a cancel
SILENCE = "Slurm does not answer"
_DISK = "size=4m,nr_inodes=3000"


@dataclass
class Outage:
    """What came of one; seconds: how long it took until the run went on, or everything was gone."""

    findings: Findings
    seconds: float = 0.0


class RunInOutage:
    """A run that is going on, whose results are taken down."""

    def __init__(self, site: Site, name: str, notes: Path, evaluations: int, workers: int, pace: str) -> None:
        """notes: the folder of what the program notes. pace: see `Observations.set_pace`."""
        self.site = site
        self.evaluations = evaluations
        folder = notes / f"{name} notes"
        folder.mkdir()
        self.observations = Observations(site.paths(name), folder)
        self.observations.set_pace(pace)
        self.paths = site.start(
            name,
            objective=f"bash '{self.observations.program}' ($x)",
            evaluations=evaluations,
            workers=workers,
        )
        self.until_shown(3)

    def until_shown(self, count: int) -> None:
        """Wait until so many results have been shown."""

        def enough() -> bool:
            self.observations.look()
            return len(self.observations.shown) >= count

        until(enough, f"{len(self.observations.shown)} of {count} results are there", seconds=120)

    def end(self) -> Findings:
        """Wait for the end of the run, and compare."""
        self.site.until_over(self.paths)
        return self.observations.compare(self.evaluations, killed=())


def controller(site: Site, seconds: float, workers: int = 4) -> Outage:
    """slurmctld is killed, and started again after so many seconds: evaluations go on meanwhile, and nothing is lost."""
    run = RunInOutage(
        site, "larch", site.folder, evaluations=int((30 + 3 * seconds) * workers), workers=workers, pace="0.2"
    )
    # So that the run is not over before Slurm has saved its jobs and the queue is asked again: up to a minute each.
    run.observations.hold(True)
    saved = site.cluster.folder / "state" / "job_state"
    began = time.time()
    # What Slurm has not written down when it is killed it does not know afterwards; it writes when something changes.
    for job in set(site.cluster.run("squeue", "--noheader", "--format=%A").stdout.split()):
        site.cluster.run("scontrol", "update", f"JobId={job}", "Comment=changed")
    until(lambda: saved.exists() and saved.stat().st_mtime > began, "Slurm does not save its jobs")
    run.observations.look()
    before = len(run.observations.shown)
    site.cluster.kill_controller()
    ends_at = time.monotonic() + seconds
    until(lambda: SILENCE in run.paths.events.read_text(), "its silence is not noticed", seconds=120)
    run.observations.hold(False)
    until(lambda: SILENCE in site.omniopt("status", "larch").stdout, "status does not tell")
    while time.monotonic() < ends_at:
        time.sleep(0.2)
        run.observations.look()
    run.until_shown(before + 1)
    site.cluster.start_controller()
    findings = run.end()
    if (often := run.paths.events.read_text().count(f"  {SILENCE}")) != 1:
        findings.left_behind.append(f"its silence was told of {often} times")
    return Outage(findings)


def cancel(site: Site, workers: int = 4) -> Outage:
    """Cancel a run whose programs have daemons and do not listen to TERM."""
    paths = site.start("date", objective="setsid sleep 1234 & trap '' TERM; sleep 5678", workers=workers)
    until(
        lambda: sum("sleep 5678" in command_line for command_line in processes_of(paths)) == workers,
        "nothing is evaluated",
    )
    began = time.monotonic()
    done = site.omniopt("cancel", "date")
    assert done.returncode == 0, done.stdout + done.stderr
    with suppress(AssertionError):
        until(lambda: not site.jobs("date") and not any(processes_of(paths)), "", seconds=60)
    return Outage(Findings(left_behind=[*site.jobs("date"), *processes_of(paths)]), time.monotonic() - began)


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A file system of a few MB in this new folder; needs root."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", _DISK, "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def fill(folder: Path) -> None:
    """Make a new folder, and fill it until nothing more can be written or made anywhere beside it."""
    folder.mkdir()
    with (folder / "ballast").open("wb", buffering=0) as file:
        for size in (1 << 16, 1 << 12, 1):
            with suppress(OSError):
                while True:
                    file.write(b"x" * size)
    with suppress(OSError):
        for number in count():
            (folder / str(number)).touch()


def disk(site: Site, notes: Path, full: float) -> Outage:
    """The disk of a run, in `site`, is full for so many seconds, and the driver is killed meanwhile.

    notes: a folder on another disk.
    """
    workers = 3
    run = RunInOutage(site, "fir", notes, evaluations=60, workers=workers, pace="0.2")
    ballast = site.folder / "ballast"
    fill(ballast)
    assert "is full, so the run is waiting" in site.omniopt("status", "fir").stdout
    began = time.monotonic()
    time.sleep(full / 2)
    os.kill(claim(run.paths).pid, signal.SIGKILL)  # the next one cannot even begin
    while time.monotonic() < began + full:
        time.sleep(0.2)
        run.observations.look()
    before = ended(run.paths)
    shutil.rmtree(ballast)
    began = time.monotonic()
    until(lambda: ended(run.paths) > before, "it does not go on", seconds=3 * GOES_ON_WITHIN)
    seconds = time.monotonic() - began
    findings = run.end()
    told = len(re.findall(r"  evaluation \d+: ok after ", run.paths.events.read_text()))
    # Where the last free bytes went to the journal, the killed driver took the sentence with it: of one result a worker.
    if told < findings.evaluations - workers:
        findings.lost.append(f"events.log tells of {told} results, {findings.evaluations} are there")
    return Outage(findings, seconds)


def ended(paths: RunPaths) -> int:
    """How many evaluations have ended."""
    follower = Follower(paths)
    follower.update()
    return sum(trial.status.ended for trial in follower.state.trials.values())


def main() -> int:
    """Start a cluster, let one outage after another come over it, print what was found."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=60, help="that an outage lasts (default: 60)")
    parser.add_argument("--workers", type=int, default=8)
    options = parser.parse_args()
    with on_cluster() as (cluster, work), small_disk(work.with_name("disk")) as small:
        without = controller(Site(cluster, work), options.seconds, options.workers)
        full = disk(Site(cluster, small), work, options.seconds)
        gone = cancel(Site(cluster, work), options.workers)
    faults = [*without.findings.faults, *full.findings.faults, *gone.findings.left_behind]
    span = f"{options.seconds:.0f} s"
    return report(
        [
            Figure(f"slurmctld killed for {span}", counted(without.findings), "all evaluations, nothing lost or repeated",
                   not without.findings.faults and not without.findings.repeats),
            Figure(f"disk full for {span}", counted(full.findings), "all evaluations, nothing lost or repeated",
                   not full.findings.faults and not full.findings.repeats),
            Figure("disk freed, until it goes on", f"{full.seconds:.1f} s", f"<= {GOES_ON_WITHIN:.0f} s",
                   full.seconds <= GOES_ON_WITHIN),
            Figure("cancel, until no process and no job is left", f"{gone.seconds:.1f} s", f"<= {GONE_WITHIN:.0f} s",
                   gone.seconds <= GONE_WITHIN and not gone.findings.left_behind),
        ],
        faults,
    )  # fmt: skip


def counted(findings: Findings) -> str:
    """What there is to say of a run in an outage."""
    return f"{findings.evaluations} evaluations, {len(findings.lost)} lost, {findings.repeats} repeated"


if __name__ == "__main__":
    sys.exit(main())
