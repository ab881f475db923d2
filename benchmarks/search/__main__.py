"""Judges search algorithms: mean normalised regret on many problems, with workers in simulated time."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path
from statistics import fmean

import analytic
import simulations
from problem import Problem, from_file
from race import Outcome, race
from scores import Scores
from threadpoolctl import threadpool_limits

# Not looked at while one of two ways to search was chosen, so that no way is chosen for them.
ASIDE = frozenset({"hartmann6", "levy10", "categories6", "noisy4", "ode_chain6"})


def main() -> None:
    """Run every method on every problem, and print the tables."""
    asked = _arguments()
    names = [problem.name for problem in _problems(asked.problems)]
    chosen = [name for name in names if not asked.only or name in asked.only.split(",")]
    jobs = [
        (asked.problems, name, method, workers, seed, asked.evaluations)
        for seed in asked.seeds
        for name in chosen
        for method in filter(None, asked.methods.split(","))
        for workers in asked.workers
    ]
    with ProcessPoolExecutor(asked.jobs, initializer=threadpool_limits, initargs=(1, "blas")) as pool:
        outcomes = [*_known(asked.known), *pool.map(_raced, jobs)]
    if asked.json:
        asked.json.write_text(json.dumps([_plain(one) for one in outcomes]), encoding="utf-8")
    _print_tables(Scores(_problems(asked.problems), outcomes), chosen, asked.workers, asked.evaluations)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--problems", type=Path, help="a Python file with PROBLEMS; ours without")
    parser.add_argument("--only", default="", help="names of problems, with commas")
    parser.add_argument("--methods", default="auto,tpe.suggest,optuna.tpe,random")
    parser.add_argument("--workers", type=_numbers, default=[1], help="such as 1,8,32")
    parser.add_argument("--evaluations", type=int, default=100)
    parser.add_argument(
        "--seeds", type=_seeds, default=list(range(5)), help="a count, or a list such as 3,4,7"
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes at once")
    parser.add_argument("--json", type=Path, help="the file for all curves")
    parser.add_argument(
        "--known",
        type=Path,
        nargs="*",
        default=[],
        help="such files of before, for tables of all of them together",
    )
    return parser.parse_args()


def _known(files: Sequence[Path]) -> list[Outcome]:
    found = []
    for file in files:
        for plain in json.loads(file.read_text(encoding="utf-8")):
            found.append(
                Outcome(**{**plain, "best": tuple(plain["best"]), "slowest": plain.get("slowest", 0.0)})
            )
    return found


def _numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


def _seeds(text: str) -> list[int]:
    numbers = _numbers(text)
    return numbers if "," in text else list(range(numbers[0]))


@cache
def _problems(path: Path | None) -> Sequence[Problem]:
    return from_file(path) if path else [*analytic.problems(), *simulations.problems()]


def _raced(job: tuple[Path | None, str, str, int, int, int]) -> Outcome:
    path, name, method, workers, seed, evaluations = job
    problem = next(one for one in _problems(path) if one.name == name)
    return race(problem, method, workers, seed, evaluations)


def _plain(one: Outcome) -> dict[str, object]:
    return {
        "problem": one.problem,
        "method": one.method,
        "workers": one.workers,
        "seed": one.seed,
        "best": one.best,
        "seconds": one.seconds,
        "slowest": one.slowest,
    }


def _print_tables(scores: Scores, names: Sequence[str], workers: Sequence[int], evaluations: int) -> None:
    moments = sorted({max(1, evaluations // 2), evaluations})
    for count in workers:
        print(f"\n{count} workers: mean normalised regret after {' / '.join(map(str, moments))} evaluations")
        print(f"{'':20}" + "".join(f"{method:>22}" for method in scores.methods))
        for name in [*names, None]:
            shown = [name] if name else names
            cells = (_cell(scores, method, count, moments, *shown) for method in scores.methods)
            print(f"{name or 'mean':20}" + "".join(f"{cell:>22}" for cell in cells))
        aside = [name for name in names if name in ASIDE]
        if aside:
            cells = (_cell(scores, method, count, moments, *aside) for method in scores.methods)
            print(f"{'mean of those aside':20}" + "".join(f"{cell:>22}" for cell in cells))
        ranks = scores.ranks(count, evaluations)
        print(f"{'mean rank':20}" + "".join(f"{ranks[method]:>22.2f}" for method in scores.methods))
        cpu = (scores.seconds(method, count) for method in scores.methods)
        print(f"{'CPU ms, slowest':20}" + "".join(f"{f'{1e3 * a:.1f} / {1e3 * b:.0f}':>22}" for a, b in cpu))
        first = scores.methods[0]
        for method in scores.methods[1:]:
            wins, losses, ties, p = scores.duel(first, method, count, evaluations)
            print(f"{first} against {method}: {wins} wins, {losses} losses, {ties} ties, p = {p:.2g}")
            reached = scores.mean(method, count, evaluations)
            needed = scores.needed(first, count, reached)
            print(
                f"  {reached:.1f}, which {method} has after {evaluations}, {first} has after {needed or 'more'}"
            )


def _cell(scores: Scores, method: str, workers: int, moments: Sequence[int], *names: str) -> str:
    means = (fmean(scores.mean(method, workers, moment, name) for name in names) for moment in moments)
    return " / ".join(f"{mean:.1f}" for mean in means)


if __name__ == "__main__":
    main()
