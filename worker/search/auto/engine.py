"""Proposes the next trial: two models take turns, and keep away from what runs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from worker.search.auto.encoding import Encoding
from worker.search.auto.maximiser import Maximiser
from worker.search.auto.posterior import Improvement, Posterior
from worker.search.auto.surrogate import STYLES, Surrogate
from worker.search.auto.warps import filled
from worker.search.expectation import Expectation
from worker.search.history import History
from worker.spec.dimension import AnyDimension

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

_FANTASIES = 8  # joint draws of what the running trials may come to, in pairs of opposite sign
_MOST_RUNNING = 64  # trials that are taken into account while they run, the latest


class Auto:
    """Latent values where the expected improvement is greatest, from the history and a seed alone."""

    def __init__(self, dimensions: Sequence[AnyDimension]) -> None:
        self._encoding = Encoding(dimensions)
        self._surrogates = [Surrogate(self._encoding, style) for style in STYLES]

    def latents(self, history: History, number: int, seed: int) -> list[float]:
        """The latent values of trial `number`; at least FIRST results must be known."""
        known = self._known(history)
        posterior, best = self._turn(known).posterior(known.rows, known.losses)
        maximiser = Maximiser(
            self._encoding,
            _improvement(posterior, best, known),
            self._encoding.keys(known.proposed),
            known.running,
        )
        parents = known.rows[np.argsort(known.losses, kind="stable")]
        row, _ = maximiser.maximum(parents, np.random.default_rng(seed))
        return self._encoding.latents(row)

    def expectation(self, history: History, latents: Sequence[float]) -> Expectation:
        """What the model that is to propose the next trial expects of a point; at least FIRST results must be known."""
        known = self._known(history)
        surrogate = self._turn(known)
        posterior, best = surrogate.posterior(known.rows, known.losses)
        row = self._encoding.snap(self._encoding.rows([np.array([latent]) for latent in latents]))
        mean, deviation = posterior.predicted(row[0])
        improvement = math.exp(float(_improvement(posterior, best, known)(row)[0]))
        unit = surrogate.unit(known.losses)
        beaten = unit.loss(best)
        return Expectation(
            model=surrogate.words,
            mean=unit.loss(mean),
            low=unit.loss(mean - deviation),
            high=unit.loss(mean + deviation),
            best=beaten,
            improvement=beaten - unit.loss(best - improvement),
            results=len(known.losses),
            running=len(known.running),
        )

    def _known(self, history: History) -> _Known:
        # By number, so that it does not matter in which order they were told.
        order = np.argsort(np.array(history.numbers))
        columns = [np.array(column)[order] for column in history.columns]
        rows = self._encoding.snap(self._encoding.rows(columns))
        ended = np.flatnonzero(np.array(history.ended)[order])
        running = rows[np.delete(np.arange(len(rows)), ended)][-_MOST_RUNNING:]
        losses = filled(np.array(history.losses)[order][ended])
        return _Known(rows, rows[ended], losses, running)

    def _turn(self, known: _Known) -> Surrogate:
        return self._surrogates[len(known.proposed) % len(self._surrogates)]


@dataclass(frozen=True)
class _Known:
    """What a proposal is made from. proposed: all rows. rows, losses: those that have ended. running: the latest others."""

    proposed: Floats
    rows: Floats
    losses: Floats
    running: Floats


def _improvement(posterior: Posterior, best: float, known: _Known) -> Improvement:
    if not len(known.running):
        return posterior.improvement(best)
    half = np.random.default_rng(0).standard_normal((len(known.running), _FANTASIES // 2))
    return posterior.improvement_beside(known.running, best, np.hstack([half, -half]))
