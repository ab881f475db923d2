"""Whether one driver keeps up with a thousand agents: all of them are played by one other process, without Slurm."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from harness import Figure, machine, options, peak_memory, report

from worker.driver.driver import Driver
from worker.driver.plan import Plan
from worker.driver.stop_signals import Signals
from worker.launch.launcher import AgentReport, AgentState
from worker.launch.slurm.scheduler import Slurm
from worker.progress.snapshot import Snapshot
from worker.spec.check import check
from worker.spec.problem import Problem
from worker.spec.run import Draft, ParameterDraft, Run
from worker.store.appender import Appender
from worker.store.outbox_messages import Bye, Heard
from worker.store.paths import RunPaths
from worker.store.records import decode, encode
from worker.store.tail import Tail
from worker.trial import Status

LEAST_RATE = 200  # evaluations per second
MOST_MEMORY = 400  # MB


class Pretended:
    """A launcher whose agents are all there already, in another process."""

    trouble = ""
    hopeless: Problem | None = None

    def __init__(self, count: int, player: subprocess.Popen[bytes]) -> None:
        self._player = player
        self._reports = {name(index): AgentReport(name(index), AgentState.RUNNING) for index in range(count)}

    def start(self, count: int) -> Sequence[str]:
        """All were there from the beginning."""
        return []

    def poll(self) -> Mapping[str, AgentReport]:
        """Nobody ever goes."""
        if self._player.poll():
            raise RuntimeError("The process that plays the agents has failed.")
        return self._reports

    def stop(self, identities: Sequence[str]) -> None:
        """They end with the benchmark."""
        for identity in identities:
            self._reports[identity] = AgentReport(identity, AgentState.GONE)

    def note(self, identity: str, said: Heard) -> None:
        """Those that say goodbye are gone."""
        if isinstance(said, Bye):
            self.stop([identity])

    def close(self) -> None:
        """Nothing to close."""


class Played(Slurm):
    """Slurm, with a launcher that is there already."""

    def __init__(self, launcher: Pretended) -> None:
        self._launcher = launcher

    def launcher(
        self, run: Run, paths: RunPaths, epoch: int, cwd: Path, starts: bool, rides: bool
    ) -> Pretended:
        """The one."""
        return self._launcher


def name(index: int) -> str:
    """The identity of an agent."""
    return f"f-{index}"


def play(folder: Path, count: int) -> None:
    """Be all agents at once, each of which ends its evaluations at once, until every one was told to leave."""
    paths = RunPaths(folder)
    boxes = []
    for index in range(count):
        box = paths.agent(name(index))
        box.root.mkdir(parents=True, exist_ok=True)
        boxes.append((name(index), Tail(box.inbox(1), decode), Appender(box.outbox)))
        hello = {"kind": "hello", "agent": name(index), "host": "h", "epoch": 1, "at": time.time()}
        boxes[-1][2].append(encode(hello), sync=False)
    while boxes:
        for box in list(boxes):
            identity, inbox, outbox = box
            for record in inbox.read():
                if record["kind"] == "assign":
                    outbox.append(*map(encode, answers(identity, record)), sync=False)
                elif record["kind"] in ("quit", "cancel"):
                    outbox.append(encode({"kind": "bye", "reason": "told to", "at": time.time()}), sync=False)
                    boxes.remove(box)


def loss_of(values: Mapping[str, object]) -> float:
    """The result of an evaluation, which belongs to these values only."""
    return sum(value for value in values.values() if isinstance(value, float))


def answers(identity: str, record: Mapping[str, Any]) -> tuple[dict[str, object], dict[str, object]]:
    """What an agent says about an assignment."""
    same = {"trial": record["trial"], "attempt": record["attempt"], "epoch": 1}
    now = time.time()
    loss = loss_of(record["values"])
    finished = {
        "kind": "finished", **same, "agent": identity, "values": record["values"], "host": "h", "gpus": "", "status": "ok",
        "loss": loss, "outputs": {"accuracy": 0.5}, "curve": [[0.0, loss]], "exit_code": 0, "signal": None,
        "seconds": 0.001, "start": now, "end": now + 0.001, "peak_memory": 10.0, "reason": "",
    }  # fmt: skip
    return {"kind": "started", **same, "at": now, "pid": 1}, finished


def drive(folder: Path, agents: int, evaluations: int, player: subprocess.Popen[bytes]) -> float:
    """Drive a random search with the agents that `player` plays; returns the seconds that it took."""
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
    launcher = Pretended(agents, player)
    with Signals() as signals:
        driver = Driver(Plan(run, paths, Played(launcher), folder, 42), signals)
        began = time.monotonic()
        end = driver.drive(Quiet())
        seconds = time.monotonic() - began
    assert driver.tally.ok == evaluations, (end.sentence, driver.tally.counts)
    for trial in driver.trials.values():
        assert trial.status is not Status.OK or trial.loss == loss_of(trial.values), f"a wrong pair: {trial}"
    return seconds


class Quiet:
    """Shows nothing."""

    def update(self, snapshot: Snapshot, new_best: bool = False) -> None:
        """Nothing."""

    def say(self, sentence: str) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""


def main() -> int:
    """Print the figures, or play the agents."""
    parser = options("Drive a run with many pretended agents.", repeats=1)
    parser.add_argument("--agents", type=int, default=1000)
    parser.add_argument("--evaluations", type=int, default=100_000)
    parser.add_argument(
        "--least", type=float, default=LEAST_RATE, help="evaluations per second that are promised"
    )
    parser.add_argument("--play", type=Path, default=None, help="be the agents of the run in this folder")
    given = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    if given.play is not None:
        play(given.play, given.agents)
        return 0
    before = machine()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "many"
        folder.mkdir()
        words = [sys.executable, __file__, "--play", str(folder), "--agents", str(given.agents)]
        with subprocess.Popen(words) as player:
            try:
                seconds = drive(folder, given.agents, given.evaluations, player)
                player.wait(timeout=60)
            finally:
                player.kill()
    peak = peak_memory(os.getpid())
    print(before)
    rate = given.evaluations / seconds
    return report(
        [
            Figure(f"evaluations per second, {given.agents} agents, {given.evaluations} evaluations",
                   f"{rate:.0f}", f">= {given.least:.0f}", rate >= given.least),
            Figure("peak memory of the driver", f"{peak:.0f} MB", f"<= {MOST_MEMORY} MB", peak <= MOST_MEMORY),
        ]
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
