"""GNU parallel, with its log of jobs and a folder of results."""

from __future__ import annotations

import csv
import subprocess
from pathlib import Path

from benchmarks.peers.peer import Peer, Task, result_in
from benchmarks.peers.processes import Process
from benchmarks.peers.truth import Point, Record


class GnuParallel(Peer):
    """`parallel --joblog --results`; the same command with `--resume-failed` goes on."""

    name = "gnu-parallel"
    title = "GNU parallel"
    source = "Debian package parallel, unpacked (without perl, which Debian has)"
    on_slurm = "parallel in an allocation of salloc, each evaluation by srun"
    continues = "the same command with --resume-failed"

    def install(self) -> None:
        """The package is unpacked, since not everybody who measures is root."""
        self.home.mkdir(parents=True)
        subprocess.run(
            ["apt-get", "download", "-q", "parallel"], cwd=self.home, check=True, capture_output=True
        )
        (package,) = self.home.glob("*.deb")
        subprocess.run(["dpkg", "-x", package, self.home], check=True)
        package.unlink()

    def version(self) -> str:
        """What it says first."""
        said = subprocess.run([self._program, "--version"], check=True, capture_output=True, text=True).stdout
        return said.splitlines()[0].removeprefix("GNU parallel ")

    @property
    def _program(self) -> Path:
        return self.home / "usr" / "bin" / "parallel"

    def start(self, task: Task) -> list[str | Path]:
        """In the folder of the task it leaves `joblog` and `results`."""
        return self._command(task, [])

    def go_on(self, task: Task) -> list[str | Path]:
        """Jobs that the log has as done are left out."""
        return self._command(task, ["--resume-failed"])

    def _command(self, task: Task, options: list[str]) -> list[str | Path]:
        inside = ["salloc", "--quiet", f"--ntasks={task.workers}", "--mem-per-cpu=100"] if task.slurm else []
        step = ["srun", "--exact", "--ntasks=1", "--nodes=1", "--mem-per-cpu=100"] if task.slurm else []
        log = ["--joblog", "joblog", "--results", "results", "--colsep", " ", "--arg-file", str(task.points)]
        return [*inside, self._program, "-j", str(task.workers), *options, *log, *step, *task.objective]

    def records(self, task: Task) -> list[Record]:
        """The jobs that the log has as done, each with what its file in the folder of results has."""
        log = task.folder / "joblog"
        if not log.exists():
            return []
        rows = csv.DictReader(log.read_text().splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
        found = {}
        for row in rows:
            x, y = row["Command"].split()[-2:]
            printed = task.folder / "results" / "1" / x / "2" / y / "stdout"
            if (row["Exitval"], row["Signal"]) == ("0", "0"):
                result = result_in(printed.read_text())
                if result is not None:
                    found[Point(int(x), int(y))] = result
        return [Record(point, result) for point, result in found.items()]

    def drives(self, process: Process) -> bool:
        """The perl program."""
        return Path(process.words[0]).name == "perl" and "--joblog" in process.words

    def works(self, process: Process) -> bool:
        """It has no workers: what runs an evaluation."""
        return process.evaluates
