"""A driver whose workers are on another machine: `python far_driver.py FOLDER_HERE FOLDER_THERE CWD`, both of one run."""

from __future__ import annotations

import sys
from pathlib import Path

from other_launcher import OtherLauncher

from worker.driver.driver import Driver
from worker.driver.plan import Plan
from worker.driver.stop_signals import Signals
from worker.launch.local import LocalLauncher
from worker.progress.terminal import Lines
from worker.store.paths import RunPaths
from worker.store.run_config import read_run


def main(here: RunPaths, there: RunPaths, cwd: Path) -> int:
    """Drive the run as a driver on a cluster does, but with processes that see another mount as workers."""
    far = OtherLauncher(lambda _, epoch: LocalLauncher(there, epoch, cwd), remote=True, name="slurm")
    run = read_run(here)
    with Signals() as signals:
        driver = Driver(Plan(run, here, far, cwd, seed=1), signals)
        return driver.drive(Lines(run.progress_interval)).exit_code


if __name__ == "__main__":
    sys.exit(main(RunPaths(Path(sys.argv[1])), RunPaths(Path(sys.argv[2])), Path(sys.argv[3])))
