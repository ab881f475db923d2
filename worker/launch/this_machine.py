"""This machine as a scheduler: it takes whatever it is given, and the driver's own process is its queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from worker.launch.launcher import Launcher
    from worker.launch.scheduler import CurrentJob, Script, Survey
    from worker.spec.driver_fields import DriverPlace
    from worker.spec.problem import Problem
    from worker.spec.run import Run
    from worker.store.paths import RunPaths


class ThisMachine:
    """See `Scheduler`. Workers are child processes of the driver."""

    name = "local"
    label = "this machine"
    remote = False
    start_options: tuple[str, ...] = ("--local",)
    driver_jobs = None

    def absence(self) -> str:
        """Nothing: it is always here."""
        return ""

    def site(self, run: Run) -> str:
        """None: it is no cluster."""
        return ""

    def place(self, workers: int) -> str:
        """Where they are."""
        return "on this machine"

    def survey(self, run: Run) -> Survey:
        """Nothing that anybody would want to know."""
        return None

    def check(self, run: Run, paths: RunPaths, place: DriverPlace, survey: Survey) -> Sequence[Problem]:
        """Nothing: what a run asks for is allotted to nobody here."""
        return []

    def scripts(self, run: Run, paths: RunPaths, place: DriverPlace, survey: Survey) -> Sequence[Script]:
        """None: processes need no script."""
        return []

    def launcher(
        self, run: Run, paths: RunPaths, epoch: int, cwd: Path, starts: bool, rides_with: str
    ) -> Launcher:
        """Starts processes in `cwd`, and finds those of earlier drivers."""
        from worker.launch.local import LocalLauncher

        return LocalLauncher(paths, epoch, cwd)

    def end_everything(self, paths: RunPaths, patience: float) -> str:
        """Nothing is left: a driver that cancels has seen its workers end."""
        return ""

    def start_again(self, environ: Mapping[str, str]) -> None:
        """Nothing: processes are in no job of this machine's."""

    def current_job(self, environ: Mapping[str, str]) -> CurrentJob | None:
        """None: processes are in no job of this machine's."""
        return None
