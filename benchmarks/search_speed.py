"""How long the search takes to propose a trial, and to be rebuilt from thousands; how much memory it needs."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import cycle, islice
from statistics import median

from harness import machine, options, peak_memory, spread, table

from worker.search.searcher import make_searcher
from worker.spec.check import check
from worker.spec.parameters import Value
from worker.spec.run import Draft, ParameterDraft, Run

TARGETS = {("hyperopt.rand.suggest", 3, 1000): "<= 0.3 ms", ("tpe.suggest", 3, 1000): "<= 15 ms"}


@dataclass(frozen=True)
class Speed:
    """Seconds to rebuild, median seconds to propose, and the process's peak memory in MB."""

    rebuild: float
    propose: float
    memory: float


def main() -> None:
    """Measure each algorithm in a process of its own and print the table."""
    parser = options(__doc__, repeats=3)
    parser.add_argument(
        "--proposals", type=int, default=30, help="the median of so many counts (%(default)s)"
    )
    asked = parser.parse_args()
    print(machine())
    rows = []
    for algorithm in ("hyperopt.rand.suggest", "tpe.suggest", "anneal.suggest", "gridsearch"):
        for parameters, trials in ((3, 1000), (3, 10_000), (10, 1000)):
            found = [alone(algorithm, parameters, trials, asked.proposals) for _ in range(asked.repeats)]
            title = f"{algorithm}, {parameters} parameters, {trials:,} trials known"
            target = TARGETS.get((algorithm, parameters, trials), "")
            rows.append((f"{title}: propose", spread([1000 * one.propose for one in found], "ms", 2), target))
            rows.append((f"{title}: rebuild", spread([one.rebuild for one in found], "s", 2), ""))
            rows.append((f"{title}: peak memory", spread([one.memory for one in found], "MB", 0), ""))
    table(rows)


def alone(algorithm: str, parameters: int, trials: int, proposals: int) -> Speed:
    """Measure in a fresh process, whose memory is its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(measure, (algorithm, parameters, trials, proposals))


def measure(algorithm: str, parameters: int, trials: int, proposals: int) -> Speed:
    """Rebuild a search of so many trials, and go on with some more."""
    run = run_of(algorithm, parameters)
    points = history(run, trials)
    start = time.perf_counter()
    searcher = make_searcher(run, 1)
    for number, point in enumerate(points):
        searcher.add(number, point)
        searcher.tell(number, loss(point))
    rebuild = time.perf_counter() - start
    searcher.prepare()
    times = []
    for number in range(trials, trials + proposals):
        start = time.perf_counter()
        found = searcher.ask(number)
        times.append(time.perf_counter() - start)
        if found is None:
            raise RuntimeError("the space is used up")
        searcher.tell(number, loss(found))
    return Speed(rebuild, median(times), peak_memory(os.getpid()))


def run_of(algorithm: str, parameters: int) -> Run:
    """A run over so many parameters of three types."""
    kinds: tuple[tuple[str, Mapping[str, object]], ...] = (
        ("hp.uniform", {"min": -5, "max": 5}),
        ("hp.loguniform", {"min": -9, "max": 0}),
        ("hp.uniformint", {"min": 1, "max": 1000}),
    )
    drafts = (
        ParameterDraft(f"x{number}", kind, settings)
        for number, (kind, settings) in enumerate(islice(cycle(kinds), parameters))
    )
    values = {"run.name": "speed", "run.objective": "unused", "search.algorithm": algorithm}
    run = check(Draft(values, tuple(drafts))).run
    assert run is not None
    return run


def history(run: Run, trials: int) -> list[dict[str, Value]]:
    """The first points that a search without results proposes."""
    searcher = make_searcher(run, 2)
    return [searcher.ask(number) or {} for number in range(trials)]


def loss(point: Mapping[str, Value]) -> float:
    """Something to minimise."""
    return sum(abs(float(value) - 0.3) for value in point.values())


if __name__ == "__main__":
    main()
