"""How close to the optimum the search comes, beside hyperopt's own fmin over its own parameter types."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from statistics import fmean
from typing import Any

import numpy as np
from harness import machine, options, table
from hyperopt import Trials, anneal, fmin, hp, mix, rand, tpe

from worker.search.searcher import make_searcher
from worker.spec.check import check
from worker.spec.run import Draft, ParameterDraft, Run

Objective = Callable[[Mapping[str, Any]], Any]


@dataclass(frozen=True)
class Task:
    """A function to minimise: its parameters as ours and as hyperopt's, and its least value."""

    name: str
    ours: Mapping[str, tuple[str, Mapping[str, object]]]
    theirs: Mapping[str, object]
    objective: Objective
    least: float


def main() -> None:
    """Minimise every function with every algorithm and seed, and print the table."""
    parser = options(__doc__, repeats=10)
    parser.add_argument("--evaluations", type=int, default=100, help="of one run (%(default)s)")
    asked = parser.parse_args()
    logging.getLogger("hyperopt").setLevel(logging.WARNING)
    print(machine())
    print(
        f"Mean regret in % of a random point's, {asked.repeats} seeds, {asked.evaluations} evaluations one after another."
    )
    tasks = [quadratic(), branin(), hartmann(), rosenbrock(), training(), counting()]
    rows = []
    for name, algorithm in ALGORITHMS.items():
        means = []
        for task in tasks:
            scale = typical(task) / 100
            regrets = [
                (
                    (minimise(task, name, seed, asked.evaluations) - task.least) / scale,
                    (fmin_minimise(task, algorithm, seed, asked.evaluations) - task.least) / scale,
                )
                for seed in range(asked.repeats)
            ]
            means.append(_means(regrets))
            rows.append((f"{name}, {task.name}", *_figures(means[-1])))
        rows.append((f"{name}, mean of all", *_figures(_means(means))))
    table(rows, ("algorithm, function", "OmniOpt", "hyperopt's fmin"))


def _means(pairs: Sequence[tuple[float, float]]) -> tuple[float, float]:
    return fmean(ours for ours, _ in pairs), fmean(theirs for _, theirs in pairs)


def _figures(pair: tuple[float, float]) -> tuple[str, str]:
    return f"{pair[0]:.2f}", f"{pair[1]:.2f}"


SHARES = [(0.6, partial(tpe.suggest, verbose=False)), (0.3, anneal.suggest), (0.1, rand.suggest)]
ALGORITHMS = {
    "hyperopt.rand.suggest": rand.suggest,
    "tpe.suggest": partial(tpe.suggest, verbose=False),
    "anneal.suggest": anneal.suggest,
    "mix.suggest": partial(mix.suggest, p_suggest=SHARES),
}


def minimise(task: Task, algorithm: str, seed: int, evaluations: int) -> float:
    """The least value that our search finds."""
    searcher = make_searcher(run_of(task, algorithm), seed)
    best = math.inf
    for number in range(evaluations):
        point = searcher.ask(number)
        if point is None:
            break
        loss = task.objective(point)
        searcher.tell(number, loss)
        best = min(best, loss)
    return best


def fmin_minimise(task: Task, algorithm: object, seed: int, evaluations: int) -> float:
    """The least value that hyperopt's fmin finds."""
    trials = Trials()
    fmin(
        task.objective,
        dict(task.theirs),
        algo=algorithm,
        max_evals=evaluations,
        trials=trials,
        rstate=np.random.default_rng(seed),
        show_progressbar=False,
    )
    return float(min(trials.losses()))


def typical(task: Task) -> float:
    """The mean regret of random points."""
    searcher = make_searcher(run_of(task, "hyperopt.rand.suggest", allow_repeats=True), 0)
    losses = [task.objective(point) for number in range(2000) if (point := searcher.ask(number))]
    return fmean(losses) - task.least


def run_of(task: Task, algorithm: str, allow_repeats: bool = False) -> Run:
    """The run that asks for a task."""
    values = {
        "run.name": "quality",
        "run.objective": "unused",
        "search.algorithm": algorithm,
        "search.allow_repeats": allow_repeats,
    }
    parameters = (ParameterDraft(name, kind, settings) for name, (kind, settings) in task.ours.items())
    run = check(Draft(values, tuple(parameters))).run
    assert run is not None
    return run


def uniform(low: float, high: float) -> tuple[str, dict[str, object]]:
    return "hp.uniform", {"min": low, "max": high}


def quadratic() -> Task:
    """One parameter, one hollow."""
    return Task(
        "quadratic, 1 real",
        {"x": uniform(-5, 5)},
        {"x": hp.uniform("x", -5, 5)},
        lambda point: (point["x"] - 1.234) ** 2,
        0.0,
    )


def branin() -> Task:
    """Two reals, three equal optima."""

    def value(point: Mapping[str, Any]) -> Any:
        x, y = point["x"], point["y"]
        hollow = y - 5.1 / (4 * math.pi**2) * x**2 + 5 / math.pi * x - 6
        return hollow**2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10

    return Task(
        "Branin, 2 reals",
        {"x": uniform(-5, 10), "y": uniform(0, 15)},
        {"x": hp.uniform("x", -5, 10), "y": hp.uniform("y", 0, 15)},
        value,
        0.397887,
    )


def rosenbrock() -> Task:
    """Four reals, a bent valley."""
    names = [f"x{index}" for index in range(4)]

    def value(point: Mapping[str, Any]) -> Any:
        numbers = [point[name] for name in names]
        return math.log1p(sum(100 * (b - a * a) ** 2 + (1 - a) ** 2 for a, b in pairwise(numbers)))

    return Task(
        "Rosenbrock (log), 4 reals",
        {name: uniform(-2, 2) for name in names},
        {name: hp.uniform(name, -2, 2) for name in names},
        value,
        0.0,
    )


def hartmann() -> Task:
    """Six reals, four hollows."""
    heights = [1.0, 1.2, 3.0, 3.2]
    widths = [
        [10, 3, 17, 3.5, 1.7, 8],
        [0.05, 10, 17, 0.1, 8, 14],
        [3, 3.5, 1.7, 10, 17, 8],
        [17, 8, 0.05, 10, 0.1, 14],
    ]
    places = [
        [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
        [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
        [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650],
        [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
    ]
    names = [f"x{index}" for index in range(6)]

    def value(point: Mapping[str, Any]) -> Any:
        numbers = [point[name] for name in names]
        return -sum(
            height * math.exp(-sum(w * (x - p) ** 2 for w, p, x in zip(width, place, numbers, strict=True)))
            for height, width, place in zip(heights, widths, places, strict=True)
        )

    return Task(
        "Hartmann, 6 reals",
        {name: uniform(0, 1) for name in names},
        {name: hp.uniform(name, 0, 1) for name in names},
        value,
        -3.32237,
    )


def training() -> Task:
    """What a training script looks like: rate, batch size, layers, dropout, optimiser."""
    penalty = {"adam": 0.0, "sgd": 0.3, "rmsprop": 0.15}

    def value(point: Mapping[str, Any]) -> Any:
        optimiser = str(point["optimiser"])
        return (
            (math.log10(point["rate"]) + 3) ** 2 / 4
            + abs(math.log2(point["batch"]) - 6) / 4
            + abs(point["layers"] - 7) / 10
            + 2 * abs(point["dropout"] - 0.3)
            + penalty[optimiser]
        )

    layers = {"min": 1, "max": 20}
    return Task(
        "training, 5 mixed",
        {
            "rate": ("hp.loguniform", {"min": -14, "max": 0}),
            "batch": ("hp.qloguniform", {"min": math.log(8), "max": math.log(1024), "q": 8}),
            "layers": ("hp.uniformint", layers),
            "dropout": ("hp.quniform", {"min": 0, "max": 0.9, "q": 0.1}),
            "optimiser": ("hp.pchoice", {"values": [["adam", 50], ["sgd", 30], ["rmsprop", 20]]}),
        },
        {
            "rate": hp.loguniform("rate", -14, 0),
            "batch": hp.qloguniform("batch", math.log(8), math.log(1024), 8),
            "layers": hp.uniformint("layers", 1, 20),
            "dropout": hp.quniform("dropout", 0, 0.9, 0.1),
            "optimiser": hp.pchoice("optimiser", [(0.5, "adam"), (0.3, "sgd"), (0.2, "rmsprop")]),
        },
        value,
        0.0,
    )


def counting() -> Task:
    """Integers and categories only, with points enough that some come again."""
    names = ["a", "b", "c"]
    kinds = ["x", "y", "z", "w"]

    def value(point: Mapping[str, Any]) -> Any:
        distance = sum(abs(point[name] - wanted) for name, wanted in zip(names, (3, 11, 17), strict=True))
        return distance / 20 + kinds.index(str(point["kind"])) / 4

    return Task(
        "counting, 3 integers, 1 choice",
        {name: ("hp.randint", {"max": 20}) for name in names} | {"kind": ("hp.choice", {"values": kinds})},
        {name: hp.randint(name, 20) for name in names} | {"kind": hp.choice("kind", kinds)},
        value,
        0.0,
    )


if __name__ == "__main__":
    main()
