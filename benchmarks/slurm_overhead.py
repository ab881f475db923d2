"""What a run costs on a real Slurm cluster of four nodes on this machine: start, overhead, idle agents, questions."""

from __future__ import annotations

import csv
import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from harness import OMNIOPT, ROOT, Figure, machine, options, repeated, report, spread

from worker.store.paths import Home, RunPaths
from worker.store.records import decode
from worker.store.tail import read_records

sys.path.insert(0, str(ROOT / "tests" / "slurm"))

from slurm_cluster import Cluster

CONFIG = """\
[run]
name = "{name}"
objective = "{objective} # ($x)"
workers = 8
runtime = "2:00:00"

[search]
algorithm = "hyperopt.rand.suggest"
max_evals = {evaluations}

[slurm]
cpus = 1
memory = 100

[parameters.x]
type = "hp.uniform"
min = 0
max = 1
"""
COUNTED = ("sbatch", "squeue", "scancel", "sinfo", "scontrol")
COUNTER = """\
#!/bin/sh
echo "{program}" >> {log}
exec {real} "$@"
"""


@dataclass
class Bench:
    """A cluster, a workdir on it, and a count of Slurm's commands."""

    cluster: Cluster
    folder: Path

    def __post_init__(self) -> None:
        self.calls = self.folder / "calls"
        bin_folder = self.folder / "bin"
        bin_folder.mkdir()
        for program in COUNTED:
            path = bin_folder / program
            path.write_text(COUNTER.format(program=program, log=self.calls, real=shutil.which(program)))
            path.chmod(0o755)
        environ = self.cluster.environment()
        self.environ: Mapping[str, str] = {**environ, "PATH": f"{bin_folder}:{environ['PATH']}"}
        self._number = 0

    @property
    def last(self) -> RunPaths:
        """The folder of the last run."""
        return Home.in_workdir(self.folder).run(f"run{self._number}")

    def run(self, objective: str, evaluations: int) -> tuple[float, list[dict[str, str]]]:
        """A whole run whose driver is a job; returns when it was started and its table."""
        self._number += 1
        name = f"run{self._number}"
        config = self.folder / f"{name}.toml"
        config.write_text(CONFIG.format(name=name, objective=objective, evaluations=evaluations))
        self.calls.write_text("")
        began = time.time()
        words = [*OMNIOPT, "start", str(config), "--yes", "--follow"]
        subprocess.run(
            words,
            cwd=self.folder,
            env=self.environ,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        with self.last.csv.open(newline="") as file:
            rows = list(csv.DictReader(file))
        while self.cluster.jobs():
            time.sleep(0.2)
        return began, rows

    def counts(self) -> Counter[str]:
        """How often each of Slurm's commands was called in the last run."""
        return Counter(self.calls.read_text().split())


def moments(rows: list[dict[str, str]], key: str) -> list[float]:
    """A column of times, in seconds since 1970."""
    from datetime import datetime

    return [datetime.fromisoformat(row[key]).timestamp() for row in rows]


def main() -> int:
    """Measure and print; returns the exit code."""
    parser = options(str(__doc__), repeats=3)
    parser.add_argument(
        "--evaluations", type=int, default=500, help="of the empty program (default: %(default)s)"
    )
    given = parser.parse_args()
    before = machine()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "work"
        folder.mkdir()
        cluster = Cluster(Path(scratch) / "slurm")
        cluster.folder.mkdir()
        try:
            cluster.up()
            figures = measure(Bench(cluster, folder), given.repeats, given.evaluations)
        finally:
            cluster.down()
    print(before)
    return report(figures)


def measure(bench: Bench, repeats: int, evaluations: int) -> list[Figure]:
    """The figures."""

    def first() -> float:
        began, rows = bench.run("echo RESULT: 1", 8)
        return min(moments(rows, "start")) - began

    def overhead() -> float:
        _, rows = bench.run("echo RESULT: 1", evaluations)
        seconds = max(moments(rows, "end")) - min(moments(rows, "start"))
        return 8 * seconds / len(rows)

    to_first = repeated(repeats, first, "to the first evaluation")
    per_evaluation = repeated(repeats, overhead, "empty program")
    calls = bench.counts()
    began = time.monotonic()
    _, rows = bench.run("sleep 5; echo RESULT: 1", 100)
    minutes = (time.monotonic() - began) / 60
    long_calls = bench.counts()
    inside, lives = share(rows), share_of_lives(rows, bench.last)
    allowed = 2 * math.ceil(minutes)
    return [
        Figure("from the command to the first evaluation", spread(to_first, "s"), "<= 5 s", median(to_first) <= 5),
        Figure(f"wall x workers per evaluation, empty program, 8 workers, {evaluations}", spread(per_evaluation, "s", 3),
               "<= 0.3 s", median(per_evaluation) <= 0.3),
        Figure("share of agents' time inside a 5 s program, 8 workers, 100 evaluations", f"{lives:.1%}", ">= 97 %",
               lives >= 0.97),
        Figure("the same from their first evaluation to their last", f"{inside:.1%}", ">= 97 %", inside >= 0.97),
        Figure(f"squeue calls in that run of {minutes:.1f} minutes", str(long_calls["squeue"]), f"<= {allowed}",
               long_calls["squeue"] <= allowed),
        Figure("squeue calls in the run of the empty program", str(calls["squeue"]), "<= 2 a minute",
               calls["squeue"] <= 2),
        Figure("sbatch calls in that run", str(calls["sbatch"]), "2: driver and array", calls["sbatch"] <= 2),
    ]  # fmt: skip


def share_of_lives(rows: list[dict[str, str]], paths: RunPaths) -> float:
    """The part of the time between an agent's first word and its last that was spent inside evaluations."""
    lives = 0.0
    for folder in paths.agents.iterdir():
        said = [
            record for record in read_records(paths.agent(folder.name).outbox, decode) if record is not None
        ]
        lives += float(said[-1]["at"]) - float(said[0]["at"])
    return sum(float(row["seconds"]) for row in rows) / lives


def share(rows: list[dict[str, str]]) -> float:
    """The part of the time between an agent's first and last evaluation that was spent inside evaluations.

    Agents are told apart by where evaluations overlap: eight of them work at any time.
    """
    spans = sorted(zip(moments(rows, "start"), moments(rows, "end"), strict=True))
    free: list[float] = []
    idle = busy = 0.0
    for start, end in spans:
        earlier = [at for at in free if at <= start]
        if earlier:
            latest = max(earlier)
            idle += start - latest
            free.remove(latest)
        busy += end - start
        free.append(end)
    return busy / (busy + idle)


if __name__ == "__main__":
    os.environ.pop("SLURM_CONF", None)
    sys.exit(main())
