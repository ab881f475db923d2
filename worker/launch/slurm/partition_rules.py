"""What the partition of a run asks of its jobs, from `scontrol show partition`: whose they are, and how large."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from worker.launch.slurm.cluster import Cluster
from worker.spec.fields import BY_PATH
from worker.spec.problem import Problem
from worker.spec.run import Run
from worker.spec.shares import shares
from worker.spec.text import counted

_UNLIMITED = frozenset({"", "ALL", "UNLIMITED", "NONE", "N/A", "(null)", "(NULL)"})
_CLOSED = frozenset({"DRAIN", "INACTIVE"})  # states of a partition that takes no jobs


def problems(run: Run, cluster: Cluster) -> list[Problem]:
    """What breaks a rule of the partition; where there are several, what breaks one of each of them."""
    return cluster.in_all_partitions(run, lambda name: _of_partition(run, cluster, name))


def driver_problems(run: Run, cluster: Cluster) -> Iterator[Problem]:
    """Why the driver's job, which has one node, is too small for every partition of the run."""
    names = cluster.partition_names(run)
    least = [_min_nodes(run, cluster, name) for name in names]
    if least and min(least) > 1:
        yield Problem(
            "",
            f'The partition "{names[0]}" takes only jobs of at least {least[0]} nodes, but the driver\'s job has one.',
            "Start with --driver here, which needs no such job, or choose another partition.",
        )


def _of_partition(run: Run, cluster: Cluster, name: str) -> Iterator[Problem]:
    settings = _settings(cluster, name)
    yield from _state_problems(cluster, name, settings)
    yield from _account_problems(name, settings, cluster.accounts(run), cluster.has_accounting)
    yield from _qos_problems(name, settings, cluster.qos(run, name))
    yield from _size_problems(run, cluster, name)
    if settings.get("ReqResv") == "YES" and not cluster.setting(run, "reservation"):
        yield Problem(
            "slurm.reservation",
            f'The partition "{name}" takes only jobs with a reservation.',
            "Name a reservation, or choose another partition.",
        )


def _state_problems(cluster: Cluster, name: str, settings: Mapping[str, str]) -> Iterator[Problem]:
    state = settings.get("State", "")
    if state in _CLOSED:
        yield Problem(
            "slurm.partition",
            f'The partition "{name}" takes no jobs at the moment ({state}).',
            "Choose another one, or wait until an administrator opens it; sinfo shows which are up.",
        )
    elif not any(group.up for group in cluster.nodes or () if group.partition == name):
        yield Problem(
            "slurm.partition",
            f'The partition "{name}" is not up: its jobs wait until an administrator opens it.',
            "sinfo shows which partitions are up.",
            "warning",
        )


def _account_problems(
    name: str, settings: Mapping[str, str], accounts: set[str], has_default: bool
) -> Iterator[Problem]:
    """That none of these accounts may be used; has_default: whether Slurm may know one where there are none."""
    allowed, denied = _names(settings, "AllowAccounts"), _names(settings, "DenyAccounts")
    hint = f"It allows {', '.join(sorted(allowed))}." if allowed else "Use another account or partition."
    if accounts and not (accounts & allowed if allowed else accounts - denied):
        shown = " or ".join(f'"{account}"' for account in sorted(accounts))
        yield Problem("slurm.account", f'The partition "{name}" does not allow the account {shown}.', hint)
    elif allowed and not accounts and not has_default:
        yield Problem(
            "slurm.account",
            f'The partition "{name}" accepts jobs only from certain accounts, and this run names none.',
            hint,
        )


def _qos_problems(name: str, settings: Mapping[str, str], qos: str) -> Iterator[Problem]:
    allowed, denied = _names(settings, "AllowQos"), _names(settings, "DenyQos")
    if qos and (qos not in allowed if allowed else qos in denied):
        label = BY_PATH["slurm.qos"].label
        yield Problem(
            "slurm.qos",
            f'The partition "{name}" does not allow the quality of service (QOS) "{qos}", which the jobs would have.',
            f'It allows {", ".join(sorted(allowed))}: fill in "{label}", or choose another partition.'
            if allowed
            else f'Fill in "{label}" with another one, or choose another partition.',
        )


def _size_problems(run: Run, cluster: Cluster, name: str) -> Iterator[Problem]:
    settings = _settings(cluster, name)
    for key, path, wanted, resource in (
        ("MaxNodes", "slurm.nodes", run.nodes, "nodes"),
        ("MaxMemPerNode", "slurm.memory", shares(run).memory_per_node, "MB of memory per node"),
        ("MaxCPUsPerNode", "slurm.cpus", shares(run).cpus_per_node, "CPUs per node"),
    ):
        most = _number(settings, key)
        if most is not None and wanted > most and not cluster.lifts(run, name, key):
            yield Problem(
                path,
                f'The partition "{name}" allows a job at most {most} {resource}, but the run asks for {wanted}.',
                "Ask for less, or choose another partition.",
            )
    least = _min_nodes(run, cluster, name)
    if run.nodes < least:
        yield Problem(
            "slurm.nodes",
            f'The partition "{name}" takes only jobs of at least {counted(least, "node")}, but a worker asks for {run.nodes}.',
            f"Ask for more {BY_PATH['slurm.nodes'].in_sentence}, or choose another partition.",
        )


def _min_nodes(run: Run, cluster: Cluster, name: str) -> int:
    return 0 if cluster.lifts(run, name, "MinNodes") else _number(_settings(cluster, name), "MinNodes") or 0


def _settings(cluster: Cluster, name: str) -> Mapping[str, str]:
    return (cluster.partitions or {}).get(name, {})


def _number(settings: Mapping[str, str], key: str) -> int | None:
    text = settings.get(key, "")
    return int(text) if text.isdigit() else None


def _names(settings: Mapping[str, str], key: str) -> set[str]:
    text = settings.get(key, "")
    return set() if text in _UNLIMITED else set(text.split(","))
