"""OmniOpt beside other tools: python -m benchmarks.peers --where FOLDER --out RESULTS.json

Installs each into FOLDER, where it is not there yet, runs it on this machine and on a Slurm cluster that it starts here, and
kills its driver, a worker, and all of it in the middle. What was measured before stays in RESULTS.json until it is measured anew.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from harness import machine
from install import disk_use
from slurm_cluster import Cluster

from benchmarks.peers.gnu_parallel import GnuParallel
from benchmarks.peers.hyperqueue import HyperQueue
from benchmarks.peers.measure import VICTIMS, Failure, Victims, cost, fresh, peak, shown, survived
from benchmarks.peers.omniopt2 import OmniOpt2
from benchmarks.peers.optuna_joblib import OptunaJoblib
from benchmarks.peers.ours import OmniOpt
from benchmarks.peers.peer import Peer, Task
from benchmarks.peers.submitit_jobs import Submitit
from benchmarks.peers.xargs import Xargs

PEERS: tuple[type[Peer], ...] = (OmniOpt, OmniOpt2, OptunaJoblib, Submitit, HyperQueue, GnuParallel, Xargs)
_KILL_SECONDS = 0.5  # of an evaluation in the middle of which there is a kill
_PEAK_SECONDS = 0.3  # of an evaluation while memory is looked at


def main() -> int:
    """Measure what is asked for, and write it down after each tool."""
    asked = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that the cluster ends, too
    results = json.loads(asked.out.read_text(encoding="utf-8")) if asked.out.exists() else {"peers": {}}
    scratch = asked.where.resolve() / "tasks"
    began = time.monotonic()
    with _environments(scratch, asked.places) as environments:
        for kind in PEERS:
            if asked.only and kind.name not in asked.only:
                continue
            peer = kind(asked.where.resolve())
            found = results["peers"].get(peer.name, {})
            results["peers"][peer.name] = {**found, **_measured(peer, asked, scratch, environments)}
            asked.out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(f"measured in {time.monotonic() - began:.0f} s; written to {asked.out}")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--where", type=Path, required=True, help="the folder for what is installed and run")
    parser.add_argument("--out", type=Path, required=True, help="the file for the results")
    parser.add_argument("--only", nargs="+", choices=[kind.name for kind in PEERS], help="these tools alone")
    parser.add_argument("--places", nargs="+", choices=["local", "slurm"], default=["local", "slurm"])
    parser.add_argument("--repeats", type=int, default=3, help="of what is timed (default: %(default)s)")
    parser.add_argument("--evaluations", type=int, default=60, help="of what is timed (default: %(default)s)")
    parser.add_argument(
        "--kill-evaluations", type=int, default=16, help="of a run with a kill (default: %(default)s)"
    )
    parser.add_argument(
        "--kills", nargs="*", choices=VICTIMS, default=VICTIMS, help="who is killed (default: all three)"
    )
    parser.add_argument("--workers", type=int, default=2, help="(default: %(default)s)")
    return parser.parse_args()


@contextmanager
def _environments(scratch: Path, places: list[str]) -> Iterator[dict[str, Mapping[str, str]]]:
    """For each place its environment; a cluster is up meanwhile, if one is needed."""
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("SLURM_", "SBATCH_", "OMNIOPT_"))
    }
    found: dict[str, Mapping[str, str]] = {"local": kept} if "local" in places else {}
    if "slurm" not in places:
        yield found
        return
    folder = scratch / f"slurm-{os.getpid()}"
    folder.mkdir(parents=True)
    # Slurm's default is to look for startable jobs every three seconds.
    cluster = Cluster(folder, {"SchedulerParameters": "batch_sched_delay=0"})
    try:
        cluster.up()
        yield {**found, "slurm": cluster.environment()}
    finally:
        cluster.down()


def _measured(
    peer: Peer, asked: argparse.Namespace, scratch: Path, environments: Mapping[str, Mapping[str, str]]
) -> dict[str, Any]:
    """All about one tool."""
    installed = peer.home / "installed.json"
    if not installed.exists():
        began = time.monotonic()
        peer.install()
        installed.write_text(json.dumps(time.monotonic() - began), encoding="utf-8")
    return {
        "title": peer.title,
        "source": peer.source,
        "continues": peer.continues,
        "on_slurm": peer.on_slurm,
        "version": peer.version(),
        "date": date.today().isoformat(),
        "machine": machine(),
        "size_mb": disk_use(peer.home),
        "install_s": json.loads(installed.read_text(encoding="utf-8")),
        **{
            place: _in_place(peer, asked, scratch, place, environ)
            for place, environ in environments.items()
            if place == "local" or peer.on_slurm
        },
    }


def _in_place(
    peer: Peer, asked: argparse.Namespace, scratch: Path, place: str, environ: Mapping[str, str]
) -> dict[str, Any]:
    """What a tool costs in a place and what kills make it lose there; what failed is the text that says why."""
    several = peer.evaluations or asked.evaluations
    of_kills = min(peer.evaluations or asked.kill_evaluations, asked.kill_evaluations)

    def task(evaluations: int, seconds: float) -> Task:
        return fresh(scratch, peer.name, evaluations, asked.workers, seconds, place == "slurm")

    def told(what: str, measure: Callable[[], Any]) -> Any:
        try:
            said = measure()
        except Failure as failure:
            said = str(failure)
        print(f"{peer.name}, {place}, {what}: {said}", file=sys.stderr, flush=True)
        return said

    def killed(whom: Victims) -> Any:
        return told(f"{whom} killed", lambda: survived(peer, task(of_kills, _KILL_SECONDS), environ, whom))

    example = task(several, 0)
    found = {
        "command": shown(peer.start(example), example, peer),
        "evaluations": several,
        "workers": asked.workers,
        "timed": [told("timed", lambda: cost(peer, task(several, 0), environ)) for _ in range(asked.repeats)],
        "kills": {whom: killed(whom) for whom in asked.kills},
    }
    if place == "local":
        found["peak_mb"] = told("memory", lambda: peak(peer, task(min(several, 12), _PEAK_SECONDS), environ))
    return found


if __name__ == "__main__":
    sys.exit(main())
