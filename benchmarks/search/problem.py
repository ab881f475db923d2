"""What the algorithms are judged on: a space as in a config, a loss, its optimum, and what chance reaches."""

from __future__ import annotations

import math
import runpy
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from random import Random
from statistics import fmean
from typing import Any

from worker.search.space import Space
from worker.spec.check import check
from worker.spec.parameters import Value
from worker.spec.run import Draft, ParameterDraft, Run

Loss = Callable[[Mapping[str, Any]], float | None]
Outputs = Callable[[Mapping[str, Any]], Sequence[float]]

_DRAWS, _REPEATS = 10, 200  # points of a random search, and how often it is made to find the scale


@dataclass(frozen=True)
class Problem:
    """A loss over parameters. optimum: its least value; given: the mean of the best of ten random points, if known.

    outputs: what it prints as RESULT1 to RESULTn, of which the loss is the norm; None where it prints RESULT alone.
    """

    name: str
    parameters: Mapping[str, Mapping[str, object]]
    loss: Loss
    optimum: float
    given: float | None = None
    outputs: Outputs | None = None

    def run(self, algorithm: str) -> Run:
        """The run that asks for it. Raises ValueError where its parameters are none."""
        drafts = []
        for name, table in self.parameters.items():
            settings = {key: value for key, value in table.items() if key != "type"}
            drafts.append(ParameterDraft(name, str(table["type"]), settings))
        values = {"run.name": "judged", "run.objective": "unused", "search.algorithm": algorithm}
        checked = check(Draft(values, tuple(drafts)))
        if checked.run is None:
            raise ValueError(f"The problem {self.name} has no valid parameters: {checked.problems}")
        return checked.run

    def space(self) -> Space:
        """Its search space."""
        run = self.run("hyperopt.rand.suggest")
        return Space(run.parameters, run.precision)

    @cached_property
    def scale(self) -> float:
        """The mean of the best of ten random points; found by random search where it is not given."""
        if self.given is not None:
            return self.given
        generator = Random(self.name)
        space = self.space()
        bests = (_best_of(space, self.loss, generator) for _ in range(_REPEATS))
        return fmean(best for best in bests if math.isfinite(best))

    def regret(self, best: float) -> float:
        """100 x (best - optimum) / (scale - optimum): 0 at the optimum, about 100 for ten random points."""
        return 100 * (best - self.optimum) / (self.scale - self.optimum)


def _best_of(space: Space, loss: Loss, generator: Random) -> float:
    losses = (loss(space.named(space.draw(generator))) for _ in range(_DRAWS))
    return min((value for value in losses if usable(value)), default=math.inf)


def usable(loss: float | None) -> bool:
    """Whether an evaluation gave a number."""
    return loss is not None and math.isfinite(loss)


def from_file(path: Path) -> list[Problem]:
    """The PROBLEMS of a Python file; `scale` may be left out. Raises KeyError where one lacks something else."""
    problems: Mapping[str, Mapping[str, Any]] = runpy.run_path(str(path))["PROBLEMS"]
    return [
        Problem(name, given["parameters"], given["loss"], float(given["optimum"]), given.get("scale"))
        for name, given in problems.items()
    ]


def uniform(low: float, high: float) -> dict[str, object]:
    """A real parameter."""
    return {"type": "hp.uniform", "min": low, "max": high}


def log_uniform(low: float, high: float) -> dict[str, object]:
    """A real parameter on a logarithmic scale, from low to high."""
    return {"type": "hp.loguniform", "min": math.log(low), "max": math.log(high)}


def integer(low: int, high: int) -> dict[str, object]:
    """An integer parameter."""
    return {"type": "hp.uniformint", "min": low, "max": high}


def choice(values: Iterable[Value]) -> dict[str, object]:
    """A categorical parameter."""
    return {"type": "hp.choice", "values": [str(value) for value in values]}


def norm_of(outputs: Outputs) -> Loss:
    """The loss of a program that prints these as RESULT1 and so on."""
    return lambda values: math.hypot(*outputs(values))


def several(
    name: str, parameters: Mapping[str, Mapping[str, object]], outputs: Outputs, optimum: float
) -> Problem:
    """A problem of which several results are seen, not only their norm."""
    return Problem(name, parameters, norm_of(outputs), optimum, outputs=outputs)
