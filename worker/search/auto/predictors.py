"""What a model that has its turn says, in the unit of the results: of one loss, or of the norm of several results."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from worker.search.auto.composite import NormPosterior
from worker.search.auto.posterior import Improvement, Posterior
from worker.search.auto.warps import Unit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_FANTASIES = 8  # joint draws of what the running trials may come to, in pairs of opposite sign


@dataclass(frozen=True)
class Prediction:
    """Of a point, as `Expectation` has it."""

    mean: float
    low: float
    high: float
    best: float
    improvement: float


class Predictor(Protocol):
    """Says where an improvement is likely."""

    def improvement(self, running: Floats) -> Improvement:
        """How likely it is beside rows (m, d) that run."""
        ...

    def prediction(self, row: Floats, running: Floats) -> Prediction:
        """What is expected at one row."""
        ...


class OfLoss:
    """A process of the losses. best: what has to be beaten. unit: the way back to losses."""

    def __init__(self, posterior: Posterior, best: float, unit: Unit) -> None:
        self._posterior, self._best, self._unit = posterior, best, unit

    def improvement(self, running: Floats) -> Improvement:
        """How likely it is beside rows (m, d) that run."""
        if not len(running):
            return self._posterior.improvement(self._best)
        return self._posterior.improvement_beside(running, self._best, opposite((len(running),)))

    def prediction(self, row: Floats, running: Floats) -> Prediction:
        """What is expected at one row."""
        mean, deviation = self._posterior.predicted(row)
        improvement = math.exp(float(self.improvement(running)(row[None])[0]))
        beaten = self._unit.loss(self._best)
        return Prediction(
            mean=self._unit.loss(mean),
            low=self._unit.loss(mean - deviation),
            high=self._unit.loss(mean + deviation),
            best=beaten,
            improvement=beaten - self._unit.loss(self._best - improvement),
        )


class OfNorm:
    """Processes of several results, whose norm is the loss."""

    def __init__(self, posterior: NormPosterior) -> None:
        self._posterior, self._best = posterior, posterior.best()

    def improvement(self, running: Floats) -> Improvement:
        """How likely it is beside rows (m, d) that run."""
        if not len(running):
            return self._posterior.improvement(self._best)
        draws = opposite((len(running), self._posterior.processes))
        return self._posterior.improvement_beside(running, self._best, draws)

    def prediction(self, row: Floats, running: Floats) -> Prediction:
        """What is expected at one row."""
        drawn, loss = self._posterior.drawn(row), self._posterior.residuals.loss
        mean, deviation = float(drawn.mean()), float(drawn.std())
        return Prediction(
            mean=loss(mean),
            low=loss(max(mean - deviation, 0.0)),
            high=loss(mean + deviation),
            best=loss(self._best),
            improvement=loss(math.exp(float(self.improvement(running)(row[None])[0]))),
        )


def opposite(shape: tuple[int, ...]) -> Floats:
    """Standard normal draws, half of them the others with the opposite sign; the fantasies are the second axis."""
    half = np.random.default_rng(0).standard_normal((shape[0], _FANTASIES // 2, *shape[1:]))
    return np.concatenate([half, -half], axis=1)
