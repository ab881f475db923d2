"""Several results at once: the hypervolume that `auto` and Optuna's samplers reach on known fronts and on a real table.

    python benchmarks/pareto.py --store outcomes.json               # all problems, all methods, three seeds
    python benchmarks/pareto.py --problems zdt1 --methods auto --seeds 1
    python benchmarks/pareto.py --make-table                        # the real table, anew

ZDT1 to ZDT3 are those of Zitzler, Deb and Thiele (2000) with eight parameters, DTLZ2 that of Deb, Thiele, Laumanns and Zitzler (2002) with six
parameters and three results. `forest` is a table of extremely randomised trees on scikit-learn's digits: error in cross-validation and the time
that it took. Hypervolumes are shares of that of the whole front, or of the best of the table, below a fixed reference point that no method is told.
It needs optuna, torch and, for the table, scikit-learn.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import itertools
import json
import math
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from heapq import heappop, heappush
from importlib.metadata import version
from pathlib import Path
from random import Random
from statistics import fmean
from typing import Any, Protocol

import numpy as np
import optuna

from worker.search.boxes import hypervolume
from worker.search.searcher import make_searcher
from worker.spec.check import check
from worker.spec.distributions import Reals
from worker.spec.parameter_types import type_of
from worker.spec.run import Draft, ParameterDraft, Run

TABLE = Path(__file__).with_name("pareto_forest.csv.gz")
METHODS = ("auto", "optuna.gp", "optuna.tpe", "optuna.nsga2", "random")
EVALUATIONS = 100
_SPREAD = 0.3  # of the logarithm of an evaluation's duration
_FOREST = {
    "trees": (2, 4, 8, 16, 32, 64, 128),
    "depth": (4, 6, 8, 10, 14, 20),
    "features": (1, 2, 4, 8, 16),
    "leaf": (1, 2, 4),
}
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Problem:
    """Results of parameters, all to be small. best: the hypervolume of the whole front below the reference point."""

    name: str
    parameters: Mapping[str, Mapping[str, object]]
    results: Callable[[Values], tuple[float, ...]]
    reference: tuple[float, ...]
    best: float

    def run(self, algorithm: str) -> Run:
        """The run that asks for it; the reference point is left to the search."""
        drafts = [
            ParameterDraft(
                name, str(table["type"]), {key: part for key, part in table.items() if key != "type"}
            )
            for name, table in self.parameters.items()
        ]
        names = {f"f{place}": "min" for place in range(len(self.reference))}
        values = {
            "run.name": "judged",
            "run.objective": "unused",
            "search.algorithm": algorithm,
            "search.results": names,
        }
        checked = check(Draft(values, tuple(drafts)))
        if checked.run is None:
            raise ValueError(f"The problem {self.name} is none: {checked.problems}")
        return checked.run

    def share(self, results: Sequence[tuple[float, ...]]) -> float:
        """The hypervolume of results, of that of the whole front."""
        return hypervolume(np.array(results), np.array(self.reference)) / self.best


def _reals(count: int) -> dict[str, dict[str, object]]:
    return {f"x{place}": {"type": "real", "min": 0, "max": 1} for place in range(count)}


def _zdt(number: int) -> Callable[[Values], tuple[float, ...]]:
    def results(values: Values) -> tuple[float, ...]:
        first, *others = (float(value) for value in values.values())
        g = 1 + 9 * fmean(others)
        share = first / g
        tails = {
            1: 1 - math.sqrt(share),
            2: 1 - share**2,
            3: 1 - math.sqrt(share) - share * math.sin(10 * math.pi * first),
        }
        return first, g * tails[number]

    return results


def _dtlz2(values: Values) -> tuple[float, ...]:
    first, second, *others = (float(value) for value in values.values())
    g = sum((value - 0.5) ** 2 for value in others)
    a, b = first * math.pi / 2, second * math.pi / 2
    return (1 + g) * math.cos(a) * math.cos(b), (1 + g) * math.cos(a) * math.sin(b), (1 + g) * math.sin(a)


def _below(results: Callable[[Values], tuple[float, ...]], reference: tuple[float, float]) -> float:
    """The hypervolume of the front of a ZDT problem, where all parameters but the first are 0: what lies above its stairs."""
    places = np.linspace(0, 1, 100_001)
    lowest = np.minimum.accumulate([results({"x0": x, "x1": 0.0})[1] for x in places.tolist()])
    heights = reference[1] - lowest
    return float((heights[:-1] + heights[1:]).mean() / 2 + (reference[0] - 1) * heights[-1])


def problems(chosen: Sequence[str]) -> Iterator[Problem]:
    """Those of these names; the real one where its table is."""
    for number in (number for number in (1, 2, 3) if f"zdt{number}" in chosen):
        results, reference = _zdt(number), (1.1, 1.1)
        yield Problem(f"zdt{number}", _reals(8), results, reference, _below(results, reference))
    if "dtlz2" in chosen:  # all but an eighth of the unit ball is dominated
        yield Problem("dtlz2", _reals(6), _dtlz2, (1.1, 1.1, 1.1), 1.1**3 - math.pi / 6)
    if "forest" in chosen and TABLE.exists():
        yield _forest()


def _forest() -> Problem:
    with gzip.open(TABLE, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    table = {
        tuple(row[name] for name in _FOREST): (float(row["error"]), float(row["seconds"])) for row in rows
    }
    points = np.array(list(table.values()))
    # What errs in more than a tenth is of no use.
    reference = (0.1, float(points[:, 1].max()))
    parameters = {
        name: {"type": "categorical", "values": list(map(str, options)), "ordered": True}
        for name, options in _FOREST.items()
    }

    def results(values: Values) -> tuple[float, ...]:
        return table[tuple(str(values[name]) for name in _FOREST)]

    return Problem("forest", parameters, results, reference, hypervolume(points, np.array(reference)))


def make_table() -> None:
    """Write the error and the time of every combination."""
    from sklearn.datasets import load_digits
    from sklearn.ensemble import ExtraTreesClassifier
    from sklearn.model_selection import cross_val_score

    images, digits = load_digits(return_X_y=True)
    with gzip.open(TABLE, "wt", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*_FOREST, "error", "seconds"])
        for trees, depth, features, leaf in itertools.product(*_FOREST.values()):
            model = ExtraTreesClassifier(
                trees, max_depth=depth, max_features=features, min_samples_leaf=leaf, random_state=0
            )
            begun = time.process_time()
            scores = cross_val_score(model, images, digits, cv=3)
            took = time.process_time() - begun
            writer.writerow(
                [trees, depth, features, leaf, round(1 - float(scores.mean()), 6), round(took, 4)]
            )


class Method(Protocol):
    """Proposes points; running ones are known to it."""

    def ask(self, number: int) -> Values:
        """The values of evaluation `number`."""
        ...

    def tell(self, number: int, results: tuple[float, ...]) -> None:
        """What it came to."""
        ...


class Ours:
    """A searcher of the worker."""

    def __init__(self, problem: Problem, algorithm: str, seed: int) -> None:
        self._searcher = make_searcher(problem.run(algorithm), seed)
        self._last: Values = {}

    def ask(self, number: int) -> Values:
        """Its point; the last one again where the space is used up."""
        self._last = self._searcher.ask(number) or self._last
        return self._last

    def tell(self, number: int, results: tuple[float, ...]) -> None:
        """As in a run that names its results."""
        self._searcher.tell(number, results[0], {f"f{place}": value for place, value in enumerate(results)})


class Optuna:
    """One of Optuna's samplers, with its defaults."""

    def __init__(self, problem: Problem, sampler: optuna.samplers.BaseSampler) -> None:
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self._study = optuna.create_study(directions=["minimize"] * len(problem.reference), sampler=sampler)
        self._space = problem.run("auto").parameters
        self._trials: dict[int, optuna.Trial] = {}

    def ask(self, number: int) -> Values:
        """The next trial of the study."""
        trial = self._trials[number] = self._study.ask()
        found: dict[str, Any] = {}
        for parameter in self._space:
            distribution = type_of(parameter).distribution(parameter)
            if isinstance(distribution, Reals):
                found[parameter.name] = trial.suggest_float(
                    parameter.name, distribution.low or 0, distribution.high or 1
                )
            else:  # by its place, so that it has an order for Optuna, too
                options = parameter.options
                found[parameter.name] = options[trial.suggest_int(parameter.name, 0, len(options) - 1)]
        return found

    def tell(self, number: int, results: tuple[float, ...]) -> None:
        """All results count."""
        self._study.tell(self._trials[number], list(results))


def make_method(name: str, problem: Problem, seed: int) -> Method:
    """The method of a name; Optuna's samplers as Optuna has them, not through ours."""
    samplers: Mapping[str, Callable[[], optuna.samplers.BaseSampler]] = {
        "optuna.tpe": lambda: optuna.samplers.TPESampler(seed=seed),
        "optuna.gp": lambda: optuna.samplers.GPSampler(seed=seed),
        "optuna.nsga2": lambda: optuna.samplers.NSGAIISampler(seed=seed),
    }
    if name in samplers:
        return Optuna(problem, samplers[name]())
    return Ours(problem, {"random": "hyperopt.rand.suggest"}.get(name, name), seed)


@dataclass(frozen=True)
class Outcome:
    """What a run came to. shares: of the hypervolume, after each quarter of the evaluations."""

    problem: str
    method: str
    workers: int
    seed: int
    shares: tuple[float, ...]
    seconds: float  # CPU of all proposals and results


def race(problem: Problem, name: str, workers: int, seed: int) -> Outcome:
    """Evaluations take random times that are the same for all methods; results come when they end."""
    method = make_method(name, problem, seed)
    durations = Random(f"durations {seed}")
    ends: list[tuple[float, int]] = []
    pending: dict[int, tuple[float, ...]] = {}
    known: list[tuple[float, ...]] = []
    shares, spent, now = [], 0.0, 0.0
    for number in range(EVALUATIONS + workers):
        if number >= workers:
            now, ended = heappop(ends)
            begun = time.process_time()
            method.tell(ended, pending[ended])
            spent += time.process_time() - begun
            known.append(pending.pop(ended))
            if 4 * len(known) % EVALUATIONS == 0:
                shares.append(problem.share(known))
        if number < EVALUATIONS:
            begun = time.process_time()
            values = method.ask(number)
            spent += time.process_time() - begun
            pending[number] = problem.results(values)
            heappush(ends, (now + math.exp(durations.gauss(0, _SPREAD)), number))
    return Outcome(problem.name, name, workers, seed, tuple(shares), spent)


def _listed(text: str) -> list[str]:
    return [part for part in text.split(",") if part]


def main() -> None:
    """Run what the command line says, and print the means."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--problems", type=_listed, default=["zdt1", "zdt2", "zdt3", "dtlz2", "forest"])
    parser.add_argument("--methods", type=_listed, default=list(METHODS))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument(
        "--store", type=Path, help="outcomes that are kept, so that an interrupted benchmark goes on"
    )
    parser.add_argument("--make-table", action="store_true")
    args = parser.parse_args()
    if args.make_table:
        make_table()
        return
    kept = json.loads(args.store.read_text()) if args.store and args.store.exists() else []
    outcomes = {
        (one["problem"], one["method"], one["workers"], one["seed"]): Outcome(
            **{**one, "shares": tuple(one["shares"])}
        )
        for one in kept
    }
    chosen = list(problems(args.problems))
    for seed, problem, method in itertools.product(range(args.seeds), chosen, args.methods):
        key = (problem.name, method, args.workers, seed)
        if key not in outcomes:
            outcomes[key] = race(problem, method, args.workers, seed)
            print(
                *key,
                *(f"{share:.3f}" for share in outcomes[key].shares),
                f"{outcomes[key].seconds:.0f} s",
                file=sys.stderr,
            )
            if args.store:
                args.store.write_text(json.dumps([asdict(one) for one in outcomes.values()]))
    _show(outcomes, [problem.name for problem in chosen], args)


def _show(
    outcomes: Mapping[tuple[str, str, int, int], Outcome], chosen: Sequence[str], args: argparse.Namespace
) -> None:
    print("| method |", " | ".join(chosen), "| mean |")
    print("| --- " * (len(chosen) + 2) + "|")
    for method in args.methods:
        means = [
            fmean(outcomes[problem, method, args.workers, seed].shares[-1] for seed in range(args.seeds))
            for problem in chosen
        ]
        print(f"| `{method}` |", " | ".join(f"{mean:.3f}" for mean in [*means, fmean(means)]), "|")
    packages = ", ".join(f"{name} {version(name)}" for name in ("optuna", "torch", "numpy", "scipy"))
    print(
        f"{args.seeds} seeds, {args.workers} workers, {EVALUATIONS} evaluations; {packages}, Python {sys.version.split()[0]}"
    )


if __name__ == "__main__":
    main()
