"""sinfo: the partitions of the cluster and what their nodes have."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from worker.launch.slurm.client import Client

_FORMAT = "%P|%a|%l|%D|%c|%m|%T|%f|%G"
UNUSABLE = frozenset({"down", "drained", "draining", "fail", "failing", "inval", "unknown", "error", "maint"})


@dataclass(frozen=True)
class Nodes:
    """Nodes of a partition that are alike.

    memory: MB of each; gpus: GPUs of each by their type, "" where Slurm names none; seconds: time limit, None for none.
    """

    partition: str
    default: bool
    up: bool
    seconds: int | None
    count: int
    cpus: int
    memory: int
    gpus: Mapping[str, int]
    state: str
    features: frozenset[str]

    def gpus_of(self, kind: str) -> int:
        """How many GPUs of a type each has; of all types where `kind` is ""."""
        return self.gpus.get(kind, 0) if kind else sum(self.gpus.values())

    @property
    def usable(self) -> bool:
        """Whether the nodes take jobs, now or later."""
        return self.state.rstrip("*~#!%$@^-+") not in UNUSABLE and not self.state.endswith("*")


def partitions(client: Client, patience: float) -> tuple[list[Nodes] | None, str]:
    """All nodes of all partitions, in groups that are alike; None, and Slurm's words, where it gave no answer."""
    answer = client.call("sinfo", "--all", "--noheader", "--exact", f"--format={_FORMAT}", patience=patience)
    return (list(groups(answer.out)), "") if answer.ok else (None, answer.message)


def groups(text: str) -> Iterator[Nodes]:
    """The groups of nodes in sinfo's output; lines of another shape are passed over."""
    for line in text.splitlines():
        fields = [field.strip() for field in line.split("|", 8)]
        if len(fields) != 9:
            continue
        name, available, limit, count, cpus, memory, state, features, gres = fields
        yield Nodes(
            partition=name.removesuffix("*"),
            default=name.endswith("*"),
            up=available == "up",
            seconds=seconds(limit),
            count=_number(count),
            cpus=_number(cpus),
            memory=_number(memory),
            gpus=gpus(gres),
            state=state,
            features=frozenset(features.split(",")) - {"", "(null)"},
        )


def seconds(text: str) -> int | None:
    """Slurm's notation of a time (`7-00:00:00`, `1:00:00`, `30:00`, `20`: minutes) in seconds; None for no limit."""
    match = re.fullmatch(r"(?:(\d+)-)?(\d+)(?::(\d+))?(?::(\d+))?", text.strip())
    if match is None:
        return None
    days, *clock = match.groups()
    numbers = [int(part) for part in clock if part is not None]
    if days is not None:
        hours, minutes, left_seconds = [*numbers, 0, 0][:3]
    elif len(numbers) == 3:
        hours, minutes, left_seconds = numbers
    else:
        hours, (minutes, left_seconds) = 0, [*numbers, 0][:2]
    return int(days or 0) * 86400 + hours * 3600 + minutes * 60 + left_seconds


def gpus(gres: str) -> Mapping[str, int]:
    """The GPUs of a node by their type, from its generic resources (`gpu:2`, `gpu:a100:8(S:0-1),nic:1`)."""
    found: Counter[str] = Counter()
    for entry in re.sub(r"\([^)]*\)", "", gres).split(","):
        name, *parts = entry.split(":")
        if name == "gpu":
            count = int(parts.pop()) if parts and parts[-1].isdigit() else 1
            found[":".join(parts)] += count
    return found


def _number(text: str) -> int:
    match = re.match(r"\d+", text)
    return int(match[0]) if match else 0
