"""What a live cluster says of its partitions, as the file from which the page offers them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from worker.errors import OmnioptError
from worker.launch.slurm import scontrol, sinfo
from worker.launch.slurm.client import Client, absence
from worker.launch.slurm.sinfo import Nodes
from worker.spec.formats.toml_values import toml_key, toml_value
from worker.spec.text import counted

_PATIENCE = 60.0  # seconds; large clusters under load take their time
_HOUR = 3600
_ALL = ("ALL", "N/A", "(null)", "")

Facts = Mapping[str, str | int | list[str]]


def partition_file(today: str) -> str:
    """The TOML text for the partitions of the cluster that this machine belongs to. Raises OmnioptError where there is none.

    today: a date, which the page shows beside the limits.
    """
    client = Client()
    if reason := absence():
        raise OmnioptError(f"{reason} Run this on a login node of the cluster.")
    nodes, message = sinfo.partitions(client, _PATIENCE)
    if nodes is None:
        raise OmnioptError(f"Slurm does not answer: {message} Try again later.")
    settings = scontrol.partitions(client, _PATIENCE) or {}
    return text_of(facts(nodes, settings), today)


def facts(nodes: Sequence[Nodes], settings: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, Facts]]:
    """Each partition and what is known of it, the cluster's default one first.

    settings: partition -> what scontrol says of it. Hidden partitions are left out.
    """
    names = dict.fromkeys(group.partition for group in sorted(nodes, key=lambda group: not group.default))
    for name in names:
        given = settings.get(name, {})
        if given.get("Hidden", "NO") != "YES":
            yield name, _facts(name, [group for group in nodes if group.partition == name], given)


def _facts(name: str, groups: Sequence[Nodes], given: Mapping[str, str]) -> Facts:
    found: dict[str, str | int | list[str]] = {"label": f"{name} ({_summary(groups)})"}
    found["gpus"] = max(group.gpus_of("") for group in groups)
    if kinds := _kinds(groups):
        found["gpu_types"] = kinds
    memory = [group.memory for group in groups if group.memory > 1]  # 1: the node was not told
    limits = [amount for amount in (_number(given, "MaxMemPerNode"), max(memory, default=0)) if amount]
    if limits:
        found["memory"] = min(limits)
    if per_cpu := _number(given, "MaxMemPerCPU"):
        found["memory_per_cpu"] = per_cpu
    seconds = groups[0].seconds
    if seconds is not None:
        found["runtime"] = -(-seconds // _HOUR)  # whole hours, and never less than the cluster allows
    if given.get("AllowQos", "ALL") not in _ALL:
        found["qos"] = given["AllowQos"].split(",")
    if not all(group.up for group in groups):
        found["warning"] = "This partition was closed when its limits were read."
    return found


def _summary(groups: Sequence[Nodes]) -> str:
    """The nodes in a few words: "12 nodes, up to 64 CPUs, 4 GPUs (a100)"."""
    parts = [counted(sum(group.count for group in groups), "node")]
    parts.append(f"up to {counted(max(group.cpus for group in groups), 'CPU')}")
    if gpus := max(group.gpus_of("") for group in groups):
        kinds = _kinds(groups)
        parts.append(counted(gpus, "GPU") + (f" ({', '.join(kinds)})" if kinds else ""))
    return ", ".join(parts)


def _kinds(groups: Sequence[Nodes]) -> list[str]:
    """The types of GPUs that nodes have."""
    return sorted({kind for group in groups for kind in group.gpus if kind})


def _number(given: Mapping[str, str], key: str) -> int:
    """A limit in MB; 0 for none."""
    text = given.get(key, "")
    return int(text) if text.isdecimal() else 0


def text_of(partitions: Iterator[tuple[str, Facts]], today: str) -> str:
    """The TOML text of partitions."""
    blocks = [f"captured = {toml_value(today)}"]
    for name, found in partitions:
        lines = [f"{key} = {toml_value(value)}" for key, value in found.items()]
        blocks.append("\n".join([f"[partitions.{toml_key(name)}]", *lines]))
    return "\n\n".join(blocks) + "\n"
