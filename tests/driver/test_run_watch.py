"""What a driver keeps an eye on: its workers, the signals that it gets, and what has changed since the driver before it."""

from __future__ import annotations

import signal
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from idle_launcher import IdleLauncher
from json_records import LOSSES, plain_assign, said
from local_runs import X
from other_launcher import OtherLauncher

from worker import processes
from worker.driver import terms
from worker.driver.agents import Agents
from worker.driver.assignments import Assignments
from worker.driver.dispatch import Dispatcher
from worker.driver.limits import Limits
from worker.driver.mailboxes import Mailboxes
from worker.driver.plan import Plan
from worker.driver.proposer import Proposer
from worker.driver.stop_signals import Signals
from worker.launch.launcher import AgentReport
from worker.spec.check import check
from worker.spec.run import Draft, ParameterDraft, Run
from worker.store.paths import RunPaths


def a_run(*parameters: ParameterDraft) -> Run:
    run = check(Draft({"run.name": "pear", "run.objective": "./p ($x)"}, parameters or (X,))).run
    assert run is not None
    return run


class Counting(IdleLauncher):
    """Knows no worker, and counts how often it is asked."""

    polls = 0

    def poll(self) -> Mapping[str, AgentReport]:
        self.polls += 1
        return {}


def watch(folder: Path, launcher: Counting) -> tuple[Agents, Assignments]:
    assignments = Assignments(1, plain_assign, LOSSES)
    mail = Mailboxes(RunPaths(folder / "pear"), 1, slowest=1.0, sync=False)
    return Agents(RunPaths(folder / "pear"), launcher, assignments, mail), assignments


def test_a_launcher_is_asked_twenty_times_a_second_at_most(tmp_path: Path) -> None:
    launcher = Counting()
    agents, _ = watch(tmp_path, launcher)
    for now, polls in ((0.04, 0), (0.05, 1), (0.06, 1), (0.09, 1), (0.10, 2), (5.0, 3)):
        agents.look(now, now, lambda *_: None)
        assert launcher.polls == polls, now


@pytest.mark.parametrize("lives", [True, False])
def test_a_worker_of_this_machine_that_no_launcher_knows_is_looked_for(tmp_path: Path, lives: bool) -> None:
    agents, assignments = watch(tmp_path, Counting())
    assignments.add("a")
    process = subprocess.Popen(["sleep", "600"])
    try:
        born = processes.birth(process.pid)
        if not lives:
            process.kill()
            process.wait()
        hello = {"kind": "hello", "agent": "a", "host": socket.gethostname(), "pid": process.pid}
        agents.heard("a", said({**hello, "pid_start": born, "at": 1.0}), 1.0)
        agents.heard("a", said({"kind": "started", "trial": 1, "attempt": 1, "at": 2.0}), 2.0)
        agents.look(1.0, 1.0, lambda *_: None)
        assert ("a" in assignments.members) is lives
    finally:
        process.kill()
        process.wait()


def test_a_driver_that_is_told_to_end_asks_its_scheduler_once() -> None:
    asked = []

    def leaves() -> bool:
        asked.append("asked")
        return True

    with Signals(leaves) as signals:
        signals.weigh()
        assert (asked, signals.hand_over) == ([], False)
        for _ in range(2):  # as Slurm does it
            signal.raise_signal(signal.SIGTERM)
            signals.weigh()
        assert (asked, signals.hand_over, signals.interrupts) == (["asked"], True, 0)


def test_a_driver_whose_job_a_person_has_ended_is_interrupted() -> None:
    with Signals(lambda: False) as signals:
        signal.raise_signal(signal.SIGTERM)
        signals.weigh()
        signals.weigh()
        assert (signals.hand_over, signals.interrupts) == (False, 1)


def test_without_a_scheduler_every_signal_counts() -> None:
    with Signals() as signals:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.raise_signal(number)
            signals.weigh()
        assert (signals.hand_over, signals.interrupts) == (False, 2)


@pytest.mark.parametrize(
    ("before", "now", "sentences"),
    [
        ("1", "2", ["slurm.cpus is 2 from now on, not 1"]),
        ("2", "1", ["slurm.cpus is 1 from now on, not 2"]),
        ("", "2", ["slurm.cpus is 2 from now on, not empty"]),
        ("2", "", ["slurm.cpus is empty from now on, not 2"]),
        ("2", "2", []),
        (None, "2", []),
    ],
)
def test_a_term_that_has_changed_either_way_is_told(
    before: str | None, now: str, sentences: list[str]
) -> None:
    old = {} if before is None else {"slurm.cpus": before}
    assert list(terms.changes(old, {"slurm.cpus": now})) == sentences


def test_what_a_worker_says_that_is_no_member_any_more_is_heard() -> None:
    scheduler = OtherLauncher(lambda *_: IdleLauncher())
    plan = Plan(a_run(), RunPaths(Path("/nowhere")), scheduler, Path("/"), 1)
    dispatcher = Dispatcher(plan, 1, Assignments(1, plain_assign, LOSSES), Limits(10, 10, 100.0))
    late = {"kind": "finished", "trial": 1, "attempt": 1, "epoch": 1, "values": {"x": 0.5}}
    dispatcher.learn("gone", said({**late, "status": "ok", "loss": 1.0, "seconds": 60.0, "end": 60.0}), 60.0)
    assert dispatcher.too_late(41.0)
    assert not dispatcher.too_late(39.0)


def test_a_run_without_values_left_says_why() -> None:
    few = ParameterDraft("x", "hp.choice", {"values": ["a", "b"]})
    run, assignments = a_run(few), Assignments(1, plain_assign, LOSSES)
    proposer = Proposer(run, 1, [], 1)
    assert [proposer.propose(assignments, 0.0) for _ in range(3)] == [True, True, False]
    assert proposer.exhausted
    assert proposer.exhausted_sentence.startswith("All 2 ")
