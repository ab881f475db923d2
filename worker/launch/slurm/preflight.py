"""Before anything is queued: does the cluster have what the config asks for? All problems at once, in Slurm's words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from worker.launch.slurm import sbatch, scontrol, sinfo
from worker.launch.slurm.client import Client
from worker.launch.slurm.sbatch import Outcome, Submitted
from worker.launch.slurm.script import DRIVER_MEMORY
from worker.launch.slurm.sinfo import Nodes
from worker.spec.problem import Problem, did_you_mean
from worker.spec.run import Run

PATIENCE = 12.0  # seconds for each question; they are asked side by side
_UNLIMITED = frozenset({"", "ALL", "UNLIMITED", "NONE", "N/A", "(null)", "(NULL)"})
# Words of Slurm's refusals -> the field of the form that is wrong. The first that fits counts.
_FIELDS = (
    (r"account", "slurm.account"),
    (r"reservation", "slurm.reservation"),
    (r"partition", "slurm.partition"),
    (r"memory", "slurm.memory"),
    (r"gres|gpu|tres", "slurm.gpus"),
    (r"time limit|--time", "slurm.walltime"),
    (r"array", "run.workers"),
    (r"node count", "slurm.nodes"),
    (r"processors|cpu", "slurm.cpus"),
    (r"feature|qos|constraint|option|specification", "slurm.sbatch"),
)


@dataclass(frozen=True)
class Cluster:
    """What the cluster says about itself; what it gave no answer about is None."""

    nodes: Sequence[Nodes] | None
    partitions: Mapping[str, Mapping[str, str]] | None
    reservation: Mapping[str, str] | None
    config: Mapping[str, str] | None

    @property
    def max_array(self) -> int:
        """How many elements a job array may have."""
        text = (self.config or {}).get("MaxArraySize", "")
        return max(int(text), 1) if text.isdigit() else 1001


def cluster(client: Client, run: Run) -> Cluster:
    """Ask the cluster about all that a run needs to know, side by side, in at most `PATIENCE` seconds."""
    with ThreadPoolExecutor(4) as pool:
        nodes = pool.submit(sinfo.partitions, client, PATIENCE)
        config = pool.submit(scontrol.config, client, PATIENCE)
        partitions = pool.submit(scontrol.partitions, client, PATIENCE)
        reservation = (
            pool.submit(scontrol.reservation, client, run.reservation, PATIENCE) if run.reservation else None
        )
        return Cluster(
            nodes.result(),
            partitions.result(),
            reservation.result() if reservation else None,
            config.result(),
        )


def longest(run: Run, known: Cluster) -> int | None:
    """The time limit of the run's partition in seconds; None where it has none or it is not known."""
    return _limit(_own(run, known.nodes or ()))


def walltime(run: Run, known: Cluster) -> int:
    """The time limit of a worker job in seconds: the config's, otherwise the runtime as far as the partition goes."""
    limit = longest(run, known)
    wanted = run.walltime or run.runtime
    return wanted if limit is None or run.walltime else min(wanted, limit)


def problems(run: Run, known: Cluster) -> list[Problem]:
    """Everything that is wrong with `run` on this cluster, as far as the cluster has answered."""
    if known.nodes is None:
        return [
            Problem(
                "",
                "Slurm does not answer, so it cannot be known whether the run fits the cluster.",
                "Try again in a few minutes, or start with --local to run on this machine.",
            )
        ]
    own = _own(run, known.nodes)
    missing = list(_no_partition(run, known.nodes))
    if missing:
        return missing
    found = [*_partition_problems(run, own, known), *_node_problems(run, own), *_time_problems(run, own)]
    if known.reservation is not None and not known.reservation:
        found.append(
            Problem(
                "slurm.reservation",
                f'There is no reservation "{run.reservation}" on this cluster.',
                "scontrol show reservation lists them; leave the field empty to go without.",
            )
        )
    return found


def uncertain(run: Run, known: Cluster) -> bool:
    """Whether Slurm may refuse the run for what `problems` cannot see: options of the user's own, or accounting."""
    enforced = (known.config or {}).get("AccountingStorageEnforce", "").lower()
    return known.nodes is not None and (bool(run.sbatch or run.reservation) or enforced not in ("", "none"))


def rehearsed(client: Client, script: str) -> list[Problem]:
    """What Slurm itself says about a script, word for word; nothing is queued."""
    answer = sbatch.rehearse(client, script, PATIENCE)
    return [refusal(answer)] if answer.outcome is Outcome.REFUSED else []


def refusal(answer: Submitted) -> Problem:
    """A refusal of worker jobs in Slurm's own words, with the field of the form that it is about."""
    words = _bare(answer.words)
    return Problem(
        _field(words),
        f"Slurm refuses the worker jobs: {words}.",
        "Change this field as your cluster wants it.",
    )


def driver_refusal(answer: Submitted) -> Problem:
    """A refusal of the driver's job, which takes from the config only where it goes and who pays for it."""
    words = _bare(answer.words)
    field = _field(words)
    ours = field in ("slurm.account", "slurm.partition", "slurm.reservation", "slurm.sbatch")
    return Problem(
        field if ours else "",
        f"Slurm refuses the driver's job, which asks for 1 CPU and {DRIVER_MEMORY} MB: {words}.",
        f"{'Change this field as your cluster wants it, or s' if ours else 'S'}tart with --driver here, "
        "which needs no such job.",
    )


def _bare(words: str) -> str:
    return re.sub(r"\b(?:sbatch|srun): (?:error: )?", "", words)


def _field(words: str) -> str:
    found = (field for pattern, field in _FIELDS if re.search(pattern, words, re.IGNORECASE))
    return next(found, "slurm.sbatch")


def _own(run: Run, nodes: Sequence[Nodes]) -> list[Nodes]:
    """The nodes of the partition that the run goes to, or of the partitions, with commas between their names."""
    names = run.partition.split(",")
    return [group for group in nodes if (group.partition in names if run.partition else group.default)]


def _limit(own: Sequence[Nodes]) -> int | None:
    """The time limit in seconds that counts for these nodes; None where there is none."""
    return min((group.seconds for group in own if group.seconds is not None), default=None)


def _no_partition(run: Run, nodes: Sequence[Nodes]) -> Iterator[Problem]:
    names = {group.partition for group in nodes}
    for name in run.partition.split(",") if run.partition else ():
        if name not in names:
            yield Problem(
                "slurm.partition", f'This cluster has no partition "{name}".', did_you_mean(name, names)
            )
    if not run.partition and not any(group.default for group in nodes):
        yield Problem(
            "slurm.partition", "This cluster has no default partition.", f"Name one: {', '.join(names)}."
        )


def _partition_problems(run: Run, own: Sequence[Nodes], known: Cluster) -> Iterator[Problem]:
    name = own[0].partition
    if not own[0].up:
        yield Problem(
            "slurm.partition",
            f'The partition "{name}" is not up: its jobs wait until an administrator opens it.',
            "sinfo shows which partitions are up.",
            "warning",
        )
    settings = (known.partitions or {}).get(name, {})
    allowed, denied = _names(settings, "AllowAccounts"), _names(settings, "DenyAccounts")
    if run.account and ((allowed and run.account not in allowed) or run.account in denied):
        hint = f"It allows {', '.join(sorted(allowed))}." if allowed else "Use another account or partition."
        yield Problem(
            "slurm.account", f'The partition "{name}" does not allow the account "{run.account}".', hint
        )
    for key, path, wanted, what in (
        ("MaxNodes", "slurm.nodes", run.nodes, "nodes"),
        ("MaxMemPerNode", "slurm.memory", run.memory, "MB of memory"),
        ("MaxCPUsPerNode", "slurm.cpus", run.cpus, "CPUs of a node"),
    ):
        most = settings.get(key, "")
        if most.isdigit() and wanted > int(most):
            yield Problem(
                path,
                f'The partition "{name}" gives a job at most {most} {what}; {wanted} are asked for.',
                "Ask for less, or choose another partition.",
            )


def _names(settings: Mapping[str, str], key: str) -> set[str]:
    text = settings.get(key, "")
    return set() if text in _UNLIMITED else set(text.split(","))


def _node_problems(run: Run, own: Sequence[Nodes]) -> Iterator[Problem]:
    """Quantities that no node of the partition has, one by one, then together."""
    name, gpus = own[0].partition, run.gpus if run.enable_gpus else 0
    per_node = run.cpus * -(-run.tasks // run.nodes)
    wants: list[tuple[str, str, int, Callable[[Nodes], int], str]] = [
        ("slurm.gpus", "GPUs", gpus, lambda group: group.gpus, ""),
        ("slurm.memory", "memory", run.memory, lambda group: group.memory, " MB"),
        ("slurm.cpus", "CPUs", per_node, lambda group: group.cpus, ""),
    ]
    alone = True
    for path, what, wanted, has, unit in wants:
        most = max(map(has, own))
        if wanted > most:
            alone = False
            yield Problem(
                path,
                f'No node of the partition "{name}" has {wanted}{unit and f"{unit} of"} {what}; none has more than {most}{unit}.'
                if most
                else f'No node of the partition "{name}" has {what}.',
                f"Ask for at most {most}{unit}, or choose another partition."
                if most
                else "Choose another partition.",
            )
    fitting = [group for group in own if all(wanted <= has(group) for _, _, wanted, has, _ in wants)]
    if alone and not fitting:
        yield Problem(
            "slurm.partition",
            f'No node of the partition "{name}" has {per_node} CPUs, {run.memory} MB and {gpus} GPUs together.',
            "Ask for less of one of them.",
        )
    if fitting and sum(group.count for group in fitting) < run.nodes:
        yield Problem(
            "slurm.nodes",
            f'The partition "{name}" has {sum(group.count for group in fitting)} nodes that fit; '
            f"every worker asks for {run.nodes}.",
            "Lower the number of nodes per worker.",
        )
    elif fitting and not any(group.usable for group in fitting):
        states = ", ".join(sorted({group.state for group in fitting}))
        yield Problem(
            "slurm.partition",
            f'All nodes of the partition "{name}" that fit are out of service ({states}).',
            "The jobs wait until an administrator brings them back.",
            "warning",
        )


def _time_problems(run: Run, own: Sequence[Nodes]) -> Iterator[Problem]:
    limit = _limit(own)
    if limit is None:
        return
    shown = f"{limit // 3600}:{limit % 3600 // 60:02} h"
    if run.walltime > limit:
        yield Problem(
            "slurm.walltime",
            f'The partition "{own[0].partition}" lets a job run for at most {shown}.',
            "Write a shorter time, or 0 for as long as possible: jobs that end are replaced until the runtime is over.",
        )
    elif not run.walltime and run.runtime > limit:
        yield Problem(
            "run.runtime",
            f'The partition "{own[0].partition}" lets a job run for at most {shown}, which is less than the runtime.',
            "Worker jobs that end are replaced by new ones until the runtime is over.",
            "note",
        )
    if run.time_limit and run.time_limit > min(run.walltime or limit, limit):
        yield Problem(
            "run.time_limit",
            "An evaluation may take longer than a worker job lives.",
            "Make the time limit per evaluation shorter than the walltime, or the walltime longer.",
            "warning",
        )
