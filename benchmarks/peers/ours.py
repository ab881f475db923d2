"""OmniOpt itself, from the wheel of this tree."""

from __future__ import annotations

import csv
import subprocess
from pathlib import Path

from install import install_worker

from benchmarks.peers.peer import Peer, Task
from benchmarks.peers.processes import Process
from benchmarks.peers.truth import LIMITS, Point, Record

CONFIG = """\
[run]
name = "task"
objective = "{objective} ($x) ($y)"
workers = {workers}
runtime = "1:00:00"

[search]
algorithm = "hyperopt.rand.suggest"
max_evals = {evaluations}

[slurm]
cpus = 1
memory = 100

[parameters.x]
type = "integer"
min = 0
max = {limits[0]}

[parameters.y]
type = "integer"
min = 0
max = {limits[1]}
"""


class OmniOpt(Peer):
    """A run with random search, so that no time goes into proposals that the others do not make."""

    name = "omniopt"
    title = "OmniOpt"
    source = "wheel of this tree, libraries from PyPI"
    on_slurm = "omniopt start; driver and workers are jobs"
    continues = "omniopt resume"

    def install(self) -> None:
        """As the page's command does."""
        self.home.mkdir(parents=True)
        install_worker(self.home)

    def version(self) -> str:
        """As the program says it."""
        words = [self._python, "-I", "-m", "worker", "--version"]
        return subprocess.run(words, check=True, capture_output=True, text=True).stdout.split()[-1]

    @property
    def _python(self) -> Path:
        return self.home / ".venv" / "bin" / "python"

    def start(self, task: Task) -> list[str | Path]:
        """Writes the config into the task's folder first."""
        text = CONFIG.format(
            objective=" ".join(task.objective),
            workers=task.workers,
            evaluations=task.evaluations,
            limits=LIMITS,
        )
        (task.folder / "task.toml").write_text(text, encoding="utf-8")
        place = "--follow" if task.slurm else "--local"
        return [self._python, "-I", "-m", "worker", "start", "task.toml", "--yes", "--workdir", ".", place]

    def go_on(self, task: Task) -> list[str | Path]:
        """By the name of the run."""
        return [self._python, "-I", "-m", "worker", "resume", "task", "--workdir", ".", "--follow"]

    def records(self, task: Task) -> list[Record]:
        """The table of all evaluations."""
        path = task.folder / "omniopt" / "projects" / "task" / "csv" / "task.csv"
        if not path.exists():
            return []
        with path.open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["status"] == "ok"]
        return [Record(Point(int(row["x"]), int(row["y"])), float(row["RESULT"])) for row in rows]

    def drives(self, process: Process) -> bool:
        """On a cluster it is a job's process; the command that shows its progress there is none."""
        words = process.words
        return "worker" in words and ("drive" in words or "--local" in words)

    def works(self, process: Process) -> bool:
        """An agent."""
        return "worker" in process.words and "agent" in process.words
