"""A storm of kill -9 over a local run: drivers, agents, both, a torn journal, two drivers at once.

OMNIOPT_STORM_KILLS sets how many kills there are, OMNIOPT_STORM_SEED makes a storm again:
OMNIOPT_STORM_KILLS=500 pytest tests/test_storm_local.py --timeout 7200 -s
"""

from __future__ import annotations

import os
import random
import re
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from local_runs import Local, config, until

from worker.store.journal import newest
from worker.trial import Status

KILLS = int(os.environ.get("OMNIOPT_STORM_KILLS", "25"))
SEED = int(os.environ.get("OMNIOPT_STORM_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
WORKERS = 4
EVALUATIONS = 12 * KILLS
# Notes its begin and its end; some end at once, some take a while.
OBJECTIVE = "echo begin $OMNIOPT_TRIAL >> log; sleep 0.0$((RANDOM % 10)); echo end $OMNIOPT_TRIAL >> log; echo RESULT: ($x)"
SHOWN = re.compile(r"new best RESULT (\S+) \(evaluation (\d+)\): x=(\S+)")


@dataclass
class Storm:
    """What is done to the run, and what was seen of it before."""

    local: Local
    random: random.Random
    agent_kills: int = 0
    shown: dict[int, str] = field(default_factory=dict)
    logs: list[Path] = field(default_factory=list)
    drivers: list[int] = field(default_factory=list)

    def drive(self) -> None:
        """Begin a driver, whether another one lives or not; its output goes to a file."""
        log = self.local.workdir / f"driver-{len(self.logs)}.out"
        self.logs.append(log)
        process = self.local.spawn("drive", self.local.paths.root, "--local", output=log)
        self.drivers.append(process.pid)

    def alive(self) -> list[int]:
        """The drivers that live."""
        return [process.pid for process in self.local.processes if process.poll() is None]

    def kill_driver(self) -> None:
        for pid in self.alive():
            os.kill(pid, signal.SIGKILL)

    def kill_an_agent(self) -> None:
        agents = self.local.agents()
        if agents:
            self.agent_kills += 1
            self.kill(self.random.choice(agents))

    def kill_all(self) -> None:
        self.kill_driver()
        agents = self.local.agents()
        self.agent_kills += len(agents)
        for pid in agents:
            self.kill(pid)

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

    def kill(self, pid: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

    def look(self) -> None:
        """Take down what the drivers have shown."""
        for log in self.logs:
            for loss, number, _ in SHOWN.findall(log.read_text(errors="replace")):
                assert self.shown.setdefault(int(number), loss) == loss


@pytest.fixture
def storm(workdir: Path) -> Iterator[Storm]:
    """A run that has been started."""
    one = Storm(Local(workdir), random.Random(SEED))
    path = config(workdir, objective=OBJECTIVE, max_evals=EVALUATIONS, workers=WORKERS)
    one.logs.append(workdir / "driver-0.out")
    one.local.spawn("start", path, output=one.logs[0])
    until(lambda: (workdir / "log").exists())
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
    for _ in range(KILLS):
        storm.random.choice(deeds)()
        storm.look()
        if not storm.alive():
            storm.drive()
        time.sleep(storm.random.random())
    storm.drive()  # the others see it, and leave
    until(lambda: not storm.alive(), seconds=60 + KILLS)
    storm.look()
    verify(storm)


def verify(storm: Storm) -> None:
    trials = storm.local.trials
    for number, loss in storm.shown.items():
        assert trials[number].status is Status.OK, (
            f"evaluation {number} was shown and is {trials[number].status}"
        )
        assert float(loss) == trials[number].loss, f"evaluation {number} was shown with another result"
    for trial in trials.values():
        if trial.status is Status.OK:
            assert trial.loss == trial.values["x"], f"evaluation {trial.number} has the result of another one"
    values = Counter(trial.values["x"] for trial in trials.values())
    assert max(values.values()) == 1, "the same point was evaluated twice"
    statuses = Counter(trial.status for trial in trials.values())
    assert statuses[Status.OK] == EVALUATIONS, statuses
    words = [line.split() for line in (storm.local.workdir / "log").read_text().splitlines()]
    ends = Counter(int(number) for kind, number in words if kind == "end")
    repeated = sum(count - 1 for count in ends.values())
    assert repeated <= storm.agent_kills, (
        f"{repeated} evaluations were made twice, {storm.agent_kills} agents killed"
    )
    assert storm.local.agents() == []
    assert storm.local.left_behind() == []
