"""Judges search algorithms: mean normalised regret on many problems, with workers in simulated time."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import cache
from itertools import product
from pathlib import Path

import analytic
import simulations
import tuned
import vectors
from problem import Problem, from_file
from race import Outcome, race
from scores import Scores
from store import Cell, Store, read
from tables import print_tables
from threadpoolctl import threadpool_limits

Job = tuple[Path | None, Cell, int]


def main() -> None:
    """Run every method on every problem, and print the tables."""
    asked = _arguments()
    chosen = [
        problem.name
        for problem in _problems(asked.problems)
        if (problem.name in asked.only.split(",") if asked.only else bool(problem.outputs) == asked.several)
    ]
    cells = [
        (name, method, workers, seed)
        for seed, workers, method, name in product(
            asked.seeds, asked.workers, filter(None, asked.methods.split(",")), chosen
        )
    ]
    store = Store(asked.json, asked.evaluations)
    missing = [cell for cell in cells if cell not in store]
    if len(missing) < len(cells):
        print(
            f"{len(cells) - len(missing)} of {len(cells)} runs are in {asked.json} already", file=sys.stderr
        )
    if not asked.tables:
        _run(store, [(asked.problems, cell, asked.evaluations) for cell in missing], asked.jobs)
    outcomes = [*(one for file in asked.known for one in read(file)), *store.chosen(cells)]
    scores = Scores(_problems(asked.problems), outcomes)
    print_tables(scores, chosen, asked.workers, asked.evaluations)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--problems", type=Path, help="a Python file with PROBLEMS; ours without")
    parser.add_argument("--only", default="", help="names of problems, with commas")
    parser.add_argument(
        "--several", action="store_true", help="the problems with several results, not those with one"
    )
    parser.add_argument(
        "--methods",
        default="auto,tpe.suggest,anneal.suggest,mix.suggest,sobol,random,hyperopt.tpe,optuna.tpe,optuna.cmaes",
        help="%(default)s; optuna.gp needs torch, too",
    )
    parser.add_argument("--workers", type=_numbers, default=[1], help="such as 1,8,32")
    parser.add_argument("--evaluations", type=int, default=100)
    parser.add_argument(
        "--seeds", type=_seeds, default=list(range(5)), help="a count, or a list such as 3,4,7"
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes at once")
    parser.add_argument(
        "--json",
        type=Path,
        help="the file for all curves, written meanwhile; what is in it is not run again: remove it to begin anew",
    )
    parser.add_argument("--tables", action="store_true", help="run nothing, and print what the files have")
    parser.add_argument(
        "--known",
        type=Path,
        nargs="*",
        default=[],
        help="such files of before, for tables of all of them together",
    )
    return parser.parse_args()


def _numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


def _seeds(text: str) -> list[int]:
    numbers = _numbers(text)
    return numbers if "," in text else list(range(numbers[0]))


@cache
def _problems(path: Path | None) -> Sequence[Problem]:
    if path:
        return from_file(path)
    return [*analytic.problems(), *simulations.problems(), *tuned.problems(), *vectors.problems()]


def _run(store: Store, jobs: Sequence[Job], processes: int) -> None:
    with ProcessPoolExecutor(processes, initializer=threadpool_limits, initargs=(1, "blas")) as pool:
        try:
            for done in as_completed([pool.submit(_raced, job) for job in jobs]):
                store.add(done.result())
        finally:
            store.write()
            pool.shutdown(wait=False, cancel_futures=True)


def _raced(job: Job) -> Outcome:
    path, (name, method, workers, seed), evaluations = job
    problem = next(one for one in _problems(path) if one.name == name)
    return race(problem, method, workers, seed, evaluations)


if __name__ == "__main__":
    main()
