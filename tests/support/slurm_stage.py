"""A made-up Slurm and a clock under launchers of worker jobs, for tests that need no cluster."""

from __future__ import annotations

from pathlib import Path

from json_records import said
from scripted_slurm import ScriptedSlurm
from slurm_runs import a_run

from worker.launch.launcher import AgentState, Launcher
from worker.launch.slurm.worker_jobs import SlurmLauncher
from worker.spec.run import Run
from worker.store.paths import RunPaths


class Stage:
    """A made-up Slurm and a clock, for launchers of one run."""

    def __init__(self, folder: Path) -> None:
        self.paths = RunPaths(folder / "pear")
        self.slurm = ScriptedSlurm()
        self.now = 1000.0

    def launcher(
        self, run: Run | None = None, epoch: int = 1, walltime: int | None = 3600, max_array: int = 100
    ) -> SlurmLauncher:
        """A launcher of the driver of this epoch."""
        return SlurmLauncher(
            run or a_run(), self.paths, self.slurm, epoch, walltime, max_array, "python", lambda: self.now
        )

    def later(self, launcher: SlurmLauncher, seconds: float) -> None:
        """Time passes, at the end of which the launcher takes its turns."""
        self.now += seconds
        settle(launcher)

    def name(self, number: int = -1) -> str:
        """The name of a job that was submitted, by default the last one."""
        script = self.slurm.scripts[number]
        return script.partition("--job-name=")[2].split()[0].strip("'\"")

    def queue_shows(self, *elements: str, job: int = 7) -> None:
        """The queue has the elements INDEX|STATE|NODE|REASON of the last submission."""
        rows = (element.split("|") for element in elements)
        name = self.name()
        self.slurm.queue_shows(
            *(f"{job}|{index}|{state}|{node}|{name}|{why}" for index, state, node, why in rows)
        )


def settle(launcher: Launcher) -> None:
    """Let it take in what it has asked for, and what it asks for then."""
    launcher.poll()
    launcher.poll()


def states(launcher: SlurmLauncher) -> list[AgentState]:
    return [report.state for report in launcher.poll().values()]


def hello(launcher: Launcher, identity: str) -> None:
    launcher.note(identity, said({"kind": "hello", "agent": identity, "host": "h"}))
