"""The partitions that the page offers: read from a data file, and what their limits say about a run."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from app.partition import Partition, limit_problems, typed
from worker.spec.field_definition import WORD_PATTERN
from worker.spec.formats.original_meaning import GPU_PARTITIONS, Partitions
from worker.spec.problem import Problem, did_you_mean
from worker.spec.run import Draft
from worker.spec.text import quoted, visible

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

BUNDLED = Path(__file__).with_name("partitions.toml")
CLUSTER_DEFAULT = "(cluster default)"
_LISTS = ("gpu_types", "qos")
TABLES = ("captured", "partitions")  # what a partition file has at its top


class CatalogueError(ValueError):
    """A partition file that cannot be used; its text says where it is wrong."""


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
        values = typed(draft)
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
        yield from limit_problems(partition, values)


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
        if name in _LISTS:
            if not (isinstance(value, list) and all(isinstance(one, str) for one in value)):
                raise CatalogueError(f"{path}: {name} of [partitions.{key}] must be a list of names.")
            continue
        is_text = name in ("label", "warning")
        if is_text != isinstance(value, str) or (not is_text and (type(value) is not int or value < 0)):
            wanted = "text" if is_text else "a whole number of at least 0"
            raise CatalogueError(f"{path}: {name} of [partitions.{key}] must be {wanted}, not {value!r}.")
    lists = {name: tuple(table[name]) for name in _LISTS if name in table}
    return Partition(key, **{"label": key, **table, **lists})
