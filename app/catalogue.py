"""The partitions that the page offers: read from a data file, and what their limits say about a run."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from worker.spec.field_definition import WORD_PATTERN
from worker.spec.field_values import field_value
from worker.spec.fields import BY_PATH, FIELDS
from worker.spec.formats.original_meaning import GPU_PARTITIONS, Partitions
from worker.spec.problem import Problem, did_you_mean
from worker.spec.raw_values import ConversionError
from worker.spec.run import Draft
from worker.spec.shares import SHARED, Shares
from worker.spec.text import counted, quoted, together, visible

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

BUNDLED = Path(__file__).with_name("partitions.toml")
CLUSTER_DEFAULT = "(cluster default)"
_SHARED = {one.path: one.attribute for one in FIELDS if one.attribute in SHARED}
TABLES = ("captured", "partitions")  # what a partition file has at its top


class CatalogueError(ValueError):
    """A partition file that cannot be used; its text says where it is wrong."""


@dataclass(frozen=True)
class Partition:
    """One partition; None means that no limit is known. memory: MB of one worker. runtime: hours."""

    key: str
    label: str
    tested_workers: int | None = None
    gpus: int | None = None
    memory: int | None = None
    memory_per_cpu: int | None = None
    runtime: int | None = None
    warning: str = ""

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
            parts.append(f"{counted(self.gpus, 'GPU')} per worker" if self.gpus else "no GPUs")
        tested = (
            f"Tested with {counted(self.tested_workers, 'worker')}."
            if self.tested_workers is not None
            else ""
        )
        return together(f"At most {', '.join(parts)}." if parts else "", tested)


@dataclass(frozen=True)
class Catalogue:
    """The partitions in the order of the page; `captured` says from when their facts are.

    clusters: where a site has several, the partitions of each by its name; `partitions` then has those of all of them, of
    two with the same name the first.
    """

    partitions: Mapping[str, Partition]
    captured: str
    clusters: Mapping[str, Catalogue] = field(default_factory=dict)

    def of(self, cluster: str) -> Catalogue:
        """What is known of a cluster: its own partitions, or all of them where it is none of the site's."""
        return self.clusters.get(cluster, self)

    def choice(self, cluster: str, partition: str) -> str:
        """What the form has to choose for a partition of a cluster."""
        return f"{cluster}/{partition}" if cluster in self.clusters else partition

    def chosen(self, choice: str) -> tuple[str | None, str]:
        """The cluster and the partition that were chosen in the form; None for no cluster in particular."""
        cluster, slash, partition = choice.partition("/")
        return (cluster, partition) if slash and cluster in self.clusters else (None, choice)

    @property
    def default(self) -> str:
        """The partition of a form that names none."""
        return next(iter(self.partitions), "")

    def has_gpus(self, key: str) -> bool | None:
        """Whether the partition has GPUs; None where that is not known."""
        gpus = self.partitions[key].gpus if key in self.partitions else None
        return None if gpus is None else gpus > 0

    @property
    def known_partitions(self) -> Partitions:
        """What a link of the original has to know about the partitions; those of its own cluster are known as well."""
        catalogued = {key: has for key in self.partitions if (has := self.has_gpus(key)) is not None}
        return Partitions({**GPU_PARTITIONS, **catalogued}, self.default)

    def problems(self, draft: Draft) -> Iterator[Problem]:
        """What the limits of its partition say about `draft`; nothing for the cluster's default partition."""
        values = _typed(draft)
        key, cluster = values.get("slurm.partition", ""), values.get("slurm.cluster", "")
        if cluster and self.clusters and cluster not in self.clusters:
            yield Problem(
                "slurm.cluster",
                f'This page does not list the cluster "{cluster}", so its limits are unknown here.',
                did_you_mean(cluster, self.clusters),
                "warning",
            )
            return
        if not key:
            return
        partitions = self.of(cluster).partitions
        partition = partitions.get(key)
        if partition is None:
            yield Problem(
                "slurm.partition",
                f'This page does not list the partition "{key}", so its limits are unknown here.',
                did_you_mean(key, partitions),
                "warning",
            )
            return
        if partition.warning:
            yield Problem("slurm.partition", partition.warning, severity="warning")
        yield from _limit_problems(partition, values)


def _limit_problems(partition: Partition, values: Mapping[str, Any]) -> Iterator[Problem]:
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
            )
    if partition.tested_workers is not None and values.get("run.workers", 0) > partition.tested_workers:
        yield Problem(
            "run.workers",
            f"So many workers have never been tested in the partition {name}; the maximum so far is "
            f"{partition.tested_workers}.",
            "This may work, but start with fewer.",
            "warning",
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
        )
    elif shares.gpus_per_node > partition.gpus:
        yield Problem(
            "slurm.gpus",
            f"One worker cannot get {shares.gpus_per_node} GPUs in the partition {name}.",
            f"Ask for at most {partition.gpus}, or choose another partition.",
        )


def _memory_problems(partition: Partition, shares: Shares) -> Iterator[Problem]:
    name, memory, cpus = partition.key, shares.memory_per_node, shares.cpus_per_node
    if partition.memory is not None and memory > partition.memory:
        yield Problem(
            "slurm.memory",
            f"One worker cannot get {memory} MB in the partition {name}.",
            f"Ask for at most {partition.memory} MB, or choose another partition.",
        )
    if partition.memory_per_cpu is not None and memory > partition.memory_per_cpu * cpus:
        yield Problem(
            "slurm.memory",
            f"{memory} MB for {counted(cpus, 'CPU')} is more than {partition.memory_per_cpu} MB per CPU, "
            f"the limit of the partition {name}.",
            f"Ask for at most {partition.memory_per_cpu * cpus} MB or for more {BY_PATH['slurm.cpus'].in_sentence}, "
            "or choose another partition.",
        )


def _typed(draft: Draft) -> dict[str, Any]:
    """The values that the limits are about, by path; one that cannot be read is left out (a problem of its own)."""
    values: dict[str, Any] = {}
    for path in (
        "slurm.partition",
        "slurm.cluster",
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


def read_catalogue(path: Path = BUNDLED) -> Catalogue:
    """The catalogue in a TOML file of the form of `partitions.toml`. Raises CatalogueError."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise CatalogueError(f"The partition file {path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise CatalogueError(f"The partition file {path} is not valid TOML: {error}.") from error
    for name in content:
        if name not in TABLES:
            raise CatalogueError(
                f'{path} has the unknown key "{visible(name)}". {did_you_mean(name, TABLES)}'
            )
    return catalogue_of(content, path)


def catalogue_of(content: Mapping[str, Any], path: Path) -> Catalogue:
    """The catalogue in the tables of a file; path: of the file, for messages. Raises CatalogueError."""
    tables = content.get("partitions", {})
    if not isinstance(tables, dict):
        raise CatalogueError(f"{path}: write each partition as a table of its own, [partitions.NAME].")
    partitions = {key: _partition(path, key, table) for key, table in tables.items()}
    return Catalogue(partitions, str(content.get("captured", "")))


def of_clusters(clusters: Mapping[str, Catalogue]) -> Catalogue:
    """The catalogue of a site with several clusters, by their names."""
    merged: dict[str, Partition] = {}
    for each in clusters.values():
        merged = {**merged, **{key: one for key, one in each.partitions.items() if key not in merged}}
    dates = {each.captured for each in clusters.values()}
    named = [f"{each.captured} ({name})" for name, each in clusters.items() if each.captured]
    captured = ", ".join(named if len(dates) > 1 else dates)
    return Catalogue(merged, captured, clusters)


def _partition(path: Path, key: str, table: object) -> Partition:
    if not isinstance(table, dict):
        raise CatalogueError(f"{path}: [partitions.{key}] must be a table.")
    if not re.fullmatch(WORD_PATTERN, key):
        raise CatalogueError(f"{path}: {quoted(key)} is not a valid name of a Slurm partition.")
    keys = {one.name for one in fields(Partition)} - {"key"}
    for name, value in table.items():
        if name not in keys:
            raise CatalogueError(
                f'{path}: [partitions.{key}] has the unknown key "{name}". {did_you_mean(name, keys)}'
            )
        is_text = name in ("label", "warning")
        if is_text != isinstance(value, str) or (not is_text and (type(value) is not int or value < 0)):
            wanted = "text" if is_text else "a whole number of at least 0"
            raise CatalogueError(f"{path}: {name} of [partitions.{key}] must be {wanted}, not {value!r}.")
    return Partition(key, **{"label": key, **table})
