"""What a page of all runs costs the file system: calls a minute for files of runs, most of which have ended, while somebody looks."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness import OMNIOPT, call, machine, options, table, workdir, write_config
from resume import history

from worker.store.journal import open_epoch
from worker.store.paths import Home
from worker.store.records import encode

# Evaluations of ten seconds, with a RESULT in each of them.
_LONG = "for i in 1 2 3 4 5 6 7 8 9 10; do echo RESULT: $i; sleep 1; done; : ($x) ($y) ($n)"
_QUICK = "echo RESULT: ($x); : ($y) ($n)"
_WARM = 75.0  # seconds in which everything is read once
_KINDS = {
    "open": ("open", "openat"),
    "stat": ("stat", "lstat", "newfstatat", "statx", "access", "faccessat2"),
    "fstat": ("fstat",),
    "list": ("getdents64",),
    "read": ("read", "pread64", "lseek"),
    "close": ("close",),
}
_CALL = re.compile(r"^\d+ +(\w+)\(")


def main() -> None:
    """Measure and print the table."""
    parser = options(__doc__, repeats=1)
    parser.add_argument("--runs", type=int, default=50, help="runs in the workdir (%(default)s)")
    parser.add_argument(
        "--live", type=int, default=2, help="of which go on, with 4 workers each (%(default)s)"
    )
    parser.add_argument("--minutes", type=float, default=2.0, help="how long is counted (%(default)s)")
    asked = parser.parse_args()
    print(machine())
    with workdir() as folder:
        for number in range(asked.runs - asked.live):
            _write_ended(folder, f"ended{number}")
        with _going_on(folder, asked.live):
            counts = _counted(folder, asked.minutes)
    rows = [(kind, f"{counts[kind] / asked.minutes:.0f}", "") for kind in (*_KINDS, "other")]
    table(
        [*rows, ("all", f"{sum(counts.values()) / asked.minutes:.0f}", "")],
        ("calls a minute", "measured", ""),
    )


def _write_ended(folder: Path, name: str) -> None:
    """A run that has ended after 200 evaluations."""
    config = write_config(folder, name, _QUICK, {"search.max_evals": 200})
    paths = Home.in_workdir(folder).run(name)
    paths.trials.mkdir(parents=True)
    config.rename(paths.config)
    _, journal = open_epoch(paths)
    *records, _ = history(200)
    ended = {"kind": "ended", "reason": "All evaluations are done.", "exit_code": 0, "at": time.time()}
    journal.append(*map(encode, [*records, ended]))
    journal.close()


@contextmanager
def _going_on(folder: Path, count: int) -> Iterator[None]:
    """So many real runs, which do not end by themselves."""
    names = [f"live{number}" for number in range(count)]
    settings = {"run.workdir": str(folder), "search.max_evals": 10_000, "run.workers": 4}
    drivers = [
        subprocess.Popen(
            [*OMNIOPT, "start", str(write_config(folder, name, _LONG, settings)), "--yes", "--local"],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for name in names
    ]
    try:
        time.sleep(15)
        yield
    finally:
        for name in names:
            call("cancel", name, "--workdir", folder, folder=folder)
        for driver in drivers:
            driver.wait(60)


def _counted(folder: Path, minutes: float) -> Counter[str]:
    """Calls by kind for what is below the workdir, while a page asks every five seconds as a browser does."""
    log = folder / "calls"
    trace = ["strace", "-f", "-y", "-qq", "-s", "0", "-e", "trace=%file,%desc", "-o", str(log)]
    server = subprocess.Popen(
        [*trace, *OMNIOPT, "dashboard", "--workdir", str(folder)],
        cwd=folder,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert server.stdout is not None
        address = server.stdout.readline().split()[-1]
        _ask(address, _WARM)
        begin = log.stat().st_size
        _ask(address, 60 * minutes)
    finally:
        os.killpg(server.pid, signal.SIGINT)  # strace waits for what it watches
        server.wait(30)
    kinds = {name: kind for kind, names in _KINDS.items() for name in names}
    found: Counter[str] = Counter()
    with log.open(encoding="utf-8", errors="replace") as file:
        file.seek(begin)
        for line in file:
            match = _CALL.match(line)
            if match and f"{folder}/omniopt" in line:
                found[kinds.get(match[1], "other")] += 1
    return found


def _ask(address: str, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with urllib.request.urlopen(f"{address}state.json") as answer:
            answer.read()
        print(".", end="", file=sys.stderr, flush=True)
        time.sleep(5)


if __name__ == "__main__":
    main()
