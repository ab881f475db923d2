"""Before anything is queued: does the cluster have what the config asks for? All problems at once, in Slurm's words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from worker.launch.slurm import limits, partition_rules, reasons
from worker.launch.slurm.cluster import Cluster
from worker.launch.slurm.sinfo import Nodes
from worker.spec.directives import of_driver
from worker.spec.fields import BY_PATH
from worker.spec.gpu_amounts import gpu_type
from worker.spec.problem import Problem, did_you_mean
from worker.spec.run import Run
from worker.spec.shares import shares
from worker.spec.text import counted

_UNKNOWN_MEMORY = 1  # MB that Slurm shows of a node whose memory its configuration does not say


def problems(run: Run, cluster: Cluster, driver_too: bool = False) -> list[Problem]:
    """Everything that is wrong with `run` on this cluster, as far as the cluster has answered.

    driver_too: whether the driver is to be a job.
    """
    if cluster.nodes is None:
        why, advice = reasons.silent(cluster.message)
        return [
            Problem(
                "slurm.cluster" if reasons.unknown_cluster(cluster.message) else "",
                f"{why} It is not known whether the run fits the cluster ({cluster.message}).",
                f"{advice} With --local, the run stays on this machine.",
            )
        ]
    missing = list(_no_partition(run, cluster, cluster.nodes))
    if missing:
        return missing
    groups = cluster.nodes_of(run)
    run_problems = [
        *partition_rules.problems(run, cluster),
        *limits.problems(run, cluster, driver_too),
        *_node_problems(run, groups),
        *_time_problems(run, *cluster.time_limit(run)),
    ]
    if cluster.reservation is not None and not cluster.reservation:
        run_problems.append(
            Problem(
                "slurm.reservation",
                f'There is no reservation "{cluster.setting(run, "reservation")}" on this cluster.',
                "scontrol show reservation lists them; leave the field empty to go without.",
            )
        )
    return run_problems


def driver_problems(run: Run, cluster: Cluster) -> Iterator[Problem]:
    """What keeps the driver from being a job in its partition."""
    own = of_driver(run)
    if run.driver_partition and cluster.nodes is not None:
        missing = list(_no_partition(own, cluster, cluster.nodes))
        yield from (replace(problem, path="driver.partition") for problem in missing)
    yield from partition_rules.driver_problems(own, cluster)
    groups = cluster.nodes_of(own)
    if not groups or not own.memory:
        return
    name = groups[0].partition
    most = [max(group.memory for group in groups)]
    limit = (cluster.partitions or {}).get(name, {}).get("MaxMemPerNode", "")
    if limit.isdigit():
        most.append(int(limit))
    if min(most) < own.memory:
        yield Problem(
            "driver.memory",
            f'The driver\'s job asks for {own.memory} MB of memory, but the partition "{name}" gives a '
            f"job at most {min(most)} MB.",
            "Give it less, or a partition of its own.",
        )


def _no_partition(run: Run, cluster: Cluster, nodes: Sequence[Nodes]) -> Iterator[Problem]:
    names = {group.partition for group in nodes}
    partition = cluster.setting(run, "partition")
    for name in partition.split(",") if partition else ():
        if name not in names:
            yield Problem(
                "slurm.partition",
                f'This cluster has no partition "{name}".'
                if run.partition
                else f'This cluster has no partition "{name}", which your variable SBATCH_PARTITION names.',
                did_you_mean(name, names),
            )
    if not partition and not any(group.default for group in nodes):
        yield Problem(
            "slurm.partition", "This cluster has no default partition.", f"Name one: {', '.join(names)}."
        )


def _node_problems(run: Run, groups: Sequence[Nodes]) -> Iterator[Problem]:
    """Quantities that no node of the partition has, one by one, then together."""
    name, wanted_shares, kind = groups[0].partition, shares(run), gpu_type(run.gpus)
    gpus, memory = wanted_shares.gpus_per_node, wanted_shares.memory_per_node
    per_node = wanted_shares.cpus_per_node
    of_kind = f" of the type {kind}" if kind else ""
    wants: list[tuple[str, str, int, Callable[[Nodes], int]]] = [
        ("slurm.gpus", f"GPUs{of_kind}", gpus, lambda group: group.gpus_of(kind)),
        ("slurm.memory", "MB of memory", memory, lambda group: group.memory),
        ("slurm.cpus", "CPUs", per_node, lambda group: group.cpus),
    ]
    too_much = [
        _too_much(name, path, resource, wanted, most)
        for path, resource, wanted, has in wants
        if wanted > (most := max(map(has, groups)))
    ]
    yield from too_much
    fitting = [group for group in groups if all(wanted <= has(group) for _, _, wanted, has in wants)]
    if not too_much and not fitting:
        amount = f"{memory} MB" if memory else "any memory"
        yield Problem(
            "slurm.partition",
            f'No node of the partition "{name}" has {per_node} CPUs, {amount} and {counted(gpus, "GPU")}{of_kind} together.',
            "Ask for less of one of them.",
        )
    yield from _node_count_problems(run, name, groups, fitting)


def _too_much(name: str, path: str, resource: str, wanted: int, most: int) -> Problem:
    if not most:
        return Problem(
            path, f'No node of the partition "{name}" has any {resource}.', "Choose another partition."
        )
    if path == "slurm.memory" and most == _UNKNOWN_MEMORY:
        return Problem(
            path,
            f'The nodes of the partition "{name}" do not say how much memory they have.',
            'Leave the field empty (memory = ""), so that none is asked for; jobs that ask for any are refused there.',
        )
    return Problem(
        path,
        f'No node of the partition "{name}" has {wanted} {resource}; none has more than {most}.',
        f"Ask for at most {most} per node, or choose another partition.",
    )


def _node_count_problems(
    run: Run, name: str, groups: Sequence[Nodes], fitting: Sequence[Nodes]
) -> Iterator[Problem]:
    """Too few nodes that fit, or none of them in service."""
    available = sum(group.count for group in fitting or groups)
    if available < run.nodes:
        yield Problem(
            "slurm.nodes",
            f'Only {counted(available, "node")} of the partition "{name}" can take a worker, but every worker asks for {run.nodes}.'
            if fitting
            else f'The partition "{name}" has {counted(available, "node")}, but every worker asks for {run.nodes}.',
            f"Lower the number of {BY_PATH['slurm.nodes'].in_sentence}.",
        )
    elif fitting and not any(group.usable for group in fitting):
        states = ", ".join(sorted({group.state for group in fitting}))
        yield Problem(
            "slurm.partition",
            f'All nodes of the partition "{name}" that fit are out of service ({states}).',
            "The jobs wait until an administrator brings them back.",
            "warning",
        )


def _time_problems(run: Run, limit: int | None, owner: str) -> Iterator[Problem]:
    if limit is None:
        return
    shown = f"{limit // 3600}:{limit % 3600 // 60:02} h"
    if run.walltime > limit:
        yield Problem(
            "slurm.walltime",
            f"The {owner} lets a job run for at most {shown}.",
            "Write a shorter time, or 0 for as long as possible: jobs that end are replaced until the runtime is over.",
        )
    elif not run.walltime and run.runtime > limit:
        yield Problem(
            "run.runtime",
            f"The {owner} lets a job run for at most {shown}, which is less than the runtime.",
            "Worker jobs that end are replaced by new ones until the runtime is over.",
            "note",
        )
    if run.time_limit and run.time_limit > min(run.walltime or limit, limit):
        yield Problem(
            "run.time_limit",
            "An evaluation may take longer than its worker job lasts.",
            f"Make the {BY_PATH['run.time_limit'].in_sentence} shorter than the walltime, or the walltime longer.",
            "warning",
        )
