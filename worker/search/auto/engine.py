"""Proposes the next trial: three models take turns, and keep away from what runs."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from worker.search.auto.encoding import Encoding
from worker.search.auto.maximiser import Maximiser
from worker.search.auto.posterior import Improvement, Posterior
from worker.search.auto.shift import Shift
from worker.search.auto.surrogate import STYLES, Surrogate
from worker.search.auto.turned import Turned
from worker.search.auto.warps import Unit, filled
from worker.search.expectation import Expectation
from worker.search.history import History
from worker.spec.dimension import AnyDimension

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

_FANTASIES = 8  # joint draws of what the running trials may come to, in pairs of opposite sign
_MOST_RUNNING = 64  # trials that are taken into account while they run, the latest
_TURNED_EVERY = 3  # trials, where a model in turned coordinates has enough to go by
_TURNED_WORDS = "Gaussian process in coordinates that are turned as the best results lie"


class Auto:
    """Latent values where the expected improvement is greatest, from the history and a seed alone."""

    def __init__(self, dimensions: Sequence[AnyDimension]) -> None:
        self._encoding = Encoding.of(dimensions)
        self._surrogates = [Surrogate(self._encoding, style) for style in STYLES]
        self._shift = Shift(self._encoding)

    def latents(self, history: History, number: int, seed: int) -> list[float]:
        """The latent values of trial `number`; at least FIRST results must be known."""
        model = self._model(history)
        known = model.known
        keys = model.encoding.keys(known.proposed)
        maximiser = Maximiser(model.encoding, model.improvement(), keys, known.running)
        parents = known.rows[np.argsort(known.losses, kind="stable")]
        row, _ = maximiser.maximum(parents, np.random.default_rng(seed))
        return self._encoding.latents(model.back(row))

    def expectation(self, history: History, latents: Sequence[float]) -> Expectation:
        """What the model that is to propose the next trial expects of a point; at least FIRST results must be known."""
        model = self._model(history)
        row = model.into(self._encoding.snap(self._encoding.rows([np.array([latent]) for latent in latents])))
        mean, deviation = model.posterior.predicted(row[0])
        improvement = math.exp(float(model.improvement()(row)[0]))
        beaten = model.unit.loss(model.best)
        return Expectation(
            model=model.words,
            mean=model.unit.loss(mean),
            low=model.unit.loss(mean - deviation),
            high=model.unit.loss(mean + deviation),
            best=beaten,
            improvement=beaten - model.unit.loss(model.best - improvement),
            results=len(model.known.losses),
            running=len(model.known.running),
        )

    def _model(self, history: History) -> _Model:
        """The model whose turn it is."""
        known = self._known(history)
        count = len(known.proposed)
        if count % _TURNED_EVERY == 0 and Turned.is_usable(self._encoding, known.rows, known.losses):
            return self._turned_model(Turned(self._encoding, known.rows, known.losses), known)
        surrogate = self._surrogates[count % len(self._surrogates)]
        posterior, best = surrogate.posterior(known.rows, known.losses, len(known.running))
        unit = surrogate.unit(known.losses)
        return _Model(surrogate.words, self._encoding, posterior, best, unit, known, _same, _same)

    def _turned_model(self, turned: Turned, known: _Known) -> _Model:
        posterior, losses = turned.posterior(STYLES[0].warp)
        seen = _Known(
            turned.coordinates(known.proposed),
            np.clip(turned.known, 0.0, 1.0),
            turned.losses,
            turned.coordinates(known.running[turned.alike(known.running)]),
        )
        best = float(posterior.means_at_results().min())
        unit = Unit(losses, STYLES[0].warp(losses))
        return _Model(
            _TURNED_WORDS,
            turned.encoding,
            posterior,
            best,
            unit,
            seen,
            turned.coordinates,
            lambda coordinates: self._encoding.snap(turned.row(coordinates)[None])[0],
        )

    def _known(self, history: History) -> _Known:
        # By number, so that it does not matter in which order they were told.
        order = np.argsort(np.array(history.numbers))
        columns = [np.array(column)[order] for column in history.columns]
        rows = self._encoding.snap(self._encoding.rows(columns))
        ended = np.flatnonzero(np.array(history.ended)[order])
        running = rows[np.delete(np.arange(len(rows)), ended)][-_MOST_RUNNING:]
        losses = filled(np.array(history.losses)[order][ended])
        foreign = np.array(history.foreign, dtype=bool)[order][ended]
        losses = self._shift.moved(rows[ended], losses, foreign)
        return _Known(rows, rows[ended], losses, running)


@dataclass(frozen=True)
class _Known:
    """What a proposal is made from. proposed: all rows. rows, losses: those that have ended. running: the latest others."""

    proposed: Floats
    rows: Floats
    losses: Floats
    running: Floats


@dataclass(frozen=True)
class _Model:
    """A model with what is known, in its own coordinates. best: what has to be beaten. into, back: its coordinates' rows, and a row's."""

    words: str
    encoding: Encoding
    posterior: Posterior
    best: float
    unit: Unit
    known: _Known
    into: Callable[[Floats], Floats]
    back: Callable[[Floats], Floats]

    def improvement(self) -> Improvement:
        """How likely an improvement is, beside what runs."""
        running = self.known.running
        if not len(running):
            return self.posterior.improvement(self.best)
        half = np.random.default_rng(0).standard_normal((len(running), _FANTASIES // 2))
        return self.posterior.improvement_beside(running, self.best, np.hstack([half, -half]))


def _same(rows: Floats) -> Floats:
    return rows
