"""Whether what a worker asks of each node is counted right before anything is queued; the cluster is made up."""

from __future__ import annotations

from slurm_runs import a_run

from worker.launch.slurm import preflight
from worker.launch.slurm.cluster import Cluster
from worker.launch.slurm.sinfo import groups
from worker.spec.run import Run


def paths(run: Run, node: str, **settings: str) -> list[str]:
    """The fields that are wrong with `run` where a partition has nodes of so many CPUs, MB and GPUs."""
    cpus, memory, gpus = node.split()
    nodes = list(groups(f"alpha*|up|infinite|4|{cpus}|{memory}|idle|(null)|gpu:{gpus}"))
    cluster = Cluster(nodes, {"alpha": settings}, None, {})
    found = [*preflight.problems(run, cluster), *preflight.driver_problems(run, cluster)]
    return [problem.path for problem in found]


def test_memory_that_nobody_asks_for_is_not_looked_at() -> None:
    unknown = "8 1 0"  # as nodes without RealMemory report theirs
    assert paths(a_run(memory=0, cpus=8), unknown, MaxMemPerNode="100") == []
    assert set(paths(a_run(memory=50), unknown)) == {"slurm.memory", "driver.memory"}, (
        "the workers' and the driver's"
    )
    assert paths(a_run(memory=50), "8 4000 0", MaxMemPerNode="100") == ["driver.memory"]


def test_memory_per_cpu_is_that_of_all_cpus_on_a_node() -> None:
    run = a_run(memory=500, memory_per="cpu", cpus=2, tasks=4, nodes=2)
    assert paths(run, "8 2000 0") == []
    assert paths(run, "8 1999 0") == ["slurm.memory", "driver.memory"]
    assert paths(run, "8 4000 0", MaxMemPerNode="1999") == ["slurm.memory", "driver.memory"]


def test_gpus_are_counted_as_their_option_counts_them() -> None:
    for option, most in {"gres": 2, "gpus-per-node": 2, "gpus-per-task": 4, "gpus": 1}.items():
        run = a_run(enable_gpus=True, gpus=2, gpu_option=option, nodes=2, tasks=4)
        assert paths(run, f"8 4000 {most}") == [], option
        assert paths(run, f"8 4000 {most - 1}") == ["slurm.gpus"], option


def test_only_gpus_of_the_type_count() -> None:
    run = a_run(enable_gpus=True, gpus="a100:2")
    assert paths(run, "8 4000 v100:4,gpu:a100:2") == []
    assert paths(run, "8 4000 v100:4,gpu:a100:1") == ["slurm.gpus"]
    assert paths(run, "8 4000 4") == ["slurm.gpus"]
