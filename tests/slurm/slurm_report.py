"""What the storms share when they are run as scripts: a cluster of their own, and the table of the benchmarks."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
sys.path += [str(_ROOT / "tests" / "support"), str(_ROOT / "benchmarks")]

from harness import Figure, machine, report  # noqa: E402
from slurm_cluster import Cluster  # noqa: E402

__all__ = ["Figure", "on_cluster", "report"]


@contextmanager
def on_cluster(
    keep: Path | None = None,
    settings: Mapping[str, str] | None = None,
    partitions: Sequence[str] = (),
    accounts: Sequence[str] = (),
) -> Iterator[tuple[Cluster, Path]]:
    """A cluster of four nodes and a workdir, both gone at the end, except that the workdir may be kept.

    settings: lines of slurm.conf that differ from the defaults. partitions, accounts: see `Cluster`.
    """
    with tempfile.TemporaryDirectory() as scratch:
        cluster = Cluster(Path(scratch) / "slurm", settings or {}, partitions, accounts=accounts)
        cluster.folder.mkdir()
        work = (keep or Path(scratch) / "work").resolve()
        work.mkdir()
        try:
            cluster.up()
            print(machine())
            yield cluster, work
        finally:
            cluster.down()
