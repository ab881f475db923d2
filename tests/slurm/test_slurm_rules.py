"""Sites with rules of their own: what is told before a start, and a run under a rule that comes and goes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from slurm_rules import RuledCluster
from slurm_runs import a_run
from slurm_site import Site, until

from worker.launch.slurm import checks, initial_jobs
from worker.launch.slurm.client import Client
from worker.launch.slurm.cluster import ask
from worker.spec.driver_fields import DriverPlace
from worker.spec.problem import Problem
from worker.store.paths import RunPaths

pytestmark = pytest.mark.slurm


def found(
    cluster: RuledCluster, folder: Path, place: DriverPlace = DriverPlace.JOB, **settings: object
) -> list[Problem]:
    """What is wrong with a run for an ordinary user of the cluster, without what is said of the test's folder."""
    client, run = Client(cluster.user_environment()), a_run(**settings)
    paths = RunPaths(folder / "omniopt" / "projects" / "pear")
    problems = checks.check(client, run, paths, ask(client, run), place)
    return [problem for problem in problems if "in a folder that compute nodes" not in problem.message]


@pytest.mark.parametrize(
    ("partition", "field", "words"),
    [
        ("project", "slurm.sbatch", "Please state your project with --comment=PROJECT and try again."),
        ("gpu", "slurm.gpus", "partition gpu is not valid for a job without GPUs"),
        ("wide", "slurm.nodes", "at least 2 nodes"),
        ("staff", "slurm.partition", "User's group not permitted to use this partition"),
        ("elsewhere", "", "Access/permission denied"),
        ("rich", "slurm.account", 'does not allow the account "poor"'),
        ("special", "slurm.qos", 'does not allow the quality of service (QOS) "normal"'),
        ("denied", "slurm.qos", 'does not allow the quality of service (QOS) "normal"'),
        ("gpuonly", "slurm.gpus", "takes only jobs with at least 1 GPU"),
        ("drained", "slurm.partition", "takes no jobs at the moment (DRAIN)"),
    ],
)
def test_what_a_site_would_refuse_or_leave_waiting_is_said_before(
    ruled_cluster: RuledCluster, tmp_path: Path, partition: str, field: str, words: str
) -> None:
    [problem] = found(ruled_cluster, tmp_path, place=DriverPlace.HERE, partition=partition)
    assert (problem.path, problem.severity) == (field, "error"), problem
    assert words in problem.message
    assert ruled_cluster.run("squeue", "--noheader").stdout == ""


@pytest.mark.parametrize(
    ("settings", "severity", "field", "words"),
    [
        ({"partition": "inactive"}, "error", "slurm.partition", "takes no jobs at the moment (INACTIVE)"),
        ({"partition": "reserved"}, "error", "slurm.reservation", "takes only jobs with a reservation"),
        ({"partition": "locked"}, "error", "", "Access/permission denied"),
        (
            {"partition": "brief"},
            "note",
            "run.runtime",
            'partition "brief" lets a job run for at most 0:05 h',
        ),
        (
            {"partition": "crowd"},
            "warning",
            "run.workers",
            'QOS "crowd" allows all jobs together at most 2 CPUs',
        ),
        (
            {"partition": "spentq"},
            "error",
            "slurm.qos",
            'QOS "spentq" has used up its contingent of CPU minutes',
        ),
        ({"partition": "large"}, "error", "slurm.cpus", "takes only jobs with at least 4 CPUs"),
        ({"partition": "closed"}, "error", "slurm.account", "at most 0 jobs in the queue"),
        ({"partition": "nomem"}, "error", "slurm.memory", "--mem and --mem-per-cpu are not allowed here"),
        ({"partition": "payers"}, "error", "slurm.account", "which project pays"),
        ({"partition": "typed"}, "error", "slurm.gpus", "--gres=gpu:a100:1"),
        (
            {"account": "small"},
            "warning",
            "run.workers",
            'account "parent" allows all jobs together at most 1 CPU',
        ),
        ({"account": "small", "cpus": 2}, "error", "slurm.cpus", 'account "parent" allows at most 1 CPU'),
        (
            {"account": "spent"},
            "error",
            "slurm.account",
            'account "spent" has used up its contingent of CPU minutes',
        ),
        (
            {"account": "little"},
            "warning",
            "run.runtime",
            "has only 30 CPU minutes left, but the run may take 180",
        ),
        ({"account": "nosuch"}, "error", "slurm.account", "Invalid account"),
    ],
)
def test_each_limit_is_told_with_its_field(
    ruled_cluster: RuledCluster,
    tmp_path: Path,
    settings: dict[str, Any],
    severity: str,
    field: str,
    words: str,
) -> None:
    [problem] = found(ruled_cluster, tmp_path, place=DriverPlace.WORKER, workers=3, **settings)
    assert (problem.severity, problem.path) == (severity, field), problem
    assert words in problem.message


@pytest.mark.parametrize(
    ("partition", "field", "way"),
    [
        ("half", "slurm.walltime", "Slurm takes the same job with a walltime of 0:30:00."),
        ("pairs", "slurm.nodes", "Slurm takes the same job with two nodes and two tasks."),
        ("gpu", "slurm.gpus", "Slurm takes the same job with a GPU."),
        ("lonely", "", "Slurm takes the same job alone, but no array of jobs"),
    ],
)
def test_where_the_words_of_a_rule_name_no_field_it_is_found_by_trying(
    ruled_cluster: RuledCluster, tmp_path: Path, partition: str, field: str, way: str
) -> None:
    [problem] = found(ruled_cluster, tmp_path, place=DriverPlace.WORKER, workers=2, partition=partition)
    assert (problem.path, problem.severity) == (field, "error")
    assert way in problem.hint
    assert ruled_cluster.run("squeue", "--noheader").stdout == ""


@pytest.mark.parametrize(
    "settings",
    [
        {"partition": "half", "walltime": 1800},
        {"partition": "pairs", "nodes": 2, "tasks": 2},
        {"partition": "whole"},
        {"partition": "dear"},
        {"partition": "nomem", "memory": ""},
        {"partition": "payers", "account": "poor"},
        {"partition": "wide", "nodes": 2, "tasks": 2},
        {"partition": "gpuonly", "enable_gpus": True, "gpus": 1},
        {"partition": "large", "cpus": 4},
        {"partition": "project", "sbatch": ["--comment=PROJECT"]},
    ],
)
def test_what_a_site_wants_is_enough(
    ruled_cluster: RuledCluster, tmp_path: Path, settings: dict[str, Any]
) -> None:
    assert found(ruled_cluster, tmp_path, place=DriverPlace.WORKER, workers=2, **settings) == []


def test_jobs_that_name_no_account_have_the_default_one(ruled_cluster: RuledCluster, tmp_path: Path) -> None:
    several = found(ruled_cluster, tmp_path, place=DriverPlace.WORKER, partition="rich")
    assert [problem.message for problem in several] == [
        'The partition "rich" does not allow the account "poor".'
    ]
    single = found(ruled_cluster, tmp_path, place=DriverPlace.WORKER, account="alone", workers=2)
    assert [(problem.path, problem.severity) for problem in single] == [
        ("run.workers", "warning"),
        ("run.runtime", "note"),
    ]


@pytest.mark.parametrize("partition", ["gpu", "gpuonly", "wide", "single"])
def test_where_only_the_drivers_job_is_refused_the_way_around_is_said(
    ruled_cluster: RuledCluster, tmp_path: Path, partition: str
) -> None:
    fitting: dict[str, Any] = {
        "workers": 1,
        "nodes": 2,
        "tasks": 2,
        "enable_gpus": True,
        "gpus": 1,
        "partition": partition,
    }
    [problem] = found(ruled_cluster, tmp_path, **fitting)
    assert (problem.path, problem.severity) == ("", "error"), problem
    assert "driver" in problem.message
    assert "--driver here" in problem.hint
    assert found(ruled_cluster, tmp_path, place=DriverPlace.HERE, **fitting) == []


@pytest.mark.parametrize("partition", ["short", "strict"])
def test_jobs_are_as_long_as_a_quality_of_service_allows(
    ruled_cluster: RuledCluster, tmp_path: Path, partition: str
) -> None:
    client, run = Client(ruled_cluster.user_environment()), a_run(partition=partition)
    limits = ask(client, run)
    driver, workers = initial_jobs.scripts(run, RunPaths(tmp_path), limits, DriverPlace.JOB)
    assert "--time=0-00:10:00" in driver.text
    assert "--time=0-00:10:00" in workers.text
    [note] = found(ruled_cluster, tmp_path, partition=partition)
    assert (note.path, note.severity) == ("run.runtime", "note")
    [problem, *_] = found(ruled_cluster, tmp_path, partition=partition, walltime=1200)
    assert problem.path == "slurm.walltime"
    assert "lets a job run for at most 0:10 h" in problem.message


def test_more_workers_than_may_be_in_the_queue_are_one_warning(
    ruled_cluster: RuledCluster, tmp_path: Path
) -> None:
    [problem] = found(ruled_cluster, tmp_path, place=DriverPlace.HERE, partition="single", workers=3)
    assert (problem.path, problem.severity) == ("run.workers", "warning")
    assert "at most 1 job in the queue" in problem.message


def test_a_partition_that_is_down_is_a_warning(ruled_cluster: RuledCluster, tmp_path: Path) -> None:
    [problem] = found(ruled_cluster, tmp_path, partition="down")
    assert (problem.path, problem.severity) == ("slurm.partition", "warning")


def test_a_sites_own_sbatch_that_refuses_is_heard(
    ruled_cluster: RuledCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sbatch = tmp_path / "sbatch"
    sbatch.write_text("#!/bin/sh\necho '[SITE]: Job submission is not allowed from this host.'\nexit 1\n")
    sbatch.chmod(0o755)
    monkeypatch.setattr(RuledCluster, "as_user", tmp_path)
    [problem] = found(ruled_cluster, tmp_path)
    assert "[SITE]: Job submission is not allowed from this host." in problem.message
    assert problem.severity == "error"


def test_start_submits_nothing_that_the_rehearsal_refuses(ruled_site: Site) -> None:
    config = ruled_site.config("quince", slurm='partition = "project"')
    for command in ("check", "start"):
        done = ruled_site.omniopt(command, config, *(["--yes"] if command == "start" else []))
        assert done.returncode == 2, done.stdout + done.stderr
        assert "Please state your project with --comment=PROJECT" in done.stdout + done.stderr
    assert not ruled_site.paths("quince").root.exists()
    fitting = ruled_site.config("quince", slurm='partition = "project"\nsbatch = ["--comment=PROJECT"]')
    assert ruled_site.omniopt("check", fitting).returncode == 0


def test_a_rule_that_refuses_for_a_while_does_not_end_a_run(
    ruled_site: Site, ruled_cluster: RuledCluster
) -> None:
    paths = ruled_site.start("pear", objective="sleep 0.5; echo RESULT: ($x)", workers=2, evaluations=100)
    until(lambda: len(ruled_site.rows(paths)) > 1 if paths.csv.exists() else False, "it does not begin")
    ruled_cluster.closed.touch()
    try:
        lost = next(agent["job"] for agent in ruled_site.status("pear")["agents"])
        ruled_cluster.run("scancel", lost)
        trouble = "You have reached the maximum of 4 submitted jobs in this partition"
        until(lambda: trouble in str(ruled_site.status("pear")), "the trouble is not said")
    finally:
        ruled_cluster.closed.unlink()
    until(lambda: trouble not in str(ruled_site.status("pear")), "the lost worker is not replaced")
    ruled_site.omniopt("cancel", "pear")
