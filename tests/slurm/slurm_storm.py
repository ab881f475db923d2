"""A storm over a run on a Slurm cluster: drivers and agents killed at random, jobs cancelled, two drivers at once.

    python tests/slurm/slurm_storm.py --kills 300 --evaluations 3000

The objective program keeps a log of its own of every time that it was run, and the storm keeps every result that was
ever shown, so that what OmniOpt says at the end can be compared with what happened.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from slurm_cluster import Cluster

from worker.agent import processes
from worker.driver.claim import Standing, claim
from worker.store.journal import epochs
from worker.store.paths import Home, RunPaths
from worker.store.records import Record
from worker.store.tail import Tail, read_records

OBJECTIVE = """\
#!/bin/bash
echo "begin $OMNIOPT_TRIAL $OMNIOPT_ATTEMPT $OMNIOPT_AGENT $1" >> "{log}"
sleep 0.$((RANDOM % 3))$((RANDOM % 10))
echo "end $OMNIOPT_TRIAL $OMNIOPT_ATTEMPT $OMNIOPT_AGENT $1" >> "{log}"
echo "RESULT: $1"
"""
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


@dataclass
class Findings:
    """What a storm has done and found; all but the first two should be empty."""

    kills: Counter[str] = field(default_factory=Counter)
    evaluations: int = 0
    repeats: int = 0  # executions beyond one per trial; each must be of a killed agent
    lost: list[str] = field(default_factory=list)  # results that were shown and are not there any more
    changed: list[str] = field(default_factory=list)  # results that were shown and are others now
    wrong_pairs: list[str] = field(default_factory=list)  # results that are not those of their values
    twice: list[str] = field(
        default_factory=list
    )  # trials executed twice although no agent of theirs was killed
    left_behind: list[str] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        """Everything that breaks the promise."""
        return [*self.lost, *self.changed, *self.wrong_pairs, *self.twice, *self.left_behind]


class Storm:
    """One run and what comes over it."""

    def __init__(self, cluster: Cluster, folder: Path, evaluations: int, workers: int, seed: int) -> None:
        self.cluster = cluster
        self.folder = folder
        self.log = folder / "executions.log"
        self.paths: RunPaths = Home.in_workdir(folder).run("storm")
        self.found = Findings()
        self._evaluations = evaluations
        self._random = random.Random(seed)
        self._shown: dict[str, tuple[str, str]] = {}
        self._killed: set[str] = set()
        self._outboxes: dict[str, Tail] = {}
        self._agents: dict[str, Record] = {}
        program = folder / "objective.sh"
        program.write_text(OBJECTIVE.format(log=self.log))
        self.config = folder / "storm.toml"
        self.config.write_text(CONFIG.format(program=program, workers=workers, evaluations=evaluations))

    def omniopt(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Call the command line as a user of the cluster."""
        return subprocess.run(
            [sys.executable, "-I", "-m", "worker", *words],
            cwd=self.folder, env=self.cluster.environment(), capture_output=True, text=True, timeout=300,
            stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip

    def rage(self, kills: int) -> Findings:
        """Start the run, let the storm go over it, and see how it ends."""
        started = self.omniopt("start", str(self.config), "--yes", "--driver", "job")
        assert started.returncode == 0, started.stdout + started.stderr
        ends_at = time.monotonic() + LONGEST
        while claim(self.paths).standing is not Standing.OVER:
            assert time.monotonic() < ends_at, "the run does not end"
            time.sleep(self._random.uniform(0.1, 0.6))
            self._look()
            if sum(self.found.kills.values()) < kills and self._agents:
                self._strike()
            self._revive()
        self._wait_until_quiet()
        self._compare()
        return self.found

    def _strike(self) -> None:
        strikes = (
            self._kill_driver,
            self._kill_drivers_group,
            self._kill_agent,
            self._cancel_job,
            self._two_drivers,
        )
        strike = self._random.choices(strikes, weights=(3, 1, 4, 2, 1))[0]
        name = strike.__name__.strip("_").replace("_", " ")
        if strike():
            self.found.kills[name] += 1

    def _kill_driver(self) -> bool:
        now = claim(self.paths)
        if now.standing is not Standing.ALIVE:
            return False
        with suppress(ProcessLookupError):
            os.kill(now.pid, signal.SIGKILL)
        return True

    def _kill_drivers_group(self) -> bool:
        """The driver with the shell of its job, which would start it again."""
        now = claim(self.paths)
        if now.standing is not Standing.ALIVE:
            return False
        with suppress(ProcessLookupError):
            os.killpg(os.getpgid(now.pid), signal.SIGKILL)
        return True

    def _kill_agent(self) -> bool:
        alive = [
            one for one in self._agents.values() if processes.alive(int(one["pid"]), str(one["pid_start"]))
        ]
        if not alive:
            return False
        agent = self._random.choice(alive)
        self._killed.add(str(agent["agent"]))
        with suppress(ProcessLookupError):
            os.kill(int(agent["pid"]), signal.SIGKILL)
        return True

    def _cancel_job(self) -> bool:
        alive = [
            one for one in self._agents.values() if processes.alive(int(one["pid"]), str(one["pid_start"]))
        ]
        if not alive:
            return False
        agent = self._random.choice(alive)
        self._killed.add(str(agent["agent"]))
        self.cluster.run("scancel", str(agent["job"]), check=False)
        return True

    def _two_drivers(self) -> bool:
        words = [sys.executable, "-I", "-m", "worker", "resume", "storm"]
        both = [
            subprocess.Popen(
                words, cwd=self.folder, env=self.cluster.environment(), stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )
            for _ in range(2)
        ]  # fmt: skip
        for one in both:
            one.wait(timeout=300)
        return True

    def _revive(self) -> None:
        """What a person does who sees that the driver is gone for good."""
        if claim(self.paths).held or claim(self.paths).standing is Standing.OVER:
            return
        time.sleep(3)  # the shell of its job starts it again, where that was not killed too
        if not claim(self.paths).held and claim(self.paths).standing is not Standing.OVER:
            self.omniopt("resume", "storm")

    def _look(self) -> None:
        """See which agents there are, and every result that is shown."""
        for epoch in epochs(self.paths):
            path = self.paths.journal(epoch)
            tail = self._outboxes.setdefault(str(path), Tail(path))
            for record in tail.read():
                if record.get("kind") == "agent":
                    self._agents[str(record["agent"])] = record
        for row in self._table():
            if row["status"] != "ok":
                continue
            before = self._shown.setdefault(row["trial"], (row["x"], row["RESULT"]))
            if before != (row["x"], row["RESULT"]):
                self.found.changed.append(f"trial {row['trial']}: {before} became {row}")

    def _table(self) -> list[dict[str, str]]:
        try:
            with self.paths.csv.open(newline="") as file:
                return list(csv.DictReader(file))
        except FileNotFoundError:
            return []

    def _wait_until_quiet(self) -> None:
        ends_at = time.monotonic() + 90
        while left := self.cluster.jobs():
            if time.monotonic() > ends_at:
                self.found.left_behind.append(f"jobs: {left}")
                return
            time.sleep(0.5)
        mark = os.fsencode(f"OMNIOPT_RUN={self.paths.root}")
        for entry in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if mark in (entry / "environ").read_bytes().split(b"\0"):
                    self.found.left_behind.append(f"process: {(entry / 'cmdline').read_bytes()!r}")

    def _compare(self) -> None:
        """The table at the end against what was shown, and against what the program itself wrote down."""
        table = {row["trial"]: row for row in self._table()}
        found = self.found
        for trial, (value, result) in self._shown.items():
            row = table.get(trial)
            if row is None or row["status"] != "ok" or (row["x"], row["RESULT"]) != (value, result):
                found.lost.append(f"trial {trial} was shown with {result}: {row}")
        rows = [row for row in table.values() if row["status"] == "ok"]
        found.evaluations = len(rows)
        if found.evaluations != self._evaluations:
            found.lost.append(f"{found.evaluations} evaluations count, {self._evaluations} were asked for")
        if len(table) != len(self._table()):
            found.wrong_pairs.append("a trial stands in the table twice")
        found.wrong_pairs += [
            f"trial {row['trial']}: {row}" for row in rows if float(row["x"]) != float(row["RESULT"])
        ]
        self._compare_executions(table)

    def _compare_executions(self, table: dict[str, dict[str, str]]) -> None:
        begun: dict[str, list[tuple[str, str]]] = {}
        for line in self.log.read_text().splitlines():
            word, trial, _, agent, value = line.split()
            if word == "begin":
                begun.setdefault(trial, []).append((agent, value))
        for trial, executions in begun.items():
            values = {value for _, value in executions} | {table[trial]["x"]}
            if len(values) != 1:
                self.found.wrong_pairs.append(f"trial {trial} ran with several values: {values}")
            self.found.repeats += len(executions) - 1
            unexplained = [agent for agent, _ in executions[:-1] if agent not in self._killed]
            if unexplained:
                self.found.twice.append(f"trial {trial} ran {len(executions)} times: {executions}")

    def torn(self) -> int:
        """Lines of the journals that were skipped."""
        return sum(
            record is None
            for epoch in epochs(self.paths)
            for record in read_records(self.paths.journal(epoch))
        )


def main() -> int:
    """Start a cluster, let a storm go over it, print what was found."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--evaluations", type=int, default=3000)
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        cluster = Cluster(Path(scratch) / "slurm")
        cluster.folder.mkdir()
        work = Path(scratch) / "work"
        work.mkdir()
        try:
            cluster.up()
            storm = Storm(cluster, work, given.evaluations, given.workers, given.seed)
            began = time.monotonic()
            found = storm.rage(given.kills)
        finally:
            cluster.down()
    summary: dict[str, Any] = {
        "seconds": round(time.monotonic() - began),
        "kills": dict(found.kills),
        "evaluations": found.evaluations,
        "evaluations repeated": found.repeats,
        "shown results lost": len(found.lost),
        "shown results changed": len(found.changed),
        "wrong pairs": len(found.wrong_pairs),
        "executed twice": len(found.twice),
        "left behind": len(found.left_behind),
    }
    print(json.dumps(summary, indent=2))
    print("\n".join(found.faults[:20]))
    return 1 if found.faults else 0


if __name__ == "__main__":
    sys.exit(main())
