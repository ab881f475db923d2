"""HyperQueue, as PyPI has it: the Python package, whose server and worker live in the process that uses it."""

from __future__ import annotations

from pathlib import Path

from benchmarks.peers.peer import PROGRAMS, PythonPeer, Task, result_in
from benchmarks.peers.processes import Process
from benchmarks.peers.truth import Point, Record

SCRIPT = PROGRAMS / "hyperqueue_job.py"


class HyperQueue(PythonPeer):
    """A `LocalCluster` and a task for each evaluation, whose output goes to a file of its own.

    The program `hq`, which has servers with a journal and workers in jobs of Slurm, is not in the package.
    """

    name = "hyperqueue"
    title = "HyperQueue (Python package)"
    source = "PyPI; without the program hq, which has journals and workers in Slurm jobs"
    packages = ("hyperqueue",)

    def start(self, task: Task) -> list[str | Path]:
        """In the folder of the task it leaves `results`."""
        return [self.python, SCRIPT, str(task.workers), task.points, *task.objective]

    def records(self, task: Task) -> list[Record]:
        """The files that have a result."""
        found = []
        for path in (task.folder / "results").glob("*-*"):
            result = result_in(path.read_text(encoding="utf-8"))
            if result is not None:
                x, y = map(int, path.name.split("-"))
                found.append(Record(Point(x, y), result))
        return found

    def drives(self, process: Process) -> bool:
        """The script, which is server and worker, too."""
        return str(SCRIPT) in process.words

    def works(self, process: Process) -> bool:
        """It has no processes for workers: what runs an evaluation."""
        return process.evaluates
