"""What the fate of agents says about nodes and about the run."""

from __future__ import annotations

from pathlib import Path

import pytest
from json_records import said

from worker.launch.slurm.job_states import JobStates
from worker.launch.slurm.node_health import NEVER_BEGAN, NODE_FAILURES, NodeHealth
from worker.launch.slurm.sbatch import Outcome, Submitted
from worker.launch.slurm.script import AgentJob
from worker.launch.slurm.squeue import Row
from worker.store.paths import RunPaths

JOB = AgentJob("run.abc.1-1", "j1-1", 4, 3600, 1, 60)


class Bench:
    """The health of nodes under a submission of four agents, all of them on nodes of their own choosing."""

    def __init__(self, folder: Path) -> None:
        self.paths = RunPaths(folder)
        self.paths.slurm.mkdir(parents=True)
        self.job_states = JobStates()
        self.job_states.intend(JOB, 0.0)
        self.job_states.answered(JOB.name, Submitted(Outcome.ACCEPTED, "7"), 1.0)
        self.node_health = NodeHealth(self.job_states, self.paths)
        self._at = 2.0

    def see(self, *rows: tuple[int, str, str]) -> bool:
        """The queue shows (index, node, state) for some agents."""
        self._at += 30
        self.job_states.observe(
            [Row(f"7_{index}", JOB.name, index, word, node, "", "") for index, node, word in rows], self._at
        )
        return self.node_health.note_ended()

    def say(self, index: int, kind: str, **details: object) -> None:
        """An agent says something, as the launcher hands it on."""
        identity = JOB.identity(index)
        if kind == "hello":
            self.job_states.heard(identity, "")
        elif kind == "bye":
            self.job_states.left(identity, "")
        elif kind == "ended":
            self.job_states.died(identity, "")
        self.node_health.note(identity, said({"kind": kind, **details}))


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Nodes of which nothing is known yet."""
    return Bench(tmp_path)


def test_a_node_that_kills_two_in_a_row_is_excluded_and_named(bench: Bench) -> None:
    bench.see(*((index, "n1", "RUNNING") for index in range(4)))
    for index in range(4):
        bench.say(index, "hello")
    bench.see((0, "n1", "NODE_FAIL"), (1, "n1", "RUNNING"), (2, "n1", "RUNNING"), (3, "n1", "RUNNING"))
    assert list(bench.node_health.excluded) == []
    bench.see((0, "n1", "NODE_FAIL"), (1, "n1", "FAILED"), (2, "n1", "RUNNING"), (3, "n1", "RUNNING"))
    assert bench.node_health.excluded == ("n1",)
    assert "n1" in bench.node_health.trouble


def test_an_evaluation_that_ends_there_clears_a_node(bench: Bench) -> None:
    bench.see(*((index, "n1", "RUNNING") for index in range(4)))
    for index in range(3):
        bench.say(index, "hello")
    bench.say(0, "ended", exit_code=137)
    bench.say(1, "finished", trial=1, attempt=1, values={}, status="ok")
    bench.say(2, "ended", exit_code=137)
    assert bench.node_health.excluded == ()


@pytest.mark.parametrize("word", ["TIMEOUT", "PREEMPTED", "CANCELLED", "COMPLETED"])
def test_what_somebody_wanted_is_not_the_nodes_fault(bench: Bench, word: str) -> None:
    for index in range(4):
        bench.say(index, "hello")
    bench.see(*((index, "n1", word) for index in range(4)))
    assert bench.node_health.excluded == ()
    assert bench.node_health.hopeless is None


def test_a_broken_gpu_counts_against_its_node(bench: Bench) -> None:
    bench.see(*((index, "n2", "RUNNING") for index in range(4)))
    for index in range(NODE_FAILURES):
        bench.say(index, "hello")
        bench.say(index, "gpu-broken")
    assert bench.node_health.excluded == ("n2",)


def test_jobs_that_end_before_their_agents_speak_are_given_up_with_their_last_line(bench: Bench) -> None:
    bench.paths.job_output(JOB.name, NEVER_BEGAN - 1).write_text(
        "started\n/venv/bin/python: No such file or directory\n\n"
    )
    for index in range(NEVER_BEGAN):
        assert bench.node_health.hopeless is None
        assert bench.see(*((earlier, "n3", "FAILED") for earlier in range(index + 1)))
    assert bench.node_health.hopeless is not None
    assert "No such file or directory" in bench.node_health.hopeless.message
    assert "n3" in bench.node_health.hopeless.message


def test_one_agent_that_speaks_shows_that_jobs_can_start(bench: Bench) -> None:
    bench.see((0, "n1", "FAILED"), (1, "n1", "FAILED"))
    bench.say(2, "hello")
    bench.see((0, "n1", "FAILED"), (1, "n1", "FAILED"), (3, "n1", "FAILED"))
    assert bench.node_health.hopeless is None


def test_a_refusal_with_nodes_left_out_may_be_for_want_of_nodes(bench: Bench) -> None:
    refused = Submitted(Outcome.REFUSED, message="Requested node configuration is not available")
    bench.node_health.refused(AgentJob("x", "j1-2", 1, 60, 1, 60, exclude=("n1",)), refused)
    assert bench.node_health.hopeless is None
    bench.node_health.refused(JOB, refused)
    assert bench.node_health.hopeless is not None
