"""scontrol: settings of the cluster, its partitions and reservations, as `Key=Value` pairs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from worker.launch.slurm.client import Client

_PAIR = re.compile(r"(?:^|\s)([A-Za-z][\w/:]*?)=(.*?)(?=\s+[A-Za-z][\w/:]*?=|\s*$)")


def config(client: Client, patience: float) -> Mapping[str, str] | None:
    """The cluster's configuration; None where Slurm gave no answer."""
    answer = client.call("scontrol", "show", "config", patience=patience)
    if not answer.ok:
        return None
    settings = (line.partition("=") for line in answer.out.splitlines())
    return {key.strip(): value.strip() for key, equals, value in settings if equals}


def partitions(client: Client, patience: float) -> Mapping[str, Mapping[str, str]] | None:
    """Partition -> its settings; None where Slurm gave no answer."""
    answer = client.call("scontrol", "--all", "--oneliner", "show", "partition", patience=patience)
    if not answer.ok:
        return None
    lines = (pairs(line) for line in answer.out.splitlines())
    return {settings["PartitionName"]: settings for settings in lines if "PartitionName" in settings}


def reservation(client: Client, name: str, patience: float) -> Mapping[str, str] | None:
    """The settings of a reservation; None where there is no answer, empty where there is no such reservation."""
    answer = client.call("scontrol", "--oneliner", "show", "reservation", name, patience=patience)
    if answer.ok:
        return pairs(answer.out)
    return {} if "not found" in answer.err.lower() + answer.out.lower() else None


def job(client: Client, number: str, patience: float) -> Mapping[str, str] | None:
    """The state and the settings of a job; None where Slurm gave no answer."""
    answer = client.call("scontrol", "--oneliner", "show", "job", number, patience=patience)
    return pairs(answer.out) if answer.ok else None


def exclude(client: Client, job: str, nodes: str) -> bool:
    """Keep a job that waits away from these nodes; returns whether Slurm took it."""
    return client.call("scontrol", "update", f"JobId={job}", f"ExcNodeList={nodes}").ok


def start_now(client: Client, jobs: Sequence[str]) -> bool:
    """Let jobs that wait for a time begin as soon as they can; returns whether Slurm took it."""
    return client.call("scontrol", "update", f"JobId={','.join(jobs)}", "StartTime=now").ok


def requeue(client: Client, job: str) -> bool:
    """Put a running job back into the queue, which ends it; returns whether Slurm took it."""
    return client.call("scontrol", "requeue", job).ok


def pairs(line: str) -> dict[str, str]:
    """The `Key=Value` pairs of a line of `scontrol --oneliner`; values may hold blanks and equals signs."""
    return {match[1]: match[2] for match in _PAIR.finditer(line.strip())}
