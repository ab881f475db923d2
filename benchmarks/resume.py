"""Time from `omniopt resume` of a run with thousands of recorded trials to its first new evaluation."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

from harness import call, machine, options, repeated, spread, table, workdir, write_config

from worker import __version__
from worker.store.paths import Home
from worker.store.records import encode

NEW = 8  # evaluations that the resumed run still does
WORKERS = 4


def main() -> None:
    """Measure a resume with each algorithm and print the table."""
    parser = options(__doc__, repeats=3)
    parser.add_argument("--trials", type=int, default=10_000, help="recorded trials (%(default)s)")
    parser.add_argument("--algorithms", nargs="+", default=["hyperopt.rand.suggest", "tpe.suggest"])
    asked = parser.parse_args()
    print(machine())
    table(
        [
            (
                f"resume of {asked.trials} trials to the first new evaluation, {name}",
                spread(repeated(asked.repeats, lambda name=name: resume(name, asked.trials), name), "s", 2),
                "<= 3 s",
            )
            for name in asked.algorithms
        ]
    )


def resume(algorithm: str, trials: int) -> float:
    """Seconds from the command to the moment at which the first new evaluation looks at its clock."""
    with workdir() as folder:
        stamps = folder / "stamps"
        config = write_config(
            folder,
            "resume",
            f"date +%s.%N >> {stamps}; echo RESULT: ($x)",
            {"run.workers": WORKERS, "search.algorithm": algorithm, "search.max_evals": trials + NEW},
        )
        paths = Home.in_workdir(folder).run("resume")
        paths.journals.mkdir(parents=True)
        paths.config.write_bytes(config.read_bytes())
        paths.journal(1).write_bytes(b"".join(map(encode, history(trials))))
        start = time.time()
        call("resume", paths.root, folder=folder)
        written = stamps.read_text(encoding="utf-8").split()
        if len(written) != NEW:
            raise RuntimeError(f"{len(written)} new evaluations instead of {NEW}")
        return min(map(float, written)) - start


def history(trials: int) -> Iterator[dict[str, object]]:
    """The records of a driver that has finished so many trials and then left."""
    draw = random.Random(1)
    at = time.time() - trials
    yield {
        "kind": "driver",
        "epoch": 1,
        "host": "elsewhere",
        "pid": 1,
        "pid_start": 1,
        "at": at,
        "version": __version__,
        "seed": 42,
    }
    for number in range(trials):
        values = {
            "x": draw.uniform(-5, 5),
            "y": 2.718281828 ** draw.uniform(-9, 0),
            "n": draw.randint(1, 1000),
        }
        agent, at = f"local-{number % WORKERS}", at + 1
        trial = {"trial": number, "attempt": 1, "agent": agent}
        yield {"kind": "proposed", "trial": number, "values": values, "at": at}
        yield {"kind": "assigned", **trial, "at": at}
        yield {"kind": "started", **trial, "host": "elsewhere", "at": at}
        yield {
            "kind": "finished",
            **trial,
            "status": "ok",
            "loss": values["x"],
            "outputs": {"accuracy": 0.5},
            "curve": [[0.1, values["x"]]],
            "exit_code": 0,
            "signal": None,
            "seconds": 0.2,
            "start": at,
            "end": at + 0.2,
            "host": "elsewhere",
            "peak_memory": 3.5,
            "reason": "",
            "gpus": "",
        }
    yield {"kind": "leaving", "reason": "stopped", "at": at}


if __name__ == "__main__":
    main()
