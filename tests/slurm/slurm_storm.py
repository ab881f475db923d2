"""A storm over a run on a Slurm cluster: drivers and agents killed at random, jobs cancelled, several drivers at once.

    python tests/slurm/slurm_storm.py --kills 300 --evaluations 3000

The objective program keeps a log of its own of every time that it was run, and the storm keeps every result that was
ever shown, so that what OmniOpt says at the end can be compared with what happened. Exits with 1 if a promise is broken.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

from slurm_cluster import Cluster
from slurm_report import Figure, on_cluster, report
from storm_observations import Findings, Observations

from worker import processes
from worker.spec.driver_fields import DriverPlace
from worker.store.claim import Claim, Standing, claim
from worker.store.journal import epochs
from worker.store.journal_reading import follow_journal
from worker.store.journal_records import Agent, Read
from worker.store.paths import Home
from worker.store.tail import Tail

CONFIG = """\
[run]
name = "storm"
objective = "bash '{program}' ($x)"
workers = {workers}
runtime = "24:00:00"
max_failures = 1000000

[search]
algorithm = "hyperopt.rand.suggest"
max_evals = {evaluations}

[slurm]
cpus = 1
memory = 50

[parameters.x]
type = "hp.uniform"
min = 0
max = 1
"""
LONGEST = 7200.0
_AHEAD = 0.05  # of all evaluations, by which the run may be ahead of the storm
_BEFORE_LAST = 0.9  # of all evaluations; no more of them before the last kill, for some end between two looks


class Storm:
    """One run and what comes over it."""

    def __init__(
        self, cluster: Cluster, folder: Path, evaluations: int, workers: int, seed: int, place: DriverPlace
    ) -> None:
        """place: where the drivers are."""
        self.cluster = cluster
        self._place = place
        self.folder = folder
        self.paths = Home.in_workdir(folder).run("storm")
        self.observations = Observations(self.paths, folder)
        self.observations.set_pace("0.")
        self.kills: Counter[str] = Counter()
        self.deeds: Counter[str] = Counter()  # what is no kill
        self.longest_pause = 3.0  # seconds for which a driver is stopped while another one takes over
        self._evaluations = evaluations
        self._random = random.Random(seed)
        self._killed: set[str] = set()
        self._journals: dict[int, Tail[Read]] = {}
        self._agents: dict[str, Agent] = {}
        self._drivers: list[subprocess.Popen[bytes]] = []
        self.config = folder / "storm.toml"
        self.config.write_text(
            CONFIG.format(program=self.observations.program, workers=workers, evaluations=evaluations)
        )

    def rage(self, kills: int) -> Findings:
        """Start the run, let the storm go over it, and see how it ends."""
        started = self._omniopt("start", str(self.config), "--yes", *self._driver)
        assert started.returncode == 0, started.stdout + started.stderr
        ends_at = time.monotonic() + LONGEST
        while (now := claim(self.paths)).standing is not Standing.OVER:
            assert time.monotonic() < ends_at, "the run does not end"
            time.sleep(self._random.uniform(0.1, 0.6))
            self._look()
            self._keep_pace(kills)
            if self.kills.total() < kills and self._agents:
                self._strike(now)
            self._revive()
        self._wait_until_quiet()
        self.observations.read(self.paths.driver_log)
        findings = self.observations.compare(self._evaluations, self._killed)
        if self.kills.total() < kills:
            findings.left_behind.append(f"the run ended after {self.kills.total()} of {kills} kills")
        return findings

    @property
    def _driver(self) -> tuple[str, str]:
        return "--driver", self._place.value

    def _omniopt(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            self._words(*arguments), cwd=self.folder, env=self.cluster.environment(), capture_output=True, timeout=300,
            stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip

    def _words(self, *arguments: str) -> list[str]:
        return [sys.executable, "-I", "-m", "worker", *arguments]

    def _spawn(self, *arguments: str) -> subprocess.Popen[bytes]:
        output = self.folder / f"driver.{len(self._drivers)}.out"
        with output.open("wb") as file:
            return subprocess.Popen(
                self._words(*arguments), cwd=self.folder, env=self.cluster.environment(), stdin=subprocess.DEVNULL,
                stdout=file, stderr=file, start_new_session=True,
            )  # fmt: skip

    def _look(self) -> None:
        """See which agents there are, and every result that is shown."""
        for epoch in epochs(self.paths):
            for record in self._journals.setdefault(epoch, follow_journal(self.paths, epoch)).read():
                if isinstance(record, Agent):
                    self._agents[record.agent] = record
        self.observations.look()
        self._drivers = [process for process in self._drivers if process.poll() is None]

    def _keep_pace(self, kills: int) -> None:
        """Keep evaluations from ending where the run would be over before the storm is."""
        done = len(self.observations.shown) / self._evaluations
        due = min(self.kills.total() / kills + _AHEAD, _BEFORE_LAST)
        self.observations.hold(self.kills.total() < kills and done > due)

    def _strike(self, now: Claim) -> None:
        if now.standing is not Standing.ALIVE or self._random.random() < 0.6:
            self._random.choices(
                (self._kill_agent, self._cancel_job, self._cancel_everything), weights=(20, 10, 1)
            )[0]()
            return
        strikes = (
            self._kill_driver,
            self._kill_drivers_group,
            self._kill_drivers_as_they_come,
            self._two_resumes,
            self._second_driver,
            self._pause_driver,
        )
        self._random.choices(strikes, weights=(3, 1, 1, 1, 1, 1))[0](now)

    def _kill(self, what: str, pid: int) -> bool:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return False
        self.kills[what] += 1
        return True

    def _kill_driver(self, now: Claim) -> None:
        if self._kill("drivers", now.pid) and self._random.random() < 0.3:
            with self.paths.journal(now.epoch).open("ab") as file:  # it died in the middle of a record
                file.write(b'12345678 {"kind":"finished","trial":1,"sta'[: self._random.randrange(1, 40)])

    def _kill_drivers_group(self, now: Claim) -> None:
        """The driver with the shell of its job, which would start it again."""
        try:
            os.killpg(os.getpgid(now.pid), signal.SIGKILL)
        except ProcessLookupError:
            return
        self.kills["process groups of drivers"] += 1

    def _kill_drivers_as_they_come(self, now: Claim) -> None:
        """One driver after another, while it reads what its forerunner has left."""
        for _ in range(3):
            self._kill("drivers while they begin", now.pid)
            ends_at = time.monotonic() + 3
            while (later := claim(self.paths)).epoch == now.epoch or not later.pid:
                if time.monotonic() > ends_at:
                    return
                time.sleep(0.002)
            time.sleep(self._random.choice((0, 0.01, 0.05, 0.2)))
            now = later

    def _two_resumes(self, now: Claim) -> None:
        """Two people see that the driver is gone, and both help."""
        self.observations.hold(True)  # the run must not be over before the storm is
        self._kill_drivers_group(now)
        both = [self._spawn("resume", "storm", *self._driver) for _ in range(2)]
        for process in both:
            process.wait(timeout=300)
        self.deeds["two resumes at once"] += 1

    def _second_driver(self, now: Claim) -> None:
        """A driver beside one that lives, as Slurm may start one when it has lost sight of a node."""
        rides: tuple[str, ...] = ()
        if self._place is DriverPlace.WORKER:
            agent = self._some_agent()
            if agent is None:
                return
            rides = ("--since", "0", "--after", str(now.epoch), "--rides", agent.agent)
        self._drivers.append(self._spawn("drive", str(self.paths.root), *rides))
        self.deeds["second drivers"] += 1

    def _pause_driver(self, now: Claim) -> None:
        """A driver that hangs while another one takes over, and goes on later as if nothing had been."""
        try:
            os.kill(now.pid, signal.SIGSTOP)
        except ProcessLookupError:
            return
        self._second_driver(now)
        time.sleep(self._random.uniform(0.5, self.longest_pause))
        with suppress(ProcessLookupError):  # its job may have ended meanwhile, by an earlier deed
            os.kill(now.pid, signal.SIGCONT)
        self.deeds["paused drivers"] += 1

    def _some_agent(self) -> Agent | None:
        alive = [agent for agent in self._agents.values() if processes.alive(agent.pid or 0, agent.pid_start)]
        return self._random.choice(alive) if alive else None

    def _kill_agent(self) -> None:
        agent = self._some_agent()
        if agent is not None and self._kill("agents", agent.pid or 0):
            self._killed.add(agent.agent)

    def _cancel_job(self) -> None:
        agent = self._some_agent()
        if agent is not None:
            self._killed.add(agent.agent)
            self.cluster.run("scancel", agent.job, check=False)
            self.kills["jobs of agents, by scancel"] += 1

    def _cancel_everything(self) -> None:
        """A person ends all jobs of the run by the name of their user."""
        self.observations.hold(True)
        alive = [agent for agent in self._agents.values() if processes.alive(agent.pid or 0, agent.pid_start)]
        self._killed.update(agent.agent for agent in alive)
        self.kills["jobs of agents, all at once"] += len(alive)
        for job in {agent.job.partition("_")[0] for agent in alive}:
            self.cluster.run("scancel", job, check=False)

    def _revive(self) -> None:
        """What a person does who sees that the driver is gone for good."""
        if claim(self.paths).held or claim(self.paths).standing is Standing.OVER:
            return
        self.observations.hold(True)
        time.sleep(3)  # the shell of its job starts it again, where that was not killed too
        if not claim(self.paths).held and claim(self.paths).standing is not Standing.OVER:
            self._omniopt("resume", "storm", *self._driver)

    def _wait_until_quiet(self) -> None:
        for process in self._drivers:
            process.wait(timeout=120)
        ends_at = time.monotonic() + 90
        while left := self.cluster.jobs():
            assert time.monotonic() < ends_at, f"jobs are left: {left}"
            time.sleep(0.5)


def main() -> int:
    """Start a cluster, let a storm go over it, print what was found."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--evaluations", type=int, default=3000)
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--pause", type=float, default=3, help="seconds that a driver is paused at most")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--driver", type=DriverPlace, default=DriverPlace.WORKER, help="job or worker")
    parser.add_argument("--keep", type=Path, help="leave the run in this new folder, to be looked at")
    options = parser.parse_args()
    with on_cluster(options.keep) as (cluster, work):
        storm = Storm(cluster, work, options.evaluations, options.workers, options.seed, options.driver)
        storm.longest_pause = options.pause
        began = time.monotonic()
        findings = storm.rage(options.kills)
        seconds = time.monotonic() - began
    agents = storm.kills["agents"] + storm.kills["jobs of agents, by scancel"]
    agents += storm.kills["jobs of agents, all at once"]
    kills = ", ".join(f"{count} {what}" for what, count in sorted(storm.kills.items()))
    deeds = ", ".join(f"{count} {what}" for what, count in sorted(storm.deeds.items()))
    return report(
        [
            Figure("kills", f"{storm.kills.total()}: {kills}", f">= {options.kills}", storm.kills.total() >= options.kills),
            Figure("and besides", deeds, "", True),
            Figure("evaluations", f"{findings.evaluations} in {seconds:.0f} s", str(options.evaluations),
                   findings.evaluations == options.evaluations),
            Figure("shown results lost", str(len(findings.lost)), "0", not findings.lost),
            Figure("wrong pairs", str(len(findings.wrong_pairs)), "0", not findings.wrong_pairs),
            Figure("counted twice", str(len(findings.counted_twice)), "0", not findings.counted_twice),
            Figure("executed twice, beyond what killed agents had in hand", str(len(findings.executed_twice)), "0",
                   not findings.executed_twice),
            Figure("evaluations repeated", str(findings.repeats), f"<= {agents} agents killed", findings.repeats <= agents),
            Figure("left behind", str(len(findings.left_behind)), "0", not findings.left_behind),
        ],
        findings.faults,
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
