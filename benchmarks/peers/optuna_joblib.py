"""Optuna with its results in a file, and joblib for several processes."""

from __future__ import annotations

from pathlib import Path

from benchmarks.peers.peer import PROGRAMS, PythonPeer, Task
from benchmarks.peers.processes import Process
from benchmarks.peers.truth import Record

SCRIPT = PROGRAMS / "optuna_study.py"


class OptunaJoblib(PythonPeer):
    """A study in a journal file, random sampler; as many processes as workers, counted by MaxTrialsCallback."""

    name = "optuna-joblib"
    title = "Optuna + joblib"
    source = "PyPI"
    on_slurm = "the same study by srun, one task for each worker"
    continues = "the same script: the study is loaded"
    packages = ("optuna", "joblib")

    def start(self, task: Task) -> list[str | Path]:
        """In the folder of the task it leaves `journal.log`."""
        workers = 0 if task.slurm else task.workers
        step = ["srun", "--quiet", f"--ntasks={task.workers}", "--mem-per-cpu=300"] if task.slurm else []
        return [*step, self.python, SCRIPT, str(workers), str(task.evaluations), *task.objective]

    def records(self, task: Task) -> list[Record]:
        """The complete trials of the study."""
        return self.printed_records(task, SCRIPT, "records")

    def drives(self, process: Process) -> bool:
        """The script that has the pool; on a cluster srun, since nothing else stands above the workers."""
        return process.words[0] == "srun" or (str(SCRIPT) in process.words and "0" not in process.words[2:3])

    def works(self, process: Process) -> bool:
        """A process of joblib's pool; on a cluster, a task of srun."""
        return "popen_loky" in process.line or process.words[1:3] == (str(SCRIPT), "0")
