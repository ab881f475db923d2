"""One run of one method on one problem, with workers in simulated time."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from random import Random

from methods import make_method
from problem import Problem, usable

_SPREAD = 0.3  # of the logarithm of an evaluation's duration


@dataclass(frozen=True)
class Outcome:
    """What a run came to. best: after each evaluation that ended (math.inf before the first success)."""

    problem: str
    method: str
    workers: int
    seed: int
    best: tuple[float, ...]
    seconds: float  # CPU of all proposals and results
    slowest: float  # CPU of the slowest proposal


def race(problem: Problem, method_name: str, workers: int, seed: int, evaluations: int) -> Outcome:
    """Evaluations take random times that are the same for all methods; results come when they end."""
    method = make_method(method_name, problem, seed)
    durations = Random(f"durations {seed}")
    ends: list[tuple[float, int]] = []
    losses: dict[int, float | None] = {}
    results: dict[int, Sequence[float]] = {}
    best, curve, slowest, spent, now = math.inf, [], 0.0, 0.0, 0.0
    for number in range(evaluations + workers):
        if number >= workers:
            now, ended = heappop(ends)
            begun = time.process_time()
            method.tell(ended, losses[ended], results.get(ended, ()))
            spent += time.process_time() - begun
            best = min(best, losses[ended] if usable(losses[ended]) else math.inf)  # type: ignore[type-var]
            curve.append(best)
        if number < evaluations:
            begun = time.process_time()
            values = method.ask(number)
            took = time.process_time() - begun
            spent, slowest = spent + took, max(slowest, took)
            losses[number] = problem.loss(values)
            if problem.outputs:
                results[number] = problem.outputs(values)
            heappush(ends, (now + math.exp(durations.gauss(0, _SPREAD)), number))
        if not ends:
            break
    return Outcome(problem.name, method_name, workers, seed, tuple(curve), spent, slowest)
