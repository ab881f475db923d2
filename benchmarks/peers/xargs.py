"""Plain xargs: the floor."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

from benchmarks.peers.peer import Peer, Task, result_in
from benchmarks.peers.processes import Process
from benchmarks.peers.truth import Point, Record


class Xargs(Peer):
    """`xargs -P`, with a shell for each evaluation that writes parameters and result into one line."""

    name = "xargs"
    title = "xargs"
    source = "Debian package findutils, which is there"
    on_slurm = "xargs in an allocation of salloc, each evaluation by srun"

    def install(self) -> None:
        """Nothing: every Unix has it."""
        self.home.mkdir(parents=True)

    def version(self) -> str:
        """What it says first."""
        said = subprocess.run(["xargs", "--version"], check=True, capture_output=True, text=True).stdout
        return said.splitlines()[0].split()[-1]

    def start(self, task: Task) -> list[str | Path]:
        """In the folder of the task it leaves `results`."""
        inside = ["salloc", "--quiet", f"--ntasks={task.workers}", "--mem-per-cpu=100"] if task.slurm else []
        step = ["srun", "--exact", "--ntasks=1", "--nodes=1", "--mem-per-cpu=100"] if task.slurm else []
        evaluation = (
            f'said=$({shlex.join([*step, *task.objective])} "$0" "$1") && echo "$0 $1 $said" >> results'
        )
        each = ["-P", str(task.workers), "-L", "1", "sh", "-c", evaluation]
        return [*inside, "xargs", "-a", str(task.points), *each]

    def records(self, task: Task) -> list[Record]:
        """The lines that have a result."""
        path = task.folder / "results"
        found = []
        for line in path.read_text().splitlines() if path.exists() else ():
            result = result_in(line)
            if result is not None:
                x, y = line.split()[:2]
                found.append(Record(Point(int(x), int(y)), result))
        return found

    def drives(self, process: Process) -> bool:
        """Itself."""
        return process.words[0] == "xargs"

    def works(self, process: Process) -> bool:
        """It has no workers: what runs an evaluation."""
        return process.evaluates
