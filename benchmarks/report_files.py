"""Time, memory and size of what is made of runs: csv, report, parallel plot, and the start of the menu."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

from harness import OMNIOPT, machine, options, repeated, spread, table, workdir, write_config
from resume import history

from worker.store.paths import Home, RunPaths
from worker.store.records import encode

RUNS = 50  # in the menu


def main() -> None:
    """Measure everything and print the table."""
    asked = options(__doc__, repeats=3).parse_args()
    print(machine())
    with workdir() as folder:
        sizes = {1_000: "small", 10_000: "medium", 100_000: "large"}
        paths = {count: recorded(folder, name, count) for count, name in sizes.items()}
        csv = repeated(asked.repeats, lambda: usage(folder, "csv", "large").processor, "csv")
        memory = usage(folder, "csv", "large").memory
        large = repeated(asked.repeats, lambda: usage(folder, "report", "large").processor, "large report")
        report = repeated(asked.repeats, lambda: usage(folder, "report", "medium").seconds, "report")
        for command in ("report", "parallel"):
            usage(folder, command, "small")
        rows = [
            ("csv of 100,000 evaluations, processor time", spread(csv, "s"), "<= 5 s"),
            ("the same, peak memory", f"{memory:.0f} MB", "<= 500 MB"),
            ("report of 100,000 evaluations, processor time", spread(large, "s"), "<= 12 s"),
            ("report of 10,000 evaluations", spread(report, "s"), "<= 10 s"),
            ("report of 1,000 evaluations, size", size(paths[1_000].report), "<= 400 kB"),
            ("parallel plot of 1,000 evaluations, size", size(paths[1_000].parallel), "<= 150 kB"),
        ]
    with workdir() as folder:
        for number in range(RUNS):
            recorded(folder, f"run{number}", 200)
        menu = repeated(asked.repeats, lambda: 1000 * usage(folder, "evaluate").seconds, "menu")
        rows.append((f"menu with {RUNS} runs", spread(menu, "ms", 0), "<= 300 ms"))
    table(rows)


def recorded(folder: Path, name: str, count: int) -> RunPaths:
    """A run with so many recorded evaluations of three parameters."""
    paths = Home.in_workdir(folder).run(name)
    paths.journals.mkdir(parents=True)
    config = write_config(folder, name, "echo RESULT: ($x)", {})
    paths.config.write_bytes(config.read_bytes())
    with paths.journal(1).open("wb") as file:
        file.writelines(map(encode, history(count)))
    return paths


class Usage(NamedTuple):
    """What a command took: seconds, seconds of processor time, and its peak memory (MB)."""

    seconds: float
    processor: float
    memory: float


def usage(folder: Path, *words: str) -> Usage:
    """What a command takes that nobody types anything into."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [*OMNIOPT, *words], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"omniopt {' '.join(words)} ended with {process.returncode}")
    return Usage(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1000)


def size(path: Path) -> str:
    """The size of a file in kB."""
    return f"{path.stat().st_size / 1000:.0f} kB"


if __name__ == "__main__":
    main()
