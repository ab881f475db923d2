"""One partition of a cluster, and what its limits say about a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from worker.spec.field_values import field_value
from worker.spec.fields import BY_PATH, FIELDS
from worker.spec.gpu_amounts import gpu_type
from worker.spec.problem import Fix, Problem
from worker.spec.raw_values import ConversionError
from worker.spec.run import Draft
from worker.spec.shares import SHARED, Shares
from worker.spec.text import counted, together

_SHARED = {one.path: one.attribute for one in FIELDS if one.attribute in SHARED}


@dataclass(frozen=True)
class Partition:
    """One partition; None means that no limit is known. memory: MB of one worker. runtime: hours.

    gpu_types, qos: those that a job may ask for by name; nothing where that is not known.
    """

    key: str
    label: str
    tested_workers: int | None = None
    gpus: int | None = None
    memory: int | None = None
    memory_per_cpu: int | None = None
    runtime: int | None = None
    warning: str = ""
    gpu_types: tuple[str, ...] = ()
    qos: tuple[str, ...] = ()

    @property
    def limits(self) -> str:
        """A sentence with what is known of the limits, "" where nothing is."""
        parts = []
        if self.runtime is not None:
            parts.append(f"{self.runtime} h")
        if self.memory is not None:
            parts.append(f"{self.memory:,} MB per worker")
        if self.memory_per_cpu is not None:
            parts.append(f"{self.memory_per_cpu:,} MB per CPU")
        if self.gpus is not None:
            kinds = f" ({' or '.join(self.gpu_types)})" if self.gpu_types else ""
            parts.append(f"{counted(self.gpus, 'GPU')} per worker{kinds}" if self.gpus else "no GPUs")
        tested = (
            f"Tested with {counted(self.tested_workers, 'worker')}."
            if self.tested_workers is not None
            else ""
        )
        qos = f"QOS: {' or '.join(self.qos)}." if self.qos else ""
        return together(f"At most {', '.join(parts)}." if parts else "", qos, tested)


def limit_problems(partition: Partition, values: Mapping[str, Any]) -> Iterator[Problem]:
    """What the limits of a partition say about the values of a run, as `typed` gives them."""
    name = partition.key
    if shares := _shares(values):
        yield from _gpu_problems(partition, shares)
        yield from _memory_problems(partition, shares)
    for path in ("run.runtime", "slurm.walltime"):
        if partition.runtime is not None and values.get(path, 0) > partition.runtime * 3600:
            yield Problem(
                path,
                f"This is longer than the partition {name} allows.",
                f"Ask for at most {partition.runtime} hours, or choose another partition.",
                fixes=(Fix.writing(path, str(partition.runtime)),),
            )
    yield from _qos_problems(partition, values.get("slurm.qos", ""))
    if partition.tested_workers is not None and values.get("run.workers", 0) > partition.tested_workers:
        yield Problem(
            "run.workers",
            f"So many workers have never been tested in the partition {name}; the maximum so far is "
            f"{partition.tested_workers}.",
            "This may work, but start with fewer.",
            "warning",
            fixes=(Fix.writing("run.workers", str(partition.tested_workers)),),
        )


def _shares(values: Mapping[str, Any]) -> Shares | None:
    """What a worker gets; None where that cannot be said, which is a problem of its own."""
    if not _SHARED.keys() <= values.keys() or values["slurm.nodes"] < 1:
        return None
    return Shares(**{name: values[path] for path, name in _SHARED.items()})


def _gpu_problems(partition: Partition, shares: Shares) -> Iterator[Problem]:
    name = partition.key
    if not shares.enable_gpus or partition.gpus is None:
        return
    if partition.gpus == 0:
        yield Problem(
            "slurm.enable_gpus",
            f"The partition {name} has no GPUs.",
            "Switch the GPU off, or choose another partition.",
            fixes=(Fix("Switch it off", (("slurm.enable_gpus", "0"),)),),
        )
    elif shares.gpus_per_node > partition.gpus:
        yield Problem(
            "slurm.gpus",
            f"One worker cannot get {shares.gpus_per_node} GPUs in the partition {name}.",
            f"Ask for at most {partition.gpus}, or choose another partition.",
        )
    kind = gpu_type(shares.gpus)
    if kind and partition.gpu_types and kind not in partition.gpu_types:
        yield Problem(
            "slurm.gpus",
            f"The partition {name} has no GPUs of the type {kind}.",
            f"It has {' and '.join(partition.gpu_types)}.",
        )


def _qos_problems(partition: Partition, qos: str) -> Iterator[Problem]:
    if qos and partition.qos and qos not in partition.qos:
        yield Problem(
            "slurm.qos",
            f"The partition {partition.key} does not take the QOS {qos}.",
            f"It takes {' or '.join(partition.qos)}.",
        )


def _memory_problems(partition: Partition, shares: Shares) -> Iterator[Problem]:
    name, memory, cpus = partition.key, shares.memory_per_node, shares.cpus_per_node
    if partition.memory is not None and memory > partition.memory:
        yield Problem(
            "slurm.memory",
            f"One worker cannot get {memory} MB in the partition {name}.",
            f"Ask for at most {partition.memory} MB, or choose another partition.",
            fixes=_memory_fixes(shares, partition.memory),
        )
    if partition.memory_per_cpu is not None and memory > partition.memory_per_cpu * cpus:
        yield Problem(
            "slurm.memory",
            f"{memory} MB for {counted(cpus, 'CPU')} is more than {partition.memory_per_cpu} MB per CPU, "
            f"the limit of the partition {name}.",
            f"Ask for at most {partition.memory_per_cpu * cpus} MB or for more {BY_PATH['slurm.cpus'].in_sentence}, "
            "or choose another partition.",
            fixes=_memory_fixes(shares, partition.memory_per_cpu * cpus),
        )


def _memory_fixes(shares: Shares, most: int) -> tuple[Fix, ...]:
    """What asks for as much memory as fits into so many MB of a node, whatever the amount is counted by."""
    less = shares.memory * most // shares.memory_per_node
    fits = less > 0 and replace(shares, memory=less).memory_per_node <= most
    return (Fix.writing("slurm.memory", f"{less}M"),) if fits else ()


def typed(draft: Draft) -> dict[str, Any]:
    """The values that the limits are about, by path; one that cannot be read is left out (a problem of its own)."""
    values: dict[str, Any] = {}
    for path in (
        "slurm.partition",
        "slurm.cluster",
        "slurm.qos",
        *_SHARED,
        "slurm.walltime",
        "run.runtime",
        "run.workers",
    ):
        definition = BY_PATH[path]
        try:
            given = draft.values.get(path)
            values[path] = definition.default if given is None else field_value(definition, given)
        except ConversionError:
            continue
    return values
