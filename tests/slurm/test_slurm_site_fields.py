"""What a run asks for by the fields of a cluster's own rules, as a real Slurm has understood it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from slurm_cluster import GPUS_PER_NODE, Cluster
from slurm_rules import RuledCluster
from slurm_runs import a_run
from slurm_site import Site

from app.catalogue import read_catalogue
from worker.launch.slurm import sbatch
from worker.launch.slurm.client import Client
from worker.launch.slurm.sbatch import Outcome
from worker.launch.slurm.script import AgentJob, agent_script, driver_script
from worker.spec.run import Run
from worker.store.paths import RunPaths

pytestmark = pytest.mark.slurm
WAITING = {"begin": "now+1hour"}


@pytest.fixture
def nodes(cluster: Cluster) -> Iterator[Cluster]:
    """The test cluster, whose nodes have a feature, and without jobs at the end."""
    cluster.run("scontrol", "update", "node=n[1-4]", "AvailableFeatures=skylake")
    yield cluster
    cluster.run("scancel", "--user=" + cluster.run("id", "-un").stdout.strip())


def understood(cluster: Cluster, script: str) -> dict[str, str]:
    """Submit a script; returns what Slurm says of its job."""
    answer = sbatch.submit(Client(cluster.environment()), script)
    assert answer.outcome is Outcome.ACCEPTED, answer.message
    text = cluster.run("scontrol", "show", "job", answer.job).stdout
    return dict(re.findall(r"(\S+?)=(\S*)", text.split("\n\n")[0]))


def worker_of(run: Run, folder: Path) -> str:
    """The script of a worker job."""
    job = AgentJob("pear.abc.1-1", "j1-1", 1, run.walltime or run.runtime, 1, 60)
    return agent_script(run, RunPaths(folder / "omniopt" / "projects" / "pear"), job, "/bin/true")


def test_without_memory_a_job_asks_for_none(nodes: Cluster, tmp_path: Path) -> None:
    asked = understood(nodes, worker_of(a_run(memory=50, **WAITING), tmp_path))
    assert asked["MinMemoryNode"] == "50M"
    run = a_run(memory=0, **WAITING)
    assert understood(nodes, worker_of(run, tmp_path))["MinMemoryNode"] == "0"
    paths = RunPaths(tmp_path / "omniopt" / "projects" / "pear")
    driver = driver_script(run, paths, "pear.driver", 600, "/bin/true")
    assert understood(nodes, driver)["MinMemoryNode"] == "0"
    per_cpu = understood(nodes, worker_of(a_run(memory=50, memory_per="cpu", **WAITING), tmp_path))
    assert per_cpu["MinMemoryCPU"] == "50M"


@pytest.mark.slurm_versions
def test_every_rule_reaches_slurm(nodes: Cluster, tmp_path: Path) -> None:
    other = understood(nodes, worker_of(a_run(**WAITING), tmp_path))["JobId"]
    run = a_run(
        constraint="skylake", exclude="n[1-2]", nodelist="n3", licenses="matlab:2", dependency=f"afterok:{other}",
        time_min="0:10:00", mail_type="END,FAIL", mail_user="me@example.org", runtime=1800, **WAITING,
    )  # fmt: skip
    asked = understood(nodes, worker_of(run, tmp_path))
    assert (asked["Features"], asked["ExcNodeList"], asked["ReqNodeList"]) == ("skylake", "n[1-2]", "n3")
    assert asked["Licenses"] == "matlab:2"
    assert asked["Dependency"].startswith(f"afterok:{other}")
    assert (asked["TimeLimit"], asked["TimeMin"]) == ("00:30:00", "00:10:00")
    assert (asked["MailType"], asked["MailUser"]) == ("END,FAIL", "me@example.org")


@pytest.mark.parametrize(
    ("option", "key"),
    [
        ("gres", "TresPerNode"), ("gpus-per-node", "TresPerNode"), ("gpus-per-task", "TresPerTask"),
        ("gpus", "TresPerJob"),
    ],
)  # fmt: skip
def test_gpus_are_asked_for_by_each_option(nodes: Cluster, tmp_path: Path, option: str, key: str) -> None:
    run = a_run(enable_gpus=True, gpus=2, gpu_option=option, **WAITING)
    assert understood(nodes, worker_of(run, tmp_path))[key] == "gres:gpu:2"


def test_the_qos_is_that_of_every_job(ruled_cluster: RuledCluster, tmp_path: Path) -> None:
    client = Client(ruled_cluster.user_environment())
    for qos, refusal in (("normal", ""), ("special", "Invalid qos specification")):  # the user has no other
        run = a_run(qos=qos)
        driver = driver_script(run, RunPaths(tmp_path / "pear"), "pear.driver", 600, "/bin/true")
        for script in (worker_of(run, tmp_path), driver):
            assert refusal in sbatch.rehearse(client, script, 12).message
            assert (sbatch.rehearse(client, script, 12).outcome is Outcome.ACCEPTED) == (not refusal)


@pytest.mark.slurm_versions
def test_a_run_under_such_rules_is_driven_to_its_end(site: Site) -> None:
    rules = 'begin = "now+2"\nmemory_per = "cpu"\nmail_type = "NONE"\nsbatch = ["--export=NONE", "all: --comment=mine"]'
    paths = site.start("olive", slurm=rules, workers=2, evaluations=3)
    site.until_over(paths)
    assert [row["status"] for row in site.rows(paths)].count("ok") == 3


def test_the_partitions_of_a_live_cluster_are_a_file_for_the_page(site: Site, tmp_path: Path) -> None:
    done = site.omniopt("partitions")
    assert done.returncode == 0, done.stderr
    path = tmp_path / "partitions.toml"
    path.write_text(done.stdout)
    catalogue = read_catalogue(path)
    assert list(catalogue.partitions) == ["alpha", "ml"]  # the default one first
    alpha, ml = catalogue.partitions.values()
    assert (alpha.gpus, alpha.memory, alpha.runtime) == (GPUS_PER_NODE, 4000, 168)
    assert (ml.label, ml.runtime) == (f"ml (2 nodes, up to 8 CPUs, {GPUS_PER_NODE} GPUs)", 1)
