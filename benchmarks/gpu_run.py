"""A local run of two workers on a machine with a GPU, whose program computes there: devices, samples, plot and advice.

Needs nvidia-smi, and PyTorch for the program. Exits with 1 where anything is not as it should be.
"""

from __future__ import annotations

import argparse
import csv
import shutil
import subprocess
import sys
import time
from pathlib import Path

from harness import OMNIOPT, Figure, machine, report, workdir, write_config

_SECONDS = 15  # that an evaluation computes; samples are ten seconds apart
_GREEDY = "greedy"
_ADVICE = "The GPU ran out of memory"
_PROGRAM = f"""\
import sys, time, torch
if "{_GREEDY}" in sys.argv:
    torch.empty(1 << 46, dtype=torch.uint8, device="cuda")
size = 1024 + 4 * int(sys.argv[1])
a = torch.randn(size, size, device="cuda")
began, rounds = time.monotonic(), 0
while time.monotonic() - began < {_SECONDS}:
    a @ a
    torch.cuda.synchronize()
    rounds += 1
print("on", torch.cuda.get_device_name(0))
print("RESULT:", {_SECONDS} / rounds)
"""


def main() -> int:
    """Make the runs, look at what they left, and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, help="keep the tables and the plot in this folder")
    parser.add_argument("--evaluations", type=int, default=4, help="of the run (%(default)s)")
    asked = parser.parse_args()
    print(machine())
    with workdir() as folder:
        (folder / "program.py").write_text(_PROGRAM, encoding="utf-8")
        return report([*computes(folder, asked.evaluations, asked.out), runs_out(folder)])


def computes(folder: Path, evaluations: int, out: Path | None) -> list[Figure]:
    """What a run whose evaluations use the GPU has left; some of it is kept in `out`."""
    began = time.monotonic()
    done = start(folder, "busy", evaluations, "")
    seconds = time.monotonic() - began
    drawn = omniopt(folder, "gpu", "busy")
    run = folder / "omniopt" / "projects" / "busy"
    tables, plots = list(run.glob("agents/*/gpu.csv")), list((run / "gpu-usage").glob("*.html"))
    for path in (*run.glob("trials/*1.out"), *tables):
        print(path.relative_to(run), path.read_text(encoding="utf-8"), sep="\n", end="")
    if out:
        for path in (*plots, *(run / "csv").glob("*.csv"), *tables[:1]):
            shutil.copy(path, out / path.name)
    busy, memory = most(tables, "utilization [%]"), most(tables, "memory used [MB]")
    ended = f"exit code {done.returncode} after {seconds:.0f} s"
    return [
        Figure(f"{evaluations} evaluations of {_SECONDS} s", ended, "exit code 0", done.returncode == 0),
        Figure("workers with samples", str(len(tables)), "2", len(tables) == 2),
        Figure("most that the GPU was at work", f"{busy:.0f} %", "50 % or more", busy >= 50),
        Figure("most of its memory in use", f"{memory:.0f} MB", "100 MB or more", memory >= 100),
        Figure("plots of its use", str(len(plots)), "1", drawn.returncode == 0 and len(plots) == 1),
    ]


def runs_out(folder: Path) -> Figure:
    """Whether it is said where a program wants more memory than any GPU has."""
    start(folder, "grasping", 2, _GREEDY)
    told = _ADVICE in omniopt(folder, "errors", "grasping").stdout
    return Figure(f'"{_ADVICE}"', "said" if told else "not said", "said", told)


def most(tables: list[Path], column: str) -> float:
    """The largest sample of a column, 0 where there is none."""
    samples = []
    for path in tables:
        with path.open(newline="", encoding="utf-8") as file:
            samples += [float(row[column]) for row in csv.DictReader(file) if row[column]]
    return max(samples, default=0.0)


def start(folder: Path, name: str, evaluations: int, more: str) -> subprocess.CompletedProcess[str]:
    """Start a run here, and wait for its end."""
    settings = {
        "run.workers": 2,
        "run.runtime": "0:10:00",
        "search.algorithm": "hyperopt.rand.suggest",
        "search.max_evals": evaluations,
    }
    objective = f"{sys.executable} program.py ($n) ($x) ($y) {more}".rstrip()
    config = write_config(folder, name, objective, settings)
    done = omniopt(folder, "start", str(config), "--local", "--yes", "--trust-program")
    print(done.stdout, done.stderr, sep="")
    return done


def omniopt(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run an `omniopt` command to its end, also one that fails."""
    return subprocess.run(
        [*OMNIOPT, *words],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


if __name__ == "__main__":
    sys.exit(main())
