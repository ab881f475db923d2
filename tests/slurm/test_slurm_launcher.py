"""The launcher against a real Slurm, with programs in place of the agents that do nothing but stay."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from slurm_cluster import Cluster
from slurm_runs import a_run

from worker.launch.launcher import AgentState
from worker.launch.slurm.client import Client
from worker.launch.slurm.cluster import ask
from worker.launch.slurm.worker_jobs import SlurmLauncher
from worker.spec.run import Run
from worker.store.outbox_messages import GpuBroken, Hello
from worker.store.paths import RunPaths

pytestmark = pytest.mark.slurm

Start = Callable[..., SlurmLauncher]


@pytest.fixture
def stay(tmp_path: Path) -> Path:
    """A program that stays for a minute, whatever words it gets."""
    program = tmp_path / "stay"
    program.write_text('#!/bin/sh\ncase "$*" in *--sweep*) exit 0;; esac\nexec sleep 60\n')
    program.chmod(0o755)
    return program


@pytest.fixture
def launch(cluster: Cluster, tmp_path: Path, stay: Path) -> Iterator[Start]:
    """`launch(run, epoch=1, ...)` makes a launcher; all its jobs end with the test."""
    made: list[SlurmLauncher] = []

    def make(
        run: Run, epoch: int = 1, environ: dict[str, str] | None = None, **options: object
    ) -> SlurmLauncher:
        client = Client(environ or cluster.environment())
        limits = ask(client, run)
        settings = {
            "walltime": limits.walltime(run),
            "max_array": limits.max_array,
            "python": str(stay),
            "clock": lambda: 10 * time.monotonic(),  # half a minute between two questions takes 3 s here
            **options,
        }
        paths = RunPaths(tmp_path / "projects" / run.name)
        launcher = SlurmLauncher(run, paths, client, epoch, **settings)  # type: ignore[arg-type]
        made.append(launcher)
        return launcher

    yield make
    for launcher in made:
        launcher.close()
    cluster.run("scancel", "--user=" + cluster.run("id", "-un").stdout.strip())
    until(lambda: not cluster.jobs())


def until(condition: Callable[[], object], seconds: float = 90.0) -> None:
    """Wait until `condition` holds."""
    ends_at = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends_at, "it did not come to that"
        time.sleep(0.05)


def states(launcher: SlurmLauncher) -> dict[str, AgentState]:
    return {identity: report.state for identity, report in launcher.poll().items()}


def test_agents_start_are_seen_and_end(launch: Start, cluster: Cluster) -> None:
    launcher = launch(a_run())
    identities = launcher.start(3)
    assert len(identities) == 3
    until(lambda: set(states(launcher).values()) == {AgentState.RUNNING})
    launcher.stop(identities)
    until(lambda: not cluster.jobs(), seconds=15)


def test_arrays_are_split_where_slurm_limits_them(launch: Start, cluster: Cluster) -> None:
    launcher = launch(a_run(), max_array=2)
    assert len(launcher.start(5)) == 5
    until(lambda: len(cluster.jobs()) == 5)
    assert len(set(cluster.jobs())) == 3


def test_nothing_is_handed_in_before_the_limits_of_jobs_are_known(
    launch: Start, cluster: Cluster, tmp_path: Path
) -> None:
    silent = tmp_path / "bin" / "sinfo"
    silent.parent.mkdir()
    silent.write_text("#!/bin/sh\nexit 1\n")
    silent.chmod(0o755)
    environ = {**cluster.environment(), "PATH": f"{silent.parent}:{cluster.environment()['PATH']}"}
    launcher = launch(a_run(partition="ml", runtime=7200), environ=environ, walltime=None)
    until(lambda: (launcher.start(1), launcher.poll(), launcher.trouble)[2])
    assert launcher.trouble.startswith("Slurm does not answer")
    assert cluster.jobs() == []
    silent.unlink()
    until(lambda: (launcher.poll(), launcher.start(1))[1])
    until(lambda: cluster.run("squeue", "-h", "-o", "%l").stdout.split() == ["1:00:00"])
    assert launcher.trouble == ""


def test_only_the_workers_that_begin_the_run_wait_for_their_time(launch: Start, cluster: Cluster) -> None:
    launcher = launch(a_run(begin="now+1hour"))
    first = launcher.start(2)
    until(lambda: cluster.run("squeue", "-h", "-o", "%r").stdout.split() == ["BeginTime"])
    launcher.note(first[0], Hello(agent=first[0]))
    launcher.start(1)
    until(lambda: AgentState.RUNNING in states(launcher).values())


@pytest.mark.slurm_versions
def test_a_refusal_names_the_field_in_slurms_words(launch: Start) -> None:
    launcher = launch(a_run(memory=99_999), walltime=60)
    launcher.start(2)
    until(lambda: (launcher.poll(), launcher.hopeless)[1])
    assert launcher.hopeless is not None
    assert launcher.hopeless.path == "slurm.memory"
    assert "Memory specification can not be satisfied" in launcher.trouble
    assert set(states(launcher).values()) == {AgentState.GONE}
    assert launcher.start(1) == []


@pytest.mark.slurm_versions
def test_a_job_that_could_never_start_is_cancelled_and_explained(launch: Start, cluster: Cluster) -> None:
    launcher = launch(a_run(partition="ml", walltime=7200))
    launcher.start(2)
    until(lambda: (launcher.poll(), launcher.hopeless)[1])
    assert launcher.hopeless is not None
    assert launcher.hopeless.path == "slurm.walltime"
    assert "PartitionTimeLimit" in launcher.trouble
    until(lambda: (launcher.poll(), not cluster.jobs())[1])


def test_a_walltime_that_is_left_to_us_follows_a_limit_that_was_lowered(
    launch: Start, cluster: Cluster
) -> None:
    launcher = launch(a_run(partition="ml", runtime=7200), walltime=7200)
    stuck = [*launcher.start(1), *launcher.start(1)]
    until(lambda: {states(launcher)[identity] for identity in stuck} == {AgentState.GONE})
    until(lambda: (launcher.poll(), launcher.start(1))[1])
    until(lambda: (launcher.poll(), cluster.run("squeue", "-h", "-o", "%l").stdout.split())[1] == ["1:00:00"])
    assert launcher.hopeless is None


def test_the_next_driver_knows_the_agents_of_the_last_one(launch: Start, cluster: Cluster) -> None:
    first = launch(a_run())
    identities = first.start(2)
    until(lambda: len(cluster.jobs()) == 2)
    first.close()
    second = launch(a_run(), epoch=2)
    until(lambda: set(states(second).values()) == {AgentState.RUNNING})
    assert set(states(second)) == set(identities)
    assert not set(second.start(1)) & set(identities)


def test_a_swallowed_answer_is_adopted_and_a_lost_request_given_up(
    launch: Start, cluster: Cluster, tmp_path: Path
) -> None:
    for name, action in (("swallow", 'sbatch "$@" >/dev/null'), ("lose", "cat >/dev/null")):
        folder = tmp_path / name
        folder.mkdir()
        program = folder / "sbatch"
        program.write_text(
            f"#!/bin/sh\nPATH=${{PATH#*:}}\n{action}\n"
            "echo 'sbatch: error: Batch job submission failed: Socket timed out on send/recv operation' >&2\nexit 1\n"
        )
        program.chmod(0o755)
        environ = cluster.environment()
        launcher = launch(
            a_run(),
            epoch=1 if name == "swallow" else 2,
            environ={**environ, "PATH": f"{folder}:{environ['PATH']}"},
        )
        identities = launcher.start(2)
        until(lambda: (launcher.poll(), "not known whether Slurm accepted" in launcher.trouble)[1])  # noqa: B023
        wanted = AgentState.RUNNING if name == "swallow" else AgentState.GONE
        until(lambda: {states(launcher)[identity] for identity in identities} == {wanted}, seconds=120)  # noqa: B023
        trouble = (
            ""
            if name == "swallow"
            else "Slurm accepts no more jobs at the moment (Batch job submission failed: Socket"
        )
        assert launcher.trouble.startswith(trouble) and bool(launcher.trouble) == bool(trouble)
    assert len(cluster.jobs()) == 2


def test_the_job_sees_no_variables_of_the_job_it_was_submitted_from(
    launch: Start, cluster: Cluster, stay: Path, tmp_path: Path
) -> None:
    stay.write_text('#!/bin/sh\ncase "$*" in *--sweep*) exit 0;; esac\nenv > "$5/seen"\nexec sleep 60\n')
    environ = {**os.environ, **Client().environ, "SLURM_MEM_PER_CPU": "1", "SBATCH_PARTITION": "ml"}
    run = a_run(name="apple", partition="alpha")
    launcher = launch(run, environ={**environ, "SLURM_CONF": str(cluster.config)})
    (tmp_path / "projects/apple").mkdir(parents=True, exist_ok=True)
    launcher.start(1)
    seen = tmp_path / "projects" / "apple" / "seen"
    until(seen.exists)
    until(lambda: "SLURM_JOB_PARTITION=alpha" in seen.read_text())
    assert "SLURM_MEM_PER_CPU" not in seen.read_text()


@pytest.mark.slurm_versions
def test_what_waits_is_kept_away_from_a_node_that_has_failed(launch: Start, cluster: Cluster) -> None:
    launcher = launch(a_run(cpus=8))
    *_, waiting = launcher.start(5)
    until(lambda: len({report.host for report in launcher.poll().values() if report.host}) == 4)
    bad = next(report for report in launcher.poll().values() if report.host == "n2")
    for _ in range(2):
        launcher.note(bad.identity, GpuBroken())
    assert "n2" in launcher.trouble
    until(lambda: (launcher.poll(), "ExcNodeList=n2" in cluster.run("scontrol", "show", "job").stdout)[1])
    assert launcher.poll()[waiting].state is AgentState.PENDING
