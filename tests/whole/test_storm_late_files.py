"""A storm over a run whose parts are on machines that see late what the others do: drivers move, hang and die.

OMNIOPT_STORM_KILLS sets how many deeds there are, OMNIOPT_STORM_SEED makes a storm again:
OMNIOPT_STORM_KILLS=100 pytest tests/whole/test_storm_late_files.py --timeout 7200 -s
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import far_driver
import pytest
from late_files import Machines, sharing
from local_runs import Local, config, until
from storm_observations import Observations, processes_of

from worker.spec.check import check_read
from worker.spec.formats import toml
from worker.store.paths import Home
from worker.store.run_folder import create

DEEDS = int(os.environ.get("OMNIOPT_STORM_KILLS", "6"))
SEED = int(os.environ.get("OMNIOPT_STORM_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
EVALUATIONS = 20 * DEEDS
_HOSTS = ("one", "two", "three")  # machines that drivers run on


class Storm:
    """A run, and what is done to it. The observations looks at the files as the server has them."""

    def __init__(self, machines: Machines) -> None:
        folder = machines.folder
        self.random = random.Random(SEED)
        self.workers = Local(machines.add("workers"))
        self.hosts = [Local(machines.add(name)) for name in _HOSTS]
        self.drivers: list[subprocess.Popen[bytes]] = []
        self.killed: set[str] = set()
        self._cwd = folder
        self.observations = Observations(Local(folder / "served").paths, folder)
        objective = f"bash '{self.observations.program}' ($x)"
        path = config(folder, objective=objective, max_evals=EVALUATIONS, workers=3, max_failures=10**6)
        run = check_read(toml.read(path.read_text())).run
        assert run is not None
        create(Home.in_workdir(machines.add("login")), run)

    def drive(self) -> None:
        """Begin a driver on some machine, whether another one lives or not."""
        here = self.random.choice(self.hosts).paths.root
        words: list[str | Path] = [
            sys.executable,
            far_driver.__file__,
            here,
            self.workers.paths.root,
            self._cwd,
        ]
        self.drivers.append(subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL))

    def alive(self) -> list[subprocess.Popen[bytes]]:
        """The drivers that live."""
        return [driver for driver in self.drivers if driver.poll() is None]

    def kill_the_driver(self) -> None:
        for driver in self.alive():
            driver.kill()
            driver.wait()

    def pause_the_driver(self) -> None:
        paused = self.alive()
        for driver in paused:
            driver.send_signal(signal.SIGSTOP)
        self.drive()
        time.sleep(self.random.uniform(0.5, 2))
        for driver in paused:
            driver.send_signal(signal.SIGCONT)

    def kill_an_agent(self) -> None:
        if agents := self.workers.agents():
            pid = self.random.choice(agents)
            with suppress(OSError):
                words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
                self.killed.add(words[words.index("--id") + 1])
                os.kill(pid, signal.SIGKILL)

    def close(self) -> None:
        for driver in self.alive():
            driver.kill()
            driver.wait()
        self.workers.kill_everything()


@pytest.fixture
def storm(tmp_path: Path) -> Iterator[Storm]:
    """A run that nobody drives yet."""
    with sharing(tmp_path) as machines:
        one = Storm(machines)
        yield one
        one.close()


@pytest.mark.timeout(120 + 20 * DEEDS)
def test_nothing_is_lost_where_machines_see_late_what_others_do(storm: Storm) -> None:
    print(f"storm with seed {SEED}")
    storm.drive()
    until(storm.observations.log.exists)
    deeds = (storm.kill_the_driver, storm.kill_the_driver, storm.pause_the_driver, storm.kill_an_agent)
    for deed in range(DEEDS):
        storm.random.choice(deeds)()
        if not storm.alive():
            storm.drive()
        time.sleep(storm.random.uniform(0.2, 1.5))
        storm.observations.look()
        storm.observations.hold(len(storm.observations.shown) / EVALUATIONS > deed / DEEDS + 0.05)
    storm.observations.hold(False)
    until(lambda: not storm.alive(), seconds=90 + 2 * DEEDS)
    until(lambda: not any(processes_of(storm.workers.paths)), seconds=120)
    assert storm.observations.compare(EVALUATIONS, storm.killed).faults == []
