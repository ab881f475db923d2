"""Time from Enter to the first evaluation, of `omniopt --help`, and of `omniopt status`."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

from harness import OMNIOPT, call, machine, options, repeated, spread, table, workdir, write_config

TRIALS = 100  # of the run that `status` looks at


def main() -> None:
    """Measure the three and print the table."""
    asked = options(__doc__, repeats=10).parse_args()
    print(machine())
    with workdir() as folder:
        first = repeated(asked.repeats, lambda: first_evaluation(folder), "Enter to first evaluation")
        config = write_config(
            folder,
            "status",
            "echo RESULT: ($x)",
            {"search.algorithm": "hyperopt.rand.suggest", "search.max_evals": TRIALS},
        )
        call("start", config, "--local", "--yes", "--workdir", folder, folder=folder)
        asking_help = repeated(asked.repeats, lambda: command_time(folder, "--help"), "--help")
        status = repeated(asked.repeats, lambda: command_time(folder, "status", "status"), "status")
    table(
        [
            ("Enter to first evaluation started (tpe.suggest)", spread(first, "s", 2), "<= 2 s"),
            ("omniopt --help", spread([1000 * value for value in asking_help], "ms", 0), "<= 150 ms"),
            (
                f"omniopt status, {TRIALS} trials",
                spread([1000 * value for value in status], "ms", 0),
                "<= 150 ms",
            ),
        ]
    )


def first_evaluation(folder: Path) -> float:
    """Seconds from the command to the moment at which the first evaluation looks at its clock."""
    stamps = folder / "stamps"
    stamps.unlink(missing_ok=True)
    name = f"first_{time.time_ns()}"
    config = write_config(
        folder,
        name,
        f"date +%s.%N >> {stamps}; echo RESULT: ($x)",
        {"run.workers": 4, "search.algorithm": "tpe.suggest", "search.max_evals": 4},
    )
    start = time.time()
    call("start", config, "--local", "--yes", "--workdir", folder, folder=folder)
    return min(map(float, stamps.read_text(encoding="utf-8").split())) - start


def command_time(folder: Path, *words: str) -> float:
    """Seconds that a command takes."""
    start = time.perf_counter()
    subprocess.run([*OMNIOPT, *words], cwd=folder, capture_output=True, check=True)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
