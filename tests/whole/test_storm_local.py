"""A storm of kill -9 over a local run: drivers, agents, both, a torn journal, two drivers at once.

OMNIOPT_STORM_KILLS sets how many kills there are, OMNIOPT_STORM_SEED makes a storm again:
OMNIOPT_STORM_KILLS=500 pytest tests/whole/test_storm_local.py --timeout 7200 -s
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from local_runs import Local, config, until
from storm_observations import Observations, processes_of

from worker.store.journal import newest

KILLS = int(os.environ.get("OMNIOPT_STORM_KILLS", "25"))
SEED = int(os.environ.get("OMNIOPT_STORM_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
WORKERS = 4
EVALUATIONS = 12 * KILLS


@dataclass
class Storm:
    """What is done to the run, and what was seen of it before."""

    local: Local
    random: random.Random
    observations: Observations
    killed: set[str] = field(default_factory=set)  # agents
    logs: list[Path] = field(default_factory=list)

    def drive(self) -> None:
        """Begin a driver, whether another one lives or not; its output goes to a file."""
        log = self.local.workdir / f"driver-{len(self.logs)}.out"
        self.logs.append(log)
        self.local.spawn("drive", self.local.paths.root, "--local", output=log)

    def alive(self) -> list[int]:
        """The drivers that live."""
        return [process.pid for process in self.local.processes if process.poll() is None]

    def kill_driver(self) -> None:
        for pid in self.alive():
            os.kill(pid, signal.SIGKILL)

    def kill_an_agent(self) -> None:
        agents = self.local.agents()
        if agents:
            self.kill_agent(self.random.choice(agents))

    def kill_all(self) -> None:
        self.kill_driver()
        for pid in self.local.agents():
            self.kill_agent(pid)

    def tear_the_journal(self) -> None:
        """A driver dies in the middle of a record: half a line is left."""
        self.kill_driver()
        journal = self.local.paths.journal(newest(self.local.paths))
        with journal.open("ab") as file:
            file.write(b'12345678 {"kind":"finished","trial":1,"sta'[: self.random.randrange(1, 40)])

    def another_driver(self) -> None:
        self.drive()

    def stop_a_driver_for_a_moment(self) -> None:
        """A driver that hangs while another one takes over, and then goes on."""
        stopped = self.alive()
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        self.drive()
        time.sleep(self.random.random())
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)

    def kill_agent(self, pid: int) -> None:
        with suppress(OSError, ValueError):  # it has ended meanwhile
            words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
            self.killed.add(words[words.index("--id") + 1])
            os.kill(pid, signal.SIGKILL)

    def look(self) -> None:
        """Take down what is shown."""
        self.observations.look()
        for log in self.logs:
            self.observations.read(log)


@pytest.fixture
def storm(workdir: Path) -> Iterator[Storm]:
    """A run that has been started."""
    local = Local(workdir)
    one = Storm(local, random.Random(SEED), Observations(local.paths, workdir))
    objective = f"bash '{one.observations.program}' ($x)"
    path = config(workdir, objective=objective, max_evals=EVALUATIONS, workers=WORKERS)
    one.logs.append(workdir / "driver-0.out")
    one.local.spawn("start", path, output=one.logs[0])
    until(one.observations.log.exists)
    yield one
    one.local.kill_everything()


@pytest.mark.timeout(120 + 10 * KILLS)
def test_nothing_shown_is_lost_and_nothing_is_mixed_up(storm: Storm) -> None:
    print(f"storm with seed {SEED}")
    deeds = [
        storm.kill_driver,
        storm.kill_driver,
        storm.kill_an_agent,
        storm.kill_an_agent,
        storm.kill_all,
        storm.tear_the_journal,
        storm.another_driver,
        storm.stop_a_driver_for_a_moment,
    ]
    for deed in range(KILLS):
        storm.random.choice(deeds)()
        storm.look()
        # The run must not be over before the storm is.
        storm.observations.hold(len(storm.observations.shown) / EVALUATIONS > deed / KILLS + 0.05)
        if not storm.alive():
            storm.drive()
        time.sleep(storm.random.random())
    storm.observations.hold(False)
    storm.drive()  # the others see it, and leave
    until(lambda: not storm.alive(), seconds=60 + KILLS)
    # Workers that a driver has started while another one took over wait in vain for a word, and leave.
    until(lambda: not any(processes_of(storm.local.paths)), seconds=120)
    assert storm.observations.compare(EVALUATIONS, storm.killed).faults == []
