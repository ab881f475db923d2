"""Learning curves: the values that a program prints one after the other while it runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from worker.report.data.scale_choice import Kind, choose_clipped
from worker.report.data.summary import best_first
from worker.spec.run import Run
from worker.trial import Trial

MOST_CURVES = 30
MOST_POINTS = 80


@dataclass(frozen=True)
class Curve:
    """The printed values of one evaluation; steps count the RESULT lines from 1."""

    trial: Trial
    steps: list[int]
    values: list[float]


def choose(trials: Iterable[Trial], run: Run) -> list[Curve]:
    """The curves of the best evaluations and of an even choice of the others, the best first.

    [] where no program printed more than one RESULT.
    """
    printed = best_first((trial for trial in trials if len(trial.curve) > 1), run)
    if len(printed) > MOST_CURVES:
        half = MOST_CURVES // 2
        others = printed[half:]
        printed = printed[:half] + [others[at * len(others) // half] for at in range(half)]
    return [_curve(trial) for trial in printed]


def scale(lines: Iterable[Curve], run: Run) -> tuple[Kind, float | None]:
    """The scale on which most of the curves is seen, and the value beyond which they lie on the edge, if any."""
    return choose_clipped([value for line in lines for value in line.values], run.maximises)


def _curve(trial: Trial) -> Curve:
    count = len(trial.curve)
    stride = -(-count // MOST_POINTS)
    indices = [*range(0, count - 1, stride), count - 1]
    return Curve(trial, [index + 1 for index in indices], [trial.curve[index][1] for index in indices])
