"""This machine as a scheduler, but with a launcher of the test's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from worker.launch.launcher import Launcher
from worker.launch.this_machine import ThisMachine
from worker.spec.run import Run
from worker.store.paths import RunPaths


@dataclass(frozen=True)
class OtherLauncher(ThisMachine):
    """`make` gets the folder of the run and the epoch of the driver. remote, name: as of `Scheduler`."""

    make: Callable[[RunPaths, int], Launcher]
    remote: bool = False
    name: str = "local"

    def launcher(
        self, run: Run, paths: RunPaths, epoch: int, cwd: Path, starts: bool, rides_with: str
    ) -> Launcher:
        """What `make` makes."""
        return self.make(paths, epoch)
