"""A local run of two workers on a machine with a GPU, whose program computes there: devices, samples, plot and advice.

    python benchmarks/gpu_run.py --out FOLDER

Needs nvidia-smi, and PyTorch for the program. Exits with 1 where anything is not as it should be.
"""

from __future__ import annotations

import argparse
import csv
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROGRAM = """\
import sys, time, torch
size, greedy = int(float(sys.argv[1])), len(sys.argv) > 2
if greedy:
    torch.empty(1 << 46, dtype=torch.uint8, device="cuda")
a = torch.randn(size, size, device="cuda")
began, rounds = time.monotonic(), 0
while time.monotonic() - began < 15:
    b = a @ a
    torch.cuda.synchronize()
    rounds += 1
print("on", torch.cuda.get_device_name(0))
print("RESULT:", 15 / rounds)
"""
CONFIG = """\
[run]
name = "{name}"
objective = "{python} {program} ($size) {more}"
workers = 2
runtime = "0:10:00"

[search]
algorithm = "hyperopt.rand.suggest"
max_evals = {evaluations}

[parameters.size]
type = "hp.quniform"
min = 1024
max = 8192
q = 512
"""


def main() -> int:
    """Make the runs, look at what they left, and print it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, help="keep tables and plots in this folder")
    parser.add_argument("--evaluations", type=int, default=4)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gpu-run-") as name:
        folder = Path(name)
        program = folder / "program.py"
        program.write_text(PROGRAM)
        faults = [*computes(folder, program, options), *runs_out(folder, program)]
    for fault in faults:
        print("FAULT:", fault)
    print("as it should be" if not faults else f"{len(faults)} faults")
    return bool(faults)


def computes(folder: Path, program: Path, options: argparse.Namespace) -> list[str]:
    """A run whose evaluations use the GPU."""
    began = time.monotonic()
    started = start(folder, program, "busy", options.evaluations, "")
    print(f"{options.evaluations} evaluations of 15 s: {time.monotonic() - began:.0f} s")
    faults = [] if started.returncode == 0 else [f"exit code {started.returncode}"]
    run = folder / "omniopt" / "projects" / "busy"
    print((run / "trials" / "000001.out").read_text(), end="")
    tables = list(run.glob("agents/*/gpu.csv"))
    rows = [row for table in tables for row in csv.DictReader(table.open())]
    for table in tables:
        print(table.parent.name, table.read_text(), sep="\n", end="")
    if len(tables) != 2:
        faults.append(f"{len(tables)} of 2 workers have samples")
    if max((float(row["utilization [%]"]) for row in rows), default=0.0) < 50:
        faults.append("no sample shows the GPU at work")
    if max((float(row["memory used [MB]"]) for row in rows), default=0.0) < 100:
        faults.append("no sample shows memory in use")
    drawn = omniopt(folder, "gpu", "busy")
    print(drawn.stdout, drawn.stderr, sep="", end="")
    plots = list((run / "gpu-usage").glob("*.html"))
    faults += [] if drawn.returncode == 0 and plots else ["there is no plot of the GPU's use"]
    if options.out:
        for path in (*plots, *(run / "csv").glob("*.csv"), *tables[:1]):
            shutil.copy(path, options.out / path.name)
    return faults


def runs_out(folder: Path, program: Path) -> list[str]:
    """A run whose program wants more memory than any GPU has."""
    start(folder, program, "greedy", 2, "greedy")
    said = omniopt(folder, "errors", "greedy").stdout
    print(said, end="")
    return [] if "The GPU ran out of memory" in said else ["nobody says that the GPU's memory ended"]


def start(
    folder: Path, program: Path, name: str, evaluations: int, more: str
) -> subprocess.CompletedProcess[str]:
    """Start a run here, and wait for its end."""
    config = folder / f"{name}.toml"
    values = {"python": sys.executable, "program": program, "more": more, "evaluations": evaluations}
    config.write_text(CONFIG.format(name=name, **values))
    done = omniopt(folder, "start", str(config), "--local", "--yes", "--trust-program")
    print(done.stdout[-1500:], done.stderr[-1500:], sep="")
    return done


def omniopt(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Call the command line."""
    return subprocess.run(
        [sys.executable, "-I", "-m", "worker", *arguments], cwd=folder, capture_output=True, text=True,
        stdin=subprocess.DEVNULL, timeout=400, check=False,
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
