"""What is found before anything is queued, on a real cluster: every problem at once, with its field."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from slurm_cluster import Cluster
from slurm_runs import a_run

from worker.errors import ConfigError
from worker.launch.scheduler import Script
from worker.launch.slurm import checks, driver_job, preflight, rehearsal
from worker.launch.slurm.client import Client
from worker.launch.slurm.cluster import ask
from worker.launch.slurm.script import AgentJob, agent_script
from worker.spec.driver_fields import DriverPlace
from worker.spec.problem import Problem, has_errors
from worker.spec.run import Run
from worker.store.paths import RunPaths

pytestmark = pytest.mark.slurm


@pytest.fixture
def client(cluster: Cluster) -> Client:
    """A client of the test cluster."""
    return Client(cluster.environment())


def problems_by_path(client: Client, run: Run) -> dict[str, Problem]:
    """The problems of a run by their field."""
    return {problem.path: problem for problem in preflight.problems(run, ask(client, run))}


def test_a_run_that_fits_has_no_problems(client: Client) -> None:
    assert (
        problems_by_path(client, a_run(partition="alpha", enable_gpus=True, gpus=2, cpus=8, memory=4000))
        == {}
    )
    assert problems_by_path(client, a_run()) == {}


@pytest.mark.slurm_versions
def test_all_problems_come_at_once(client: Client) -> None:
    run = a_run(
        partition="ml", enable_gpus=True, gpus=3, cpus=9, memory=4001, walltime=7200, reservation="none"
    )
    problems = problems_by_path(client, run)
    assert set(problems) == {
        "slurm.gpus",
        "slurm.cpus",
        "slurm.memory",
        "slurm.walltime",
        "slurm.reservation",
    }
    assert problems["slurm.memory"].message == (
        'No node of the partition "ml" has 4001 MB of memory; none has more than 4000.'
    )
    assert problems["slurm.gpus"].message == 'No node of the partition "ml" has 3 GPUs; none has more than 2.'
    assert problems["slurm.gpus"].hint == "Ask for at most 2 per node, or choose another partition."


def test_a_wrong_partition_is_answered_with_the_closest(client: Client) -> None:
    problem = problems_by_path(client, a_run(partition="alfa"))["slurm.partition"]
    assert problem.message == 'This cluster has no partition "alfa".'
    assert problem.hint == 'Did you mean "alpha"?'


def test_several_partitions_may_be_named(client: Client) -> None:
    assert problems_by_path(client, a_run(partition="alpha,ml")) == {}
    assert ask(client, a_run()).longest(a_run(partition="alpha,ml")) == 3600
    assert set(problems_by_path(client, a_run(partition="alpha,mll"))) == {"slurm.partition"}


def test_a_runtime_beyond_the_partition_is_made_of_several_jobs(client: Client) -> None:
    run = a_run(partition="ml", runtime=7200)
    limits = ask(client, run)
    assert limits.walltime(run) == 3600
    [problem] = preflight.problems(run, limits)
    assert (problem.path, problem.severity) == ("run.runtime", "note")


def test_more_nodes_than_the_partition_has(client: Client) -> None:
    assert set(problems_by_path(client, a_run(partition="ml", nodes=3, tasks=3))) == {"slurm.nodes"}


def test_more_nodes_than_there_are_is_said_beside_what_else_is_wrong(client: Client) -> None:
    run = a_run(partition="ml", nodes=9, tasks=9, memory=9000)
    assert set(problems_by_path(client, run)) == {"slurm.nodes", "slurm.memory"}


def test_what_the_users_own_variables_name_is_looked_at_too(cluster: Cluster) -> None:
    own_client = Client({**cluster.environment(), "SBATCH_PARTITION": "mll", "SBATCH_RESERVATION": "none"})
    assert problems_by_path(own_client, a_run())["slurm.partition"].message == (
        'This cluster has no partition "mll", which your variable SBATCH_PARTITION names.'
    )
    problems = problems_by_path(own_client, a_run(partition="alpha"))
    assert set(problems) == {"slurm.reservation"}, problems
    own_client = Client({**cluster.environment(), "SBATCH_PARTITION": "ml"})
    assert ask(own_client, a_run()).walltime(a_run(runtime=7200)) == 3600


@pytest.fixture
def alpha(cluster: Cluster) -> Iterator[Callable[[str], object]]:
    """`alpha("Key=Value")` changes a setting of the default partition until the test ends."""
    yield lambda setting: cluster.run("scontrol", "update", "partition=alpha", setting)
    for setting in ("AllowAccounts=ALL", "MaxMemPerNode=0"):
        cluster.run("scontrol", "update", "partition=alpha", setting)


def test_a_partition_for_certain_accounts_wants_one_to_be_named(
    client: Client, alpha: Callable[[str], object]
) -> None:
    alpha("AllowAccounts=p_mine,p_yours")
    assert problems_by_path(client, a_run())["slurm.account"].hint == "It allows p_mine, p_yours."
    assert set(problems_by_path(client, a_run(account="p_other"))) == {"slurm.account"}
    assert problems_by_path(client, a_run(account="p_mine")) == {}


def test_a_partition_in_which_the_driver_does_not_fit_is_told_before(
    client: Client, alpha: Callable[[str], object], tmp_path: Path
) -> None:
    alpha("MaxMemPerNode=1000")
    run, paths = a_run(), RunPaths(tmp_path / "omniopt" / "projects" / "pear")
    limits = ask(client, run)
    [problem] = [
        problem
        for problem in checks.check(client, run, paths, limits, DriverPlace.JOB)
        if problem.severity == "error"
    ]
    assert "The driver's job asks for 2000 MB" in problem.message
    assert not has_errors(checks.check(client, run, paths, limits, DriverPlace.HERE))


def test_setup_lines_that_bash_cannot_read_are_told_before(tmp_path: Path) -> None:
    [problem] = checks.setup_problems(a_run(setup=["module load X", "if true; then"]))
    assert problem.path == "slurm.setup"
    assert "syntax error" in problem.message
    assert not list(checks.setup_problems(a_run(setup=["for i in 1 2", "do echo $i; done"])))


@pytest.mark.slurm_versions
def test_nodes_out_of_service_make_a_rehearsal_a_warning(
    cluster: Cluster, client: Client, tmp_path: Path
) -> None:
    run = a_run()
    script = agent_script(run, RunPaths(tmp_path), AgentJob("pear.x", "j1-1", 1, 60, 1, 60), "x")
    with cluster.drained():
        [problem] = rehearsal.problems(client, run, ask(client, run), [Script("", script)])
    assert problem.severity == "warning"
    assert "node configuration is not available" in problem.message


def test_slurms_own_words_are_the_last(client: Client, tmp_path: Path) -> None:
    run = a_run(constraint="nowhere")
    job = AgentJob("pear.x", "j1-1", 1, 60, 1, 60)
    script = agent_script(run, RunPaths(tmp_path), job, "x")
    [problem] = rehearsal.problems(client, run, ask(client, run), [Script("", script)])
    assert (
        problem.message == "Slurm rejects the worker jobs: allocation failure: Invalid feature specification."
    )
    assert problem.path == "slurm.constraint"
    assert client.call("squeue", "--noheader").out == ""


def test_a_refusal_of_the_drivers_job_does_not_blame_the_workers(tmp_path: Path) -> None:
    script = "#!/bin/sh\n#SBATCH --mem=2000M\n"
    message = "sbatch: error: Batch job submission failed: Memory required by task is not available"
    sbatch = tmp_path / "sbatch"
    sbatch.write_text(f"#!/bin/sh\necho '{message}' >&2\nexit 1\n")
    sbatch.chmod(0o755)
    with pytest.raises(ConfigError) as refused:
        driver_job.submit(Client({"PATH": f"{tmp_path}:/usr/bin:/bin"}), "pear.driver", script)
    [problem] = refused.value.problems
    assert problem.path == "driver.memory"
    assert problem.message.startswith("Slurm rejects the driver's job, which asks for 1 CPU and 2000 MB: ")
    assert "--driver here" in problem.hint


def test_a_silent_slurm_is_said() -> None:
    run = a_run()
    [problem] = preflight.problems(run, ask(Client({"PATH": "/nowhere"}), run))
    assert problem.message.startswith("Slurm does not answer")
    assert "sinfo: No such file or directory" in problem.message
