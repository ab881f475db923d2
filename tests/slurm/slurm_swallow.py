"""Submissions whose answers are swallowed: `sbatch` behind a proxy that loses answers and requests at random.

    python tests/slurm/slurm_swallow.py --submissions 100 --share 0.3

No job may be there twice, and none may be there that the launcher does not know or has given up. Exits with 1 where
that is so.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from slurm_cluster import Cluster
from slurm_report import Figure, on_cluster, report
from slurm_runs import a_run

from worker.launch.launcher import AgentState
from worker.launch.slurm.client import Client
from worker.launch.slurm.worker_jobs import SlurmLauncher
from worker.store.paths import RunPaths

PROXY = """\
#!/bin/bash
# Takes the next word of the plan and does with this call what it says.
exec 9>>"{folder}/lock"; flock 9
word=$(head -n 1 "{folder}/plan"); sed -i 1d "{folder}/plan"
exec 9>&-
export SLURM_CONF="{config}"
error="sbatch: error: Batch job submission failed: Socket timed out on send/recv operation"
case "$word" in
  swallow) {sbatch} "$@" >/dev/null 2>&1; echo "$error" >&2; exit 1;;
  hang) {sbatch} "$@" >/dev/null 2>&1; exec sleep 60;;
  silent) {sbatch} "$@" >/dev/null 2>&1; exit 0;;
  lose) cat >/dev/null; echo "$error" >&2; exit 1;;
  *) exec {sbatch} "$@";;
esac
"""
BAD = ("swallow", "hang", "silent", "lose")
SPEED = 10  # the launcher's clock runs so much faster than ours


@dataclass
class Findings:
    """What came of it; duplicates and orphans should be empty."""

    plan: Counter[str]
    adopted: int = 0
    given_up: int = 0
    duplicates: list[str] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)


def swallow(cluster: Cluster, folder: Path, submissions: int, share: float, seed: int = 0) -> Findings:
    """Submit single agents one after another through the proxy, until nothing is unknown any more."""
    chance = random.Random(seed)
    plan = [chance.choice(BAD) if chance.random() < share else "pass" for _ in range(submissions)]
    environ = _behind_proxy(cluster, folder, plan)
    stay = folder / "stay"
    stay.write_text('#!/bin/sh\ncase "$*" in *--sweep*) exit 0;; esac\nexec sleep 3600\n')
    stay.chmod(0o755)
    launcher = SlurmLauncher(
        a_run(cpus=1, memory=10), RunPaths(folder / "pear"), Client(environ, patience=2.0), epoch=1, walltime=7200,
        max_array=1000, python=str(stay), clock=lambda: SPEED * time.monotonic(),
    )  # fmt: skip
    asked: list[str] = []
    ends_at = time.monotonic() + 600
    while len(asked) < submissions or _unsettled(launcher):
        assert time.monotonic() < ends_at, f"still unknown: {_unsettled(launcher)}"
        if len(asked) < submissions:
            asked += launcher.start(1)
        launcher.poll()
        time.sleep(0.1)
    findings = _compare(cluster, launcher, Counter(plan))
    launcher.stop(asked)
    launcher.poll()
    launcher.close()
    return findings


def _behind_proxy(cluster: Cluster, folder: Path, plan: list[str]) -> dict[str, str]:
    """An environment whose sbatch is the proxy; the proxy alone knows where the real cluster's sbatch is."""
    environ = cluster.environment()
    sbatch = cluster.run("sh", "-c", "command -v sbatch").stdout.strip()
    (folder / "plan").write_text("\n".join(plan) + "\n")
    bin_folder = folder / "bin"
    bin_folder.mkdir()
    proxy = bin_folder / "sbatch"
    proxy.write_text(PROXY.format(folder=folder, config=cluster.config, sbatch=sbatch))
    proxy.chmod(0o755)
    return {**environ, "PATH": f"{bin_folder}:{environ['PATH']}"}


def _unsettled(launcher: SlurmLauncher) -> list[str]:
    """The agents about which it is not known yet whether Slurm has taken them."""
    return [
        report.identity
        for report in launcher.poll().values()
        if report.state is AgentState.UNKNOWN or report.reason == "The job is being submitted."
    ]


def _compare(cluster: Cluster, launcher: SlurmLauncher, plan: Counter[str]) -> Findings:
    """The jobs that are there against those that the launcher knows."""
    answer = cluster.run("squeue", "--noheader", "--array", "--format=%F_%K %T").stdout
    jobs = [line.split()[0] for line in answer.splitlines()]
    names = Counter(cluster.jobs())
    alive = {report.job for report in launcher.poll().values() if report.state is not AgentState.GONE}
    gone = sum(report.state is AgentState.GONE for report in launcher.poll().values())
    return Findings(
        plan=plan,
        adopted=len(alive),
        given_up=gone,
        duplicates=[name for name, times in names.items() if times > 1],
        orphans=[job for job in jobs if job not in alive and job.partition("_")[0] not in alive],
    )


def main() -> int:
    """Start a cluster, submit through the proxy, print what was found."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--submissions", type=int, default=100)
    parser.add_argument(
        "--share", type=float, default=0.3, help="of the answers that are swallowed (default: 0.3)"
    )
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with on_cluster() as (cluster, work):
        findings = swallow(cluster, work, options.submissions, options.share, options.seed)
    settled = findings.adopted + findings.given_up
    bad = sum(count for word, count in findings.plan.items() if word != "pass")
    kinds = ", ".join(f"{count} {word}" for word, count in sorted(findings.plan.items()) if word != "pass")
    return report(
        [
            Figure("submissions", str(settled), str(options.submissions), settled == options.submissions),
            Figure(
                "whose answer or request was lost", f"{bad}: {kinds}", f"about {options.share:.0%}", bad > 0
            ),
            Figure("known at the end", str(findings.adopted), ""),
            Figure("given up, to be asked for again", str(findings.given_up), ""),
            Figure("duplicates", str(len(findings.duplicates)), "0", not findings.duplicates),
            Figure("orphans", str(len(findings.orphans)), "0", not findings.orphans),
        ],
        [*findings.duplicates, *findings.orphans],
    )


if __name__ == "__main__":
    sys.exit(main())
