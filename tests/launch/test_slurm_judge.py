"""What the fate of agents says about nodes and about the run."""

from __future__ import annotations

from pathlib import Path

import pytest

from worker.launch.slurm.job_states import JobStates
from worker.launch.slurm.node_health import NODE_FAILURES, STILLBORN, NodeHealth
from worker.launch.slurm.script import AgentJob
from worker.launch.slurm.squeue import Row
from worker.launch.slurm.submit import Outcome, Submitted
from worker.store.paths import RunPaths

JOB = AgentJob("run.abc.1-1", "j1-1", 4, 3600, 1, 60)


class Bench:
    """A judge over a submission of four agents, all of them on nodes of their own choosing."""

    def __init__(self, folder: Path) -> None:
        self.paths = RunPaths(folder)
        self.paths.slurm.mkdir(parents=True)
        self.fleet = JobStates()
        self.fleet.intend(JOB, 0.0)
        self.fleet.answered(JOB.name, Submitted(Outcome.ACCEPTED, "7"), 1.0)
        self.judge = NodeHealth(self.fleet, self.paths)
        self._at = 2.0

    def see(self, *rows: tuple[int, str, str]) -> bool:
        """The queue shows (index, node, state) for some agents."""
        self._at += 30
        self.fleet.observe(
            [Row(f"7_{index}", JOB.name, index, word, node, "", "") for index, node, word in rows], self._at
        )
        return self.judge.weigh()

    def say(self, index: int, kind: str, **details: object) -> None:
        """An agent says something, as the launcher hands it on."""
        identity = JOB.identity(index)
        if kind == "hello":
            self.fleet.heard(identity, "")
        elif kind == "bye":
            self.fleet.left(identity, "")
        elif kind == "ended":
            self.fleet.died(identity, "")
        self.judge.note(identity, {"kind": kind, **details})


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A fresh judge."""
    return Bench(tmp_path)


def test_a_node_that_kills_two_in_a_row_is_excluded_and_named(bench: Bench) -> None:
    bench.see(*((index, "n1", "RUNNING") for index in range(4)))
    for index in range(4):
        bench.say(index, "hello")
    bench.see((0, "n1", "NODE_FAIL"), (1, "n1", "RUNNING"), (2, "n1", "RUNNING"), (3, "n1", "RUNNING"))
    assert list(bench.judge.excluded) == []
    bench.see((0, "n1", "NODE_FAIL"), (1, "n1", "FAILED"), (2, "n1", "RUNNING"), (3, "n1", "RUNNING"))
    assert bench.judge.excluded == ("n1",)
    assert "n1" in bench.judge.trouble


def test_an_evaluation_that_ends_there_clears_a_node(bench: Bench) -> None:
    bench.see(*((index, "n1", "RUNNING") for index in range(4)))
    for index in range(3):
        bench.say(index, "hello")
    bench.say(0, "ended", exit_code=137)
    bench.say(1, "finished")
    bench.say(2, "ended", exit_code=137)
    assert bench.judge.excluded == ()


@pytest.mark.parametrize("word", ["TIMEOUT", "PREEMPTED", "CANCELLED", "COMPLETED"])
def test_what_somebody_wanted_is_not_the_nodes_fault(bench: Bench, word: str) -> None:
    for index in range(4):
        bench.say(index, "hello")
    bench.see(*((index, "n1", word) for index in range(4)))
    assert bench.judge.excluded == ()
    assert bench.judge.hopeless is None


def test_a_broken_gpu_counts_against_its_node(bench: Bench) -> None:
    bench.see(*((index, "n2", "RUNNING") for index in range(4)))
    for index in range(NODE_FAILURES):
        bench.say(index, "hello")
        bench.say(index, "gpu-broken")
    assert bench.judge.excluded == ("n2",)


def test_jobs_that_end_before_their_agents_speak_are_given_up_with_their_last_line(bench: Bench) -> None:
    bench.paths.job_output(JOB.name, STILLBORN - 1).write_text(
        "started\n/venv/bin/python: No such file or directory\n\n"
    )
    for index in range(STILLBORN):
        assert bench.judge.hopeless is None
        assert bench.see(*((earlier, "n3", "FAILED") for earlier in range(index + 1)))
    assert bench.judge.hopeless is not None
    assert "No such file or directory" in bench.judge.hopeless.message
    assert "n3" in bench.judge.hopeless.message


def test_one_agent_that_speaks_shows_that_jobs_can_start(bench: Bench) -> None:
    bench.see((0, "n1", "FAILED"), (1, "n1", "FAILED"))
    bench.say(2, "hello")
    bench.see((0, "n1", "FAILED"), (1, "n1", "FAILED"), (3, "n1", "FAILED"))
    assert bench.judge.hopeless is None


def test_a_refusal_with_nodes_left_out_may_be_for_want_of_nodes(bench: Bench) -> None:
    refused = Submitted(Outcome.REFUSED, words="Requested node configuration is not available")
    bench.judge.refused(AgentJob("x", "j1-2", 1, 60, 1, 60, exclude=("n1",)), refused)
    assert bench.judge.hopeless is None
    bench.judge.refused(JOB, refused)
    assert bench.judge.hopeless is not None
