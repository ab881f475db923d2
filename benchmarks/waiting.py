"""How much of their time workers wait for their next evaluation, and how busy the driver is meanwhile."""

from __future__ import annotations

import argparse
import os
import subprocess
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from harness import OMNIOPT, machine, options, spread, table, workdir

from worker.store import replay
from worker.store.paths import RunPaths
from worker.trial import Trial

# Takes a time that depends on the trial alone, with a spread of 0.2 of its logarithm, and has a result to learn from.
PROGRAM = r"""
mean=$1; shift
set -- $(awk -v mean="$mean" -v trial="$OMNIOPT_TRIAL" 'BEGIN {
  srand(trial); while (rand() == 0); time = mean * exp(0.2 * sqrt(-2 * log(rand())) * cos(6.2832 * rand()))
  for (i = 1; i < ARGC; i++) loss += (ARGV[i] - 0.1 * i) ^ 2
  print time, loss
}' "$@")
sleep "$1"
echo "RESULT: $2"
"""


@dataclass(frozen=True)
class Waits:
    """What the workers of a run waited, in seconds. begin: from the first program to the last worker's first one. all: to the last end."""

    share: float
    mean: float
    longest: float
    begin: float
    all: float


def main() -> None:
    """Measure runs, and print the table."""
    asked = _arguments()
    print(machine())
    waits, cpu = [], []
    for _ in range(asked.repeats):
        with workdir() as folder:
            cpu.append(run(folder, asked))
            waits.append(
                waits_of(replay.load(RunPaths(folder / "omniopt" / "projects" / "waits")).trials.values())
            )
    print(
        f"{asked.algorithm}, {asked.parameters} parameters, {asked.evaluations} evaluations of {asked.seconds} s, "
        f"{asked.workers} workers"
    )
    measure: Sequence[tuple[str, Callable[[Waits], float], str, int]] = (
        ("waiting, of the workers' time", lambda one: 100 * one.share, "%", 2),
        ("between two evaluations", lambda one: 1000 * one.mean, "ms", 0),
        ("the longest such time", lambda one: one.longest, "s", 2),
        ("until all workers have begun", lambda one: one.begin, "s", 2),
    )
    rows = [
        (name, spread([of(one) for one in waits], unit, digits), "") for name, of, unit, digits in measure
    ]
    rates = [asked.evaluations / one.all for one in waits]
    shares = [100 * used / one.all for used, one in zip(cpu, waits, strict=True)]
    rows += [
        ("evaluations in a second", spread(rates, "", 2), ""),
        ("the driver's processor, of one", spread(shares, "%"), ""),
    ]
    table(rows)


def _arguments() -> argparse.Namespace:
    parser = options(__doc__, repeats=1)
    parser.add_argument("--algorithm", default="auto")
    parser.add_argument("--parameters", type=int, default=10)
    parser.add_argument("--workers", type=int, default=32)
    parser.add_argument("--evaluations", type=int, default=1000)
    parser.add_argument(
        "--seconds", type=float, default=2.0, help="of an evaluation, on average (%(default)s)"
    )
    return parser.parse_args()


def run(folder: Path, asked: argparse.Namespace) -> float:
    """Seconds of processor that the driver takes for a whole run, its start included."""
    program, config = folder / "program.sh", folder / "waits.toml"
    program.write_text(PROGRAM, encoding="utf-8")
    names = [f"x{index}" for index in range(asked.parameters)]
    objective = f"sh {program} {asked.seconds} {' '.join('($' + name + ')' for name in names)}"
    lines = [
        'run.name = "waits"',
        f"run.objective = '{objective}'",
        f"run.workers = {asked.workers}",
        f'search.algorithm = "{asked.algorithm}"',
        f"search.max_evals = {asked.evaluations}",
        *(f'parameters.{name} = {{ type = "real", min = -2, max = 2 }}' for name in names),
    ]
    config.write_text("\n".join(lines) + "\n", encoding="utf-8")
    command = [*OMNIOPT, "start", str(config), "--local", "--yes", "--workdir", str(folder)]
    used = 0.0
    with (folder / "output").open("wb") as output:
        driver = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        while driver.poll() is None:
            used = max(used, processor_seconds(driver.pid))
            time.sleep(0.1)
    if driver.returncode != 0:
        raise RuntimeError(f"exit code {driver.returncode}: {(folder / 'output').read_text()}")
    return used


def processor_seconds(pid: int) -> float:
    """What a process has used of processors so far, without its children; 0 when it is gone."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def waits_of(trials: Iterable[Trial]) -> Waits:
    """What follows from when programs began and ended, by the clocks of their workers."""
    spans = defaultdict(list)
    for trial in trials:
        if trial.start is not None and trial.end is not None:
            spans[trial.agent].append((trial.start, trial.end))
    first = [min(of_one) for of_one in spans.values()]
    waits = [after[0] - before[1] for of_one in spans.values() for before, after in pairwise(sorted(of_one))]
    busy = sum(end - start for of_one in spans.values() for start, end in of_one)
    begun, ended = min(first)[0], max(end for of_one in spans.values() for _, end in of_one)
    waited = sum(waits)
    return Waits(
        waited / (waited + busy), waited / len(waits), max(waits), max(first)[0] - begun, ended - begun
    )


if __name__ == "__main__":
    main()
