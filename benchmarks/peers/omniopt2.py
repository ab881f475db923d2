"""OmniOpt2, whose package is called omniopt2."""

from __future__ import annotations

import base64
import csv
import shlex
from collections.abc import Sequence
from pathlib import Path

from benchmarks.peers.peer import PythonPeer, Task
from benchmarks.peers.processes import Process
from benchmarks.peers.truth import LIMITS, Point, Record


class OmniOpt2(PythonPeer):
    """Its Sobol steps alone, so that no model is fitted; everything else as its page's command has it."""

    name = "omniopt2"
    title = "OmniOpt2"
    source = "PyPI, with the torch for GPUs that pip chooses"
    on_slurm = "omniopt; a job for each evaluation"
    continues = "omniopt --continue with the folder of the run"
    packages = ("omniopt2",)
    evaluations = 4

    def start(self, task: Task) -> list[str | Path]:
        """In the folder of the task it leaves `runs/task/0`."""
        program = f"{shlex.join(task.objective)} %(x) %(y)"
        ranges = zip(("x", "y"), LIMITS, strict=True)
        parameters = [
            word for name, most in ranges for word in ("--parameter", name, "range", "0", str(most), "int")
        ]
        return self._command(
            task,
            "--experiment_name=task",
            f"--run_program={base64.b64encode(program.encode()).decode()}",
            *parameters,
            f"--max_eval={task.evaluations}",
            f"--num_random_steps={task.evaluations}",
        )

    def go_on(self, task: Task) -> list[str | Path]:
        """With as many evaluations as are missing."""
        return self._command(task, f"--continue={self._runs(task)[-1]}")

    def _command(self, task: Task, *options: str) -> list[str | Path]:
        place = ["--partition=alpha"] if task.slurm else ["--force_local_execution"]
        sizes = ["--mem_gb=1", "--time=60", "--worker_timeout=5", "--gpus=0"]
        path = f"PATH={self.home / 'bin'}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
        environment: Sequence[str] = ("env", path, f"VIRTUAL_ENV={self.home}")
        program = str(self.home / "bin" / "omniopt")
        return [*environment, program, *options, *sizes, *place, f"--num_parallel_jobs={task.workers}"]

    def _runs(self, task: Task) -> list[Path]:
        """The folders of the run and of those that went on with it."""
        folders = (task.folder / "runs" / "task").glob("[0-9]*")
        return sorted(folders, key=lambda folder: int(folder.name))

    def records(self, task: Task) -> list[Record]:
        """The tables of all of these folders; a point that several have counts once."""
        found: dict[Record, None] = {}
        for folder in self._runs(task):
            path = folder / "results.csv"
            if path.exists():
                with path.open(encoding="utf-8", newline="") as file:
                    for row in csv.DictReader(file):
                        if row["trial_status"] == "COMPLETED" and row["RESULT"]:
                            point = Point(int(float(row["x"])), int(float(row["y"])))
                            found[Record(point, float(row["RESULT"]))] = None
        return list(found)

    def drives(self, process: Process) -> bool:
        """The program that the command has become."""
        return "--num_parallel_jobs" in process.line and not self.works(process)

    def works(self, process: Process) -> bool:
        """A process of submitit, which it uses."""
        return "submitit.core._submit" in process.words
