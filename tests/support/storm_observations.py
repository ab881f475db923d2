"""What a run in a storm has shown, and what its program has noted itself, compared with what is there at the end."""

from __future__ import annotations

import csv
import os
import re
import time
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from worker.store.follower import Follower
from worker.store.paths import RunPaths
from worker.store.replay import load
from worker.trial import Status

# Notes when each execution began and ended, in a file of its own. The file "pace" says how long one takes, and
# while there is one called "hold", none ends.
PROGRAM = """\
#!/bin/bash
LC_ALL=C
note() {{ echo "$1 $OMNIOPT_TRIAL $OMNIOPT_AGENT $2 $EPOCHREALTIME" >> "{folder}/executions"; }}
note begin "$1"
sleep "$(cat "{folder}/pace")$((RANDOM % 10))$((RANDOM % 10))"
while [ -e "{folder}/hold" ]; do sleep 0.1; done
note end "$1"
echo "RESULT: $1"
"""
_NEW_BEST = re.compile(r"new best RESULT (\S+) \(evaluation (\d+)\): x=(\S+)")
# An agent starts the next program while it brings the last result to disk: a kill may cost both.
_IN_HAND = 2


class Execution(NamedTuple):
    """One execution of the program, as it has noted it; end is None where it did not come to that."""

    agent: str
    value: str
    begin: float
    end: float | None


@dataclass
class Findings:
    """What a storm has found; all but the first two should be empty."""

    evaluations: int = 0
    repeats: int = 0  # executions beyond one for each trial
    lost: list[str] = field(default_factory=list)  # shown results that are gone, or are others now
    wrong_pairs: list[str] = field(default_factory=list)  # results that are not those of their values
    counted_twice: list[str] = field(default_factory=list)
    executed_twice: list[str] = field(
        default_factory=list
    )  # beyond what was in hand of agents that were killed
    left_behind: list[str] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        """Everything that breaks the promise."""
        return [*self.lost, *self.wrong_pairs, *self.counted_twice, *self.executed_twice, *self.left_behind]


class Observations:
    """Takes down every result that a run has shown, in any way. The run has one parameter, x, and the result is x."""

    def __init__(self, paths: RunPaths, folder: Path) -> None:
        """folder: where the program and what it notes are."""
        self.paths = paths
        self.log = folder / "executions"
        self.program = folder / "program.sh"
        self._pace = folder / "pace"
        self._hold = folder / "hold"
        self.program.write_text(PROGRAM.format(folder=folder))
        self.set_pace("0.0")
        self.shown: dict[int, float] = {}
        self._at: dict[int, float] = {}  # when each was first seen, in seconds since 1970
        self._follower = Follower(paths)
        self._found = Findings()

    def set_pace(self, digits: str) -> None:
        """How many seconds the program takes from now on: these digits, and two random ones."""
        fresh = self._pace.with_suffix(".new")
        fresh.write_text(digits)
        fresh.replace(self._pace)

    def hold(self, held: bool) -> None:
        """Whether programs are kept from ending."""
        if held:
            self._hold.touch()
        else:
            self._hold.unlink(missing_ok=True)

    def look(self) -> None:
        """Take down what `status`, the table and the driver's terminal show now."""
        for trial in self._follower.update().values():
            if trial.status is Status.OK:
                assert trial.loss is not None
                self._show(trial.number, trial.loss)
                if trial.values["x"] != trial.loss:
                    self._found.wrong_pairs.append(f"evaluation {trial.number} was shown as {trial}")
            elif trial.number in self.shown:
                self._found.lost.append(f"evaluation {trial.number} was shown, and became {trial.status}")
        for row in self.table():
            if row["status"] == Status.OK.value:
                self._show(int(row["trial"]), float(row["RESULT"]))

    def read(self, output: Path) -> None:
        """Take down what a driver has printed."""
        with suppress(FileNotFoundError):
            for loss, number, _ in _NEW_BEST.findall(output.read_text(errors="replace")):
                self._show(int(number), float(loss))

    def table(self) -> list[dict[str, str]]:
        """The rows of the csv, as it is now."""
        try:
            with self.paths.csv.open(newline="") as file:
                return list(csv.DictReader(file))
        except FileNotFoundError:
            return []

    def compare(self, evaluations: int, killed: Collection[str]) -> Findings:
        """What is there at the end against what was asked for, was shown, and was executed. killed: agents."""
        self.look()
        rows = self.table()
        self._compare_shown(rows, evaluations)
        self._compare_executions({int(row["trial"]): row for row in rows}, killed)
        self._found.left_behind += processes_of(self.paths)
        return self._found

    def _show(self, number: int, loss: float) -> None:
        before = self.shown.setdefault(number, loss)
        self._at.setdefault(number, time.time())
        if before != loss:
            self._found.lost.append(f"evaluation {number} was shown with {before}, then with {loss}")

    def _compare_shown(self, rows: list[dict[str, str]], evaluations: int) -> None:
        found = self._found
        trials = load(self.paths).trials
        good = {int(row["trial"]): row for row in rows if row["status"] == Status.OK.value}
        for number, loss in self.shown.items():
            row, trial = good.get(number), trials.get(number)
            if row is None or float(row["RESULT"]) != loss:
                found.lost.append(f"evaluation {number} was shown with {loss}, the table has {row}")
            if trial is None or trial.status is not Status.OK or trial.loss != loss:
                found.lost.append(f"evaluation {number} was shown with {loss}, the journal has {trial}")
        found.evaluations = len(good)
        if len(good) != evaluations:
            found.lost.append(f"{len(good)} evaluations count, {evaluations} were asked for")
        for what in ("trial", "x"):
            often = Counter(row[what] for row in rows)
            found.counted_twice += [
                f"{what} {one} stands in {count} rows" for one, count in often.items() if count > 1
            ]
        found.wrong_pairs += [f"{row}" for row in good.values() if float(row["x"]) != float(row["RESULT"])]

    def _compare_executions(self, rows: dict[int, dict[str, str]], killed: Collection[str]) -> None:
        found = self._found
        by_trial, by_agent = executions(self.log)
        in_hand = {trial for agent in killed for trial in by_agent.get(agent, [])[-_IN_HAND:]}
        for trial, runs in by_trial.items():
            values = {run.value for run in runs} | ({rows[trial]["x"]} if trial in rows else set())
            if len(values) != 1:
                found.wrong_pairs.append(f"evaluation {trial} ran with {values}")
            found.repeats += len(runs) - 1
            for run, later in pairwise(runs):
                if run.agent not in killed or trial not in in_hand:
                    found.executed_twice.append(
                        f"evaluation {trial} was not in hand of a killed agent: {runs}"
                    )
                elif run.end is not None and run.end > later.begin:
                    found.executed_twice.append(f"evaluation {trial} ran twice at once: {runs}")
                elif later.begin > self._at.get(trial, later.begin):
                    found.executed_twice.append(f"evaluation {trial} was shown before it ran again: {runs}")


def executions(log: Path) -> tuple[dict[int, list[Execution]], dict[str, list[int]]]:
    """What the program has noted: the executions of each trial, and the trials that each agent began, in order."""
    by_trial: dict[int, list[Execution]] = {}
    by_agent: dict[str, list[int]] = {}
    for line in log.read_text().splitlines():
        word, number, agent, value, at = line.split()
        runs = by_trial.setdefault(int(number), [])
        if word == "begin":
            runs.append(Execution(agent, value, float(at), None))
            by_agent.setdefault(agent, []).append(int(number))
        else:
            last = max(index for index, run in enumerate(runs) if run.agent == agent)
            runs[last] = runs[last]._replace(end=float(at))
    return by_trial, by_agent


def processes_of(paths: RunPaths) -> Iterator[str]:
    """All processes of a run on this machine: of its evaluations, agents and drivers."""
    root = os.fsencode(paths.root.resolve())
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (entry / "cmdline").read_bytes().split(b"\0")
            ours = b"OMNIOPT_RUN=" + root in (entry / "environ").read_bytes().split(b"\0")
            if ours or (root in words and b"worker" in words):
                yield f"process {entry.name}: {b' '.join(words).decode(errors='replace')}"
