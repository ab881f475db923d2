"""Whether one driver keeps up with a thousand agents: all of them are played by one other process, without Slurm."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from harness import machine, options, table

from worker.driver.loop import Driver
from worker.driver.plan import Plan
from worker.driver.signals import Signals
from worker.driver.view import View
from worker.launch.launcher import AgentReport, AgentState
from worker.spec.check import check
from worker.spec.problem import Problem
from worker.spec.run import Draft, ParameterDraft
from worker.store.appender import Appender
from worker.store.paths import RunPaths
from worker.store.records import Record
from worker.store.tail import Tail


class Pretended:
    """A launcher whose agents are all there already, in another process."""

    trouble = ""
    hopeless: Problem | None = None

    def __init__(self, count: int) -> None:
        self._reports = {name(index): AgentReport(name(index), AgentState.RUNNING) for index in range(count)}

    def start(self, count: int) -> Sequence[str]:
        """All were there from the beginning."""
        return []

    def poll(self) -> Mapping[str, AgentReport]:
        """Nobody ever goes."""
        return self._reports

    def stop(self, identities: Sequence[str]) -> None:
        """They end with the benchmark."""
        for identity in identities:
            self._reports[identity] = AgentReport(identity, AgentState.GONE)

    def note(self, identity: str, record: Record) -> None:
        """Those that say goodbye are gone."""
        if record.get("kind") == "bye":
            self.stop([identity])

    def close(self) -> None:
        """Nothing to close."""


def name(index: int) -> str:
    """The identity of an agent."""
    return f"f-{index}"


def play(folder: Path, count: int) -> None:
    """Be all agents at once, each of which ends its evaluations at once, until every one was told to leave."""
    paths = RunPaths(folder)
    boxes = []
    for index in range(count):
        box = paths.agent(name(index))
        box.root.mkdir(parents=True)
        boxes.append((name(index), Tail(box.inbox(1)), Appender(box.outbox)))
        boxes[-1][2].append(
            {"kind": "hello", "agent": name(index), "host": "h", "epoch": 1, "at": time.time()}, sync=False
        )
    while boxes:
        for box in list(boxes):
            identity, inbox, outbox = box
            for record in inbox.read():
                if record["kind"] == "assign":
                    outbox.append(*answers(identity, record), sync=False)
                elif record["kind"] in ("quit", "cancel"):
                    outbox.append({"kind": "bye", "reason": "told to", "at": time.time()}, sync=False)
                    boxes.remove(box)


def answers(identity: str, record: Record) -> tuple[Record, Record]:
    """What an agent says about an assignment."""
    same = {"trial": record["trial"], "attempt": record["attempt"], "epoch": 1}
    now = time.time()
    loss = sum(value for value in record["values"].values() if isinstance(value, float))
    finished = {
        "kind": "finished", **same, "agent": identity, "values": record["values"], "host": "h", "gpus": "", "status": "ok",
        "loss": loss, "outputs": {"accuracy": 0.5}, "curve": [[0.0, loss]], "exit_code": 0, "signal": None,
        "seconds": 0.001, "start": now, "end": now + 0.001, "peak_memory": 10.0, "reason": "",
    }  # fmt: skip
    return {"kind": "started", **same, "at": now, "pid": 1}, finished


def drive(folder: Path, agents: int, evaluations: int) -> float:
    """Drive a random search with the pretended agents; returns the seconds that it took."""
    draft = Draft(
        {
            "run.name": folder.name,
            "run.objective": "true ($x) ($y) ($n)",
            "run.workers": agents,
            "search.algorithm": "hyperopt.rand.suggest",
            "search.max_evals": evaluations,
        },
        (
            ParameterDraft("x", "hp.uniform", {"min": -5, "max": 5}),
            ParameterDraft("y", "hp.loguniform", {"min": -9, "max": 0}),
            ParameterDraft("n", "hp.uniformint", {"min": 1, "max": 10**9}),
        ),
    )
    run = check(draft).run
    assert run is not None
    paths = RunPaths(folder)
    launcher = Pretended(agents)
    with Signals() as signals:
        driver = Driver(Plan(run, paths, "slurm", folder, 42), signals, lambda *_: launcher)
        began = time.monotonic()
        end = driver.drive(Quiet())
    assert driver.tally.ok == evaluations, (end.sentence, driver.tally.counts)
    return time.monotonic() - began


class Quiet:
    """Shows nothing."""

    def update(self, view: View, new_best: bool = False) -> None:
        """Nothing."""

    def say(self, sentence: str) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""


def main() -> None:
    """Print the figures, or play the agents."""
    parser = options("Drive a run with many pretended agents.", repeats=1)
    parser.add_argument("--agents", type=int, default=1000)
    parser.add_argument("--evaluations", type=int, default=100_000)
    parser.add_argument("--play", type=Path, default=None, help="be the agents of the run in this folder")
    given = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    if given.play is not None:
        play(given.play, given.agents)
        return
    before = machine()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "many"
        folder.mkdir()
        words = [sys.executable, __file__, "--play", str(folder), "--agents", str(given.agents)]
        with subprocess.Popen(words) as agents:
            seconds = drive(folder, given.agents, given.evaluations)
            agents.wait(timeout=60)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(before)
    table(
        [
            (f"evaluations per second, {given.agents} agents, {given.evaluations} evaluations",
             f"{given.evaluations / seconds:.0f}", ">= 200"),
            ("peak memory of the driver", f"{peak:.0f} MB", "<= 400 MB"),
        ]
    )  # fmt: skip


if __name__ == "__main__":
    main()
