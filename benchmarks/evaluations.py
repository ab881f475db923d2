"""Wall time per evaluation of a program that only prints RESULT, beside plain xargs, and the driver's peak memory."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from harness import OMNIOPT, machine, options, peak_memory, spread, table, workdir, write_config
from peers_evaluations import PEERS

# What it prints is its first parameter, so that a model-based search has something to learn.
PROGRAM = 'echo "RESULT: $1"\n'
TARGETS = {"hyperopt.rand.suggest": "<= 15 ms", "tpe.suggest": "<= 40 ms"}


def main() -> None:
    """Measure every algorithm asked for and the floor, in turns, and print the table."""
    parser = options(__doc__, repeats=3)
    parser.add_argument("--evaluations", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--algorithms", nargs="+", default=list(TARGETS), metavar="NAME")
    parser.add_argument(
        "--peers",
        nargs="+",
        default=[],
        metavar="NAME[=PYTHON]",
        help=f"other tools in the same turns, with the interpreter that has them: {', '.join(PEERS)}",
    )
    asked = parser.parse_args()
    peers = {
        name: python or sys.executable for name, _, python in (peer.partition("=") for peer in asked.peers)
    }
    print(machine())
    floor: list[float] = []
    theirs: dict[str, list[float]] = {name: [] for name in peers}
    wall: dict[str, list[float]] = {name: [] for name in asked.algorithms}
    memory: dict[str, list[float]] = {name: [] for name in asked.algorithms}
    for _ in range(asked.repeats):
        with workdir() as folder:
            program = folder / "program.sh"
            program.write_text(PROGRAM, encoding="utf-8")
            floor.append(run_xargs(program, asked.evaluations, asked.workers))
            for name, python in peers.items():
                theirs[name].append(run_peer(name, python, program, asked.evaluations, asked.workers))
            for name in asked.algorithms:
                seconds, peak = run_omniopt(folder, program, name, asked.evaluations, asked.workers)
                wall[name].append(seconds)
                memory[name].append(peak)
    print(
        f"{asked.evaluations} evaluations, {asked.workers} workers, 3 parameters; whole command, start included"
    )
    table(rows(asked.evaluations, floor, wall, memory, theirs))


def rows(
    evaluations: int,
    floor: Sequence[float],
    wall: dict[str, list[float]],
    memory: dict[str, list[float]],
    theirs: dict[str, list[float]],
) -> list[tuple[str, str, str]]:
    """The figures: wall time per evaluation and its ratio to the floor, and the memory of the driver."""
    each = 1000 / evaluations
    found = [("xargs -P, per evaluation", spread([seconds * each for seconds in floor], "ms"), "(the floor)")]
    for name, seconds in theirs.items():
        milliseconds = [second * each for second in seconds]
        found.append((f"{name}, per evaluation", spread(milliseconds, "ms"), ""))
    for name, seconds in wall.items():
        milliseconds = [second * each for second in seconds]
        found.append((f"{name}, per evaluation", spread(milliseconds, "ms"), TARGETS.get(name, "")))
        found.append((f"{name}, ratio to xargs", f"{median(seconds) / median(floor):.1f}", ""))
    found += [
        (f"{name}, driver's peak memory", spread(peak, "MB", 0), "<= 200 MB") for name, peak in memory.items()
    ]
    return found


def run_xargs(program: Path, evaluations: int, workers: int) -> float:
    """Seconds that xargs takes to run the program so often."""
    command = f"seq {evaluations} | xargs -P {workers} -I ARG sh -c 'sh {program} ARG 1 2' > /dev/null"
    start = time.perf_counter()
    subprocess.run(["sh", "-c", command], check=True)
    return time.perf_counter() - start


def run_peer(name: str, python: str, program: Path, evaluations: int, workers: int) -> float:
    """Seconds that another tool takes to run the program so often, from its command to its end."""
    script = Path(__file__).with_name("peers_evaluations.py")
    counts = ["--evaluations", str(evaluations), "--workers", str(workers)]
    start = time.perf_counter()
    subprocess.run([python, script, name, *counts, program], check=True, capture_output=True)
    return time.perf_counter() - start


def run_omniopt(
    folder: Path, program: Path, algorithm: str, evaluations: int, workers: int
) -> tuple[float, float]:
    """Seconds of a whole run from command to prompt, and the peak memory of its driver in MB."""
    name = algorithm.replace(".", "_")
    config = write_config(
        folder,
        name,
        f"sh {program} ($x) ($y) ($n)",
        {"run.workers": workers, "search.algorithm": algorithm, "search.max_evals": evaluations},
    )
    start = time.perf_counter()
    command = [*OMNIOPT, "start", str(config), "--local", "--yes", "--workdir", str(folder)]
    with (folder / "output").open("wb") as output:
        driver = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        peak = 0.0
        while driver.poll() is None:
            peak = max(peak, peak_memory(driver.pid))
            time.sleep(0.1)
    seconds = time.perf_counter() - start
    table_file = folder / "omniopt" / "projects" / name / "csv" / f"{name}.csv"
    good = sum(",ok," in line for line in table_file.read_text(encoding="utf-8").splitlines())
    if driver.returncode != 0 or good != evaluations:
        raise RuntimeError(
            f"exit code {driver.returncode}, {good} evaluations: {(folder / 'output').read_text()}"
        )
    return seconds, peak


if __name__ == "__main__":
    main()
