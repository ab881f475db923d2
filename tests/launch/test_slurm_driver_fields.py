"""What a driver that is a job of its own asks for, and what is said of it before."""

from __future__ import annotations

from pathlib import Path

import pytest
from slurm_runs import a_run, directives

from worker.launch.slurm import preflight
from worker.launch.slurm.cluster import Cluster
from worker.launch.slurm.driver_job import script
from worker.launch.slurm.sinfo import groups
from worker.spec.check import check
from worker.spec.run import Draft, Run
from worker.store.paths import RunPaths

PATHS = RunPaths(Path("/work/omniopt/projects/pear"))
OWN = {
    "driver_partition": "login", "driver_account": "small", "driver_qos": "long", "driver_walltime": "2:00:00",
    "driver_memory": 500, "driver_sbatch": ["--constraint=disk"],
}  # fmt: skip


def asked(run: Run, limit: int | None = None) -> dict[str, str]:
    return directives(script(run, PATHS, "pear.driver", limit))


def test_the_driver_asks_for_what_is_its_own() -> None:
    run = a_run(partition="ml", account="big", qos="short", reservation="course", memory=2000, **OWN)
    options = asked(run)
    assert {name: options[name] for name in ("partition", "account", "qos", "mem", "constraint")} == {
        "partition": "login", "account": "small", "qos": "long", "mem": "500M", "constraint": "disk",
    }  # fmt: skip
    assert options["time"] == "0-02:00:00"
    assert "reservation" not in options, "it is one of nodes of the workers' partition"
    assert asked(run, limit=600)["time"] == "0-00:10:00"


def test_without_any_it_has_the_workers() -> None:
    options = asked(a_run(partition="ml", account="big", qos="short", reservation="course", memory=50))
    assert [options[name] for name in ("partition", "account", "qos", "reservation", "mem")] == [
        "ml", "big", "short", "course", "2000M",
    ]  # fmt: skip


@pytest.mark.parametrize("memory", [{"driver_memory": 0}, {"memory": 0}])
def test_without_memory_it_asks_for_none(memory: dict[str, object]) -> None:
    assert not any(name.startswith("mem") for name in asked(a_run(**memory)))


def test_its_own_partition_is_looked_for_and_looked_at() -> None:
    nodes = list(
        groups("ml*|up|infinite|4|8|64000|idle|(null)|(null)\nlogin|up|infinite|1|8|400|idle|(null)|(null)")
    )
    cluster = Cluster(nodes, {}, None, {})
    found = preflight.driver_problems(a_run(driver_partition="elsewhere"), cluster)
    assert [problem.path for problem in found] == ["driver.partition"]
    [problem] = preflight.driver_problems(a_run(driver_partition="login"), cluster)
    assert problem.path == "driver.memory"
    assert not list(preflight.driver_problems(a_run(driver_partition="login", driver_memory=400), cluster))


def problems(**values: object) -> list[tuple[str, str]]:
    paths = {"driver": "run.driver"}
    draft = Draft({paths.get(key, f"driver.{key}"): value for key, value in values.items()})
    return [(one.path, one.severity) for one in check(draft).problems if one.path.startswith("driver.")]


def test_what_does_nothing_is_noted() -> None:
    assert problems(partition="login") == [("driver.partition", "note")]
    assert problems(partition="login", driver="here") == [("driver.partition", "note")]
    assert problems(partition="login", driver="job") == []
    assert problems() == []


def test_its_extra_options_are_looked_at_by_themselves() -> None:
    assert problems(driver="job", sbatch=["--mem=4G"]) == [("driver.sbatch", "error")]
    assert problems(driver="job", sbatch=["--mem=4G"], memory=0) == []
    assert problems(driver="job", sbatch=["--qos=long"]) == []
    assert problems(driver="job", sbatch=["--qos=long"], qos="short") == [("driver.sbatch", "error")]
    [said] = [
        one
        for one in check(Draft({"run.driver": "job", "driver.sbatch": ["--mem=4G"]})).problems
        if one.path == "driver.sbatch"
    ]
    assert '"Driver\'s memory"' in said.hint
