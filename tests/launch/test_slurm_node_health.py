"""What the fate of agents says about nodes and about the run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from json_records import said
from slurm_runs import a_run

from worker.launch.slurm import initial_jobs
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


def test_a_worker_that_has_said_goodbye_is_no_failure_of_its_node(bench: Bench) -> None:
    bench.see(*((index, "n1", "RUNNING") for index in range(4)))
    for index in range(NODE_FAILURES):
        bench.say(index, "hello")
        bench.say(index, "bye")
    bench.see((0, "n1", "FAILED"), (1, "n1", "FAILED"), (2, "n1", "RUNNING"), (3, "n1", "RUNNING"))
    assert bench.node_health.excluded == ()


def test_a_node_is_excluded_by_failures_in_a_row_only(bench: Bench) -> None:
    bench.see(*((index, "n1", "RUNNING") for index in range(4)))
    for index in range(3):
        bench.say(index, "hello")
        bench.say(index, "ended", exit_code=0)
    assert bench.node_health.excluded == (), "they ended as they should"
    assert bench.node_health.trouble == ""


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


def test_jobs_are_counted_anew_after_an_agent_that_speaks(bench: Bench) -> None:
    bench.say(3, "hello")
    for index in range(NEVER_BEGAN):
        assert bench.node_health.hopeless is None
        bench.see(*((earlier, "n1", "FAILED") for earlier in range(index + 1)))
    assert bench.node_health.hopeless is not None


def test_a_refusal_with_nodes_left_out_may_be_for_want_of_nodes(bench: Bench) -> None:
    refused = Submitted(Outcome.REFUSED, message="Requested node configuration is not available")
    bench.node_health.refused(AgentJob("x", "j1-2", 1, 60, 1, 60, exclude=("n1",)), refused)
    assert bench.node_health.hopeless is None


def test_a_refusal_is_final_only_where_slurm_has_never_taken_a_job(tmp_path: Path) -> None:
    refused = Submitted(Outcome.REFUSED, message="You have reached the maximum of 4 jobs.")
    job_states = JobStates()
    job_states.intend(JOB, 0.0)
    node_health = NodeHealth(job_states, RunPaths(tmp_path))
    job_states.answered(JOB.name, Submitted(Outcome.ACCEPTED, "7"), 1.0)
    node_health.refused(JOB, refused)
    assert node_health.hopeless is None
    job_states.intend(JOB, 2.0)
    node_health.refused(JOB, refused)
    assert node_health.hopeless is not None


def test_compute_nodes_that_may_not_submit_are_named(tmp_path: Path) -> None:
    answer = Submitted(
        Outcome.REFUSED, message="Access/permission denied", verdict="Access/permission denied"
    )
    first = AgentJob("run.abc.0-1", "j0-1", 2, 3600, 0, 60)
    job_states, paths = JobStates(), RunPaths(tmp_path / "omniopt" / "projects" / "pear")
    job_states.intend(first, 0.0)
    job_states.answered(first.name, Submitted(Outcome.ACCEPTED, "7"), 1.0)
    for in_job in (False, True):
        node_health = NodeHealth(job_states, paths, in_job)
        node_health.refused(JOB, answer)
        assert (node_health.hopeless is not None) == in_job
    assert node_health.hopeless is not None
    assert "Compute nodes of this cluster may not submit jobs" in node_health.hopeless.message
    assert "--driver here" in node_health.hopeless.hint
    # A driver in the job of a worker has workers, and goes on with them.
    riding = NodeHealth(job_states, paths, in_job=True)
    riding.refused(replace(JOB, since=1), answer)
    assert riding.hopeless is None


def test_a_driver_that_hands_over_asks_again_where_its_successor_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sbatch = tmp_path / "sbatch"
    sbatch.write_text(
        f"#!/bin/sh\n[ -e {tmp_path}/refused ] && echo 7 && exit\ntouch {tmp_path}/refused\n"
        "echo 'sbatch: error: Batch job submission failed: Unspecified error' >&2\nexit 1\n"
    )
    sbatch.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("SLURM_CONF", "/dev/null")
    monkeypatch.setattr(initial_jobs, "_TRY_EVERY", 0.0)
    assert initial_jobs.submit_successor(a_run(), RunPaths(tmp_path / "pear")) == "7"
    assert "The next driver has not been submitted yet" in capsys.readouterr().out
