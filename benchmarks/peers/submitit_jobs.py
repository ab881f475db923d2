"""submitit: a job for each evaluation."""

from __future__ import annotations

from pathlib import Path

from benchmarks.peers.peer import PROGRAMS, PythonPeer, Task
from benchmarks.peers.processes import Process
from benchmarks.peers.truth import Record

SCRIPT = PROGRAMS / "submitit_jobs.py"


class Submitit(PythonPeer):
    """`CommandFunction` for each evaluation; locally no more at once than workers, on Slurm an array."""

    name = "submitit"
    title = "submitit"
    source = "PyPI"
    on_slurm = "map_array, a job of the array for each evaluation"
    continues = "a script of one's own"
    evaluations = 16
    packages = ("submitit",)

    def start(self, task: Task) -> list[str | Path]:
        """In the folder of the task it leaves `jobs`; called again, it goes on."""
        where = "slurm" if task.slurm else "local"
        return [self.python, SCRIPT, where, str(task.workers), task.points, *task.objective]

    def records(self, task: Task) -> list[Record]:
        """The jobs that have a result."""
        return self.printed_records(task, SCRIPT, "records", "slurm" if task.slurm else "local")

    def drives(self, process: Process) -> bool:
        """The script."""
        return str(SCRIPT) in process.words

    def works(self, process: Process) -> bool:
        """The process that stands above an evaluation."""
        return "submitit.core._submit" in process.words and "objective.sh" not in process.line
