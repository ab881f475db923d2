"""What the storms share when they are run as scripts: a cluster of their own, and a table that says which promise is broken."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

_ROOT = Path(__file__).resolve().parents[2]
sys.path += [str(_ROOT / "tests"), str(_ROOT / "benchmarks")]

from harness import machine, table  # noqa: E402
from slurm_cluster import Cluster  # noqa: E402


class Figure(NamedTuple):
    """A line of the table; `kept` is whether the promise is."""

    what: str
    measured: str
    promised: str
    kept: bool


@contextmanager
def on_cluster(keep: Path | None = None) -> Iterator[tuple[Cluster, Path]]:
    """A cluster of four nodes and a workdir, both gone at the end, except that the workdir may be kept."""
    with tempfile.TemporaryDirectory() as scratch:
        cluster = Cluster(Path(scratch) / "slurm")
        cluster.folder.mkdir()
        work = (keep or Path(scratch) / "work").resolve()
        work.mkdir()
        try:
            cluster.up()
            yield cluster, work
        finally:
            cluster.down()


def report(figures: Sequence[Figure], faults: Sequence[str] = ()) -> int:
    """Print the machine, the figures and what is wrong; returns the exit code."""
    print(machine())
    table([(one.what, one.measured, one.promised) for one in figures], ("figure", "measured", "promised"))
    for one in figures:
        if not one.kept:
            print(f"BROKEN: {one.what}: {one.measured}, promised is {one.promised}")
    print("\n".join(faults[:20]))
    return 0 if all(one.kept for one in figures) and not faults else 1
