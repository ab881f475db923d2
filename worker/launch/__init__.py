"""Starting, listing and stopping agents: local processes and Slurm jobs."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from worker.launch.launcher import Launcher
from worker.launch.slurm.client import here
from worker.spec.run import Run
from worker.store.paths import RunPaths

Where = Literal["local", "slurm"]


def where_to_run(local: bool) -> Where:
    """Where a run's agents shall be: Slurm jobs where there is Slurm, unless a local run is asked for."""
    return "local" if local or not here() else "slurm"


def make_launcher(
    run: Run, paths: RunPaths, epoch: int, where: Where, cwd: Path, starts: bool = True
) -> Launcher:
    """The launcher for the driver of `epoch`. cwd: the folder that the run was started in.

    starts: whether it is to start agents, or only to end those that there are. Raises OmnioptError where the scheduler does not do its part.
    """
    if where == "slurm":
        from worker.launch.slurm.launcher import SlurmLauncher

        return SlurmLauncher.for_driver(run, paths, epoch, starts)
    from worker.launch.local import LocalLauncher

    return LocalLauncher(paths, epoch, cwd)
