"""Time to replay the journal of a run with a hundred thousand trials, as every command does that shows one."""

from __future__ import annotations

import time
from pathlib import Path

from harness import machine, options, repeated, spread, table, workdir
from resume import history

from worker.store import replay
from worker.store.paths import RunPaths
from worker.store.records import encode


def main() -> None:
    """Measure and print the table."""
    parser = options(__doc__, repeats=5)
    parser.add_argument("--trials", type=int, default=100_000, help="recorded trials (%(default)s)")
    asked = parser.parse_args()
    print(machine())
    with workdir() as folder:
        paths = written(folder, asked.trials)
        seconds = repeated(asked.repeats, lambda: processor_time(paths, asked.trials), "replay")
    table([(f"replay of {asked.trials:,} trials, processor time", spread(seconds, "s", 2), "")])


def written(folder: Path, trials: int) -> RunPaths:
    """A run whose journal has so many trials."""
    paths = RunPaths(folder / "run")
    paths.journals.mkdir(parents=True)
    paths.journal(1).write_bytes(b"".join(map(encode, history(trials))))
    return paths


def processor_time(paths: RunPaths, trials: int) -> float:
    """Seconds of processor time for one replay."""
    start = time.process_time()
    state = replay.load(paths)
    seconds = time.process_time() - start
    if len(state.trials) != trials or state.torn:
        raise RuntimeError(f"{len(state.trials)} trials and {state.torn} damaged lines")
    return seconds


if __name__ == "__main__":
    main()
