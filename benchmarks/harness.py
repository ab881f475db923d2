"""What the benchmarks share: the machine in words, repeats and medians, tables, and runs that they measure."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

from worker import __version__

_MOST_FAULTS = 20  # that are printed
ROOT = Path(__file__).resolve().parent.parent
OMNIOPT = (sys.executable, "-I", "-m", "worker")
SPACE = """
[parameters.x]
type = "hp.uniform"
min = -5
max = 5

[parameters.y]
type = "hp.loguniform"
min = -9
max = 0

[parameters.n]
type = "hp.uniformint"
min = 1
max = 1000
"""


def options(sentence: str, repeats: int) -> argparse.ArgumentParser:
    """The options that every benchmark has; `repeats` is the default of how often it measures."""
    parser = argparse.ArgumentParser(description=sentence)
    parser.add_argument(
        "--repeats", type=int, default=repeats, help="the median of so many counts (%(default)s)"
    )
    return parser


def machine() -> str:
    """The machine that the figures belong to, in one line."""
    name = platform.processor() or platform.machine()
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            name = line.partition(":")[2].strip()
            break
    cores = len(os.sched_getaffinity(0))
    load = os.getloadavg()[0]
    python = platform.python_version()
    return f"{name}, {cores} cores, Python {python}, OmniOpt {__version__}, load before: {load:.1f}"


def table(
    rows: Sequence[tuple[str, str, str]], head: tuple[str, str, str] = ("figure", "measured", "target")
) -> None:
    """Print rows of three cells as Markdown, below the machine."""
    lines = [head, ("---", "---", "---"), *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(3)]
    for line in lines:
        cells = (f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True))
        print(f"| {' | '.join(cells)} |")


class Figure(NamedTuple):
    """A line of the table of a script that ends with 1 where a promise is broken; `kept` is whether this one is."""

    what: str
    measured: str
    promised: str
    kept: bool = True


def report(figures: Sequence[Figure], faults: Sequence[str] = ()) -> int:
    """Print the figures and what is wrong; returns the exit code of the script."""
    table([(one.what, one.measured, one.promised) for one in figures], ("figure", "measured", "promised"))
    for one in figures:
        if not one.kept:
            print(f"BROKEN: {one.what}: {one.measured}, promised is {one.promised}")
    for fault in faults[:_MOST_FAULTS]:
        print(fault)
    if len(faults) > _MOST_FAULTS:
        print(f"and {len(faults) - _MOST_FAULTS} more")
    return 0 if all(one.kept for one in figures) and not faults else 1


def spread(values: Sequence[float], unit: str, digits: int = 1) -> str:
    """The median, with the smallest and largest of several values behind it."""
    if len(values) == 1:
        return f"{values[0]:.{digits}f} {unit}"
    low, high = min(values), max(values)
    return f"{median(values):.{digits}f} {unit} ({low:.{digits}f} to {high:.{digits}f}, n={len(values)})"


def repeated(count: int, measure: Callable[[], float], what: str) -> list[float]:
    """`measure()` so many times, with a word on standard error for whoever waits."""
    values = []
    for number in range(count):
        values.append(measure())
        print(f"{what}: {number + 1} of {count}: {values[-1]:.4g}", file=sys.stderr, flush=True)
    return values


@contextmanager
def workdir() -> Iterator[Path]:
    """A temporary folder that goes away at the end."""
    folder = Path(tempfile.mkdtemp(prefix="omniopt-benchmark-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def write_config(folder: Path, name: str, objective: str, settings: Mapping[str, object]) -> Path:
    """A config over the three parameters of `SPACE`; settings are dotted TOML keys with their values."""
    values = {"run.name": name, "run.objective": objective, **settings}
    path = folder / f"{name}.toml"
    # Strings, numbers and booleans are written alike in JSON and TOML.
    lines = [f"{key} = {json.dumps(value)}" for key, value in values.items()]
    path.write_text("\n".join(lines) + "\n" + SPACE, encoding="utf-8")
    return path


def call(*words: object, folder: Path) -> None:
    """Run an `omniopt` command to its end, silently; raises with what it said where it fails."""
    done = subprocess.run(
        [*OMNIOPT, *map(str, words)],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"omniopt {words[0]} ended with {done.returncode}: {done.stderr or done.stdout}")


def peak_memory(pid: int) -> float:
    """The most memory that a process has had so far, in MB; 0 when it is gone.

    Not what getrusage says, which begins with the memory of the process that started it.
    """
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    lines = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(lines[0].split()[1]) / 1024 if lines else 0.0


def free_port() -> int:
    """A port of this machine that nothing listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
