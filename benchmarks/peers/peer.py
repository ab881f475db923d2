"""What a peer is for this benchmark: how it is installed, started and continued, and where its records are."""

from __future__ import annotations

import json
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from benchmarks.peers.processes import Process
from benchmarks.peers.truth import Point, Record, points

PROGRAMS = Path(__file__).resolve().parent / "programs"
OBJECTIVE = PROGRAMS / "objective.sh"


@dataclass(frozen=True)
class Task:
    """So many evaluations with so many workers, each of which takes `seconds`; `slurm`: on a cluster, not on this machine."""

    folder: Path
    evaluations: int
    workers: int
    seconds: float
    slurm: bool = False

    @property
    def log(self) -> Path:
        """Where the evaluations say what happens."""
        return self.folder / "log"

    @property
    def objective(self) -> list[str]:
        """The command of an evaluation, without its two parameters."""
        return ["bash", str(OBJECTIVE), str(self.log), f"{self.seconds:g}"]

    @property
    def points(self) -> Path:
        """A file with the parameters of every evaluation, for peers that search nothing."""
        path = self.folder / "points"
        if not path.exists():
            path.write_text("".join(f"{point.x} {point.y}\n" for point in points(self.evaluations)))
        return path


class Peer(ABC):
    """A tool; `where` is the folder with everything that was installed for this benchmark."""

    name: ClassVar[str]
    title: ClassVar[str]
    source: ClassVar[str]  # where it is from
    on_slurm: ClassVar[str] = ""  # how it works on a cluster; empty where it does not
    continues: ClassVar[str] = ""  # how its documentation says to go on; empty where it has no way
    evaluations: ClassVar[int] = 0  # of a run that is timed, where the usual number would take too long

    def __init__(self, where: Path) -> None:
        self.home = where / self.name

    @abstractmethod
    def install(self) -> None:
        """Put it into `home`, downloads included."""

    @abstractmethod
    def version(self) -> str:
        """Which one is installed."""

    @abstractmethod
    def start(self, task: Task) -> Sequence[str | Path]:
        """The command that begins a task; it runs in the task's folder."""

    def go_on(self, task: Task) -> Sequence[str | Path]:
        """The command that goes on with a task whose processes were killed, where `continues` says that there is one."""
        return self.start(task)

    @abstractmethod
    def records(self, task: Task) -> list[Record]:
        """What a person finds in its records."""

    @abstractmethod
    def drives(self, process: Process) -> bool:
        """Whether this process of a task is the driver, or server, that all depends on."""

    @abstractmethod
    def works(self, process: Process) -> bool:
        """Whether this process of a task is a worker; where there are none, what runs an evaluation."""


class PythonPeer(Peer):
    """A tool that pip installs into a virtual environment of its own."""

    packages: ClassVar[Sequence[str]]  # the first one names the version

    @property
    def python(self) -> Path:
        """The interpreter that has it."""
        return self.home / "bin" / "python"

    def install(self) -> None:
        """A fresh environment, without pip's cache."""
        subprocess.run([sys.executable, "-m", "venv", self.home], check=True)
        words = ["--quiet", "--no-cache-dir", "--disable-pip-version-check"]
        subprocess.run(
            [self.python, "-m", "pip", "install", *words, *self.packages],
            check=True,
            stderr=subprocess.DEVNULL,
        )

    def version(self) -> str:
        """The versions of its packages."""
        script = "import sys; from importlib.metadata import version; print(*map(version, sys.argv[1:]))"
        said = subprocess.run(
            [self.python, "-c", script, *self.packages], check=True, capture_output=True, text=True
        )
        return ", ".join(map(" ".join, zip(self.packages, said.stdout.split(), strict=True)))

    def printed_records(self, task: Task, *command: str | Path) -> list[Record]:
        """What a script of `programs` prints of a task's records: x, y and result in JSON, a line for each."""
        said = subprocess.run([self.python, *command], cwd=task.folder, check=True, stdout=subprocess.PIPE)
        found = [json.loads(line) for line in said.stdout.splitlines()]
        return [Record(Point(x, y), result) for x, y, result in found]


def result_in(text: str) -> float | None:
    """The result that an evaluation has printed, if it did."""
    _, found, number = text.rpartition("RESULT:")
    return float(number) if found and number.strip() else None
