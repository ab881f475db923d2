"""Proposes the next trial: several models take turns, and keep away from what runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

from worker.search.auto.allowed import Allowed
from worker.search.auto.composite import Composite
from worker.search.auto.conditional import ConditionalEncoding
from worker.search.auto.encoding import Encoding
from worker.search.auto.known import Known, Reader
from worker.search.auto.maximiser import Maximiser
from worker.search.auto.predictors import OfLoss, OfNorm, Predictor
from worker.search.auto.residuals import are_residuals
from worker.search.auto.surrogate import STYLES, Surrogate
from worker.search.auto.turned import Turned
from worker.search.auto.warps import Unit
from worker.search.expectation import Expectation
from worker.search.history import History
from worker.search.space import Space
from worker.spec.dimension import AnyDimension
from worker.spec.text import counted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

_TURNED_EVERY = 3  # trials, where a model in turned coordinates has enough to go by
_TURNED_WORDS = "Gaussian process in coordinates that are turned as the best results lie"
# Every so many trials, the norm of several results is modelled alone: of residuals, and of costs, whose sign never changes
# and which may be seen better as one number.
_PLAIN_EVERY, _PLAIN_EVERY_OF_COSTS = 4, 2


class Auto:
    """Latent values where the expected improvement is greatest, from the history and a seed alone."""

    def __init__(self, dimensions: Sequence[AnyDimension], space: Space | None = None) -> None:
        """space: what the dimensions belong to, where some exist only under conditions, or constraints are to be kept."""
        self._conditional = space is not None and space.rules.conditional
        self._encoding = (
            ConditionalEncoding(space) if space and self._conditional else Encoding.of(dimensions)
        )
        self._allowed = Allowed(space, self._encoding) if space and space.rules.constraints else None
        self._surrogates = [Surrogate(self._encoding, style) for style in STYLES]
        self._composite = Composite(self._encoding, STYLES[0].level(self._encoding.size))
        self._reader = Reader(self._encoding)

    def latents(self, history: History, number: int, seed: int) -> list[float]:
        """The latent values of trial `number`; at least FIRST results must be known."""
        model = self._model(history)
        known = model.known
        keys = model.encoding.keys(known.proposed)
        improvement = model.predictor.improvement(known.running)
        allowed = None if self._allowed is None else self._allowed.after(model.back)
        maximiser = Maximiser(model.encoding, improvement, keys, known.running, allowed)
        parents = known.rows[np.argsort(known.losses, kind="stable")]
        row, _ = maximiser.maximum(parents, np.random.default_rng(seed))
        return self._encoding.latents(model.back(row))

    def expectation(self, history: History, latents: Sequence[float]) -> Expectation:
        """What the model that is to propose the next trial expects of a point; at least FIRST results must be known."""
        model = self._model(history)
        row = model.into(self._encoding.snap(self._encoding.rows([np.array([latent]) for latent in latents])))
        prediction = model.predictor.prediction(row[0], model.known.running)
        return Expectation(
            model=model.words,
            results=len(model.known.losses),
            running=len(model.known.running),
            **asdict(prediction),
        )

    def catch_up(self, history: History) -> None:
        """Fit the models that are fitted from one proposal to the next; at least FIRST results must be known."""
        known = self._reader.known(history)
        for surrogate in self._surrogates:
            surrogate.posterior(known.rows, known.losses, len(known.running))
        if known.vectors.shape[1]:
            self._composite.posterior(known.rows, known.vectors, len(known.running))

    def _model(self, history: History) -> _Model:
        """The model whose turn it is."""
        known = self._reader.known(history)
        count, results = len(known.proposed), known.vectors.shape[1]
        if results:
            plain_every = _PLAIN_EVERY if are_residuals(known.vectors) else _PLAIN_EVERY_OF_COSTS
            if count % plain_every:
                return self._composite_model(known, results)
            count //= plain_every
        if self._may_turn(count) and Turned.is_usable(self._encoding, known.rows, known.losses):
            return self._turned_model(Turned(self._encoding, known.rows, known.losses), known)
        surrogate = self._surrogates[count % len(self._surrogates)]
        posterior, best = surrogate.posterior(known.rows, known.losses, len(known.running))
        predictor = OfLoss(posterior, best, surrogate.unit(known.losses))
        return _Model(surrogate.words, self._encoding, predictor, known, _same, _same)

    def _may_turn(self, count: int) -> bool:
        """Whether it is the turned model's turn, which knows no coordinates that do not exist."""
        return count % _TURNED_EVERY == 0 and not self._conditional

    def _composite_model(self, known: Known, results: int) -> _Model:
        predictor = OfNorm(self._composite.posterior(known.rows, known.vectors, len(known.running)))
        words = f"Gaussian process of each of {counted(results, 'result')}, for their norm"
        return _Model(words, self._encoding, predictor, known, _same, _same)

    def _turned_model(self, turned: Turned, known: Known) -> _Model:
        posterior, losses = turned.posterior(STYLES[0].warp)
        seen = Known(
            turned.coordinates(known.proposed),
            np.clip(turned.known, 0.0, 1.0),
            turned.losses,
            np.empty((len(turned.losses), 0)),
            turned.coordinates(known.running[turned.alike(known.running)]),
        )
        best = float(posterior.means_at_results().min())
        unit = Unit(losses, STYLES[0].warp(losses))
        return _Model(
            _TURNED_WORDS,
            turned.encoding,
            OfLoss(posterior, best, unit),
            seen,
            turned.coordinates,
            lambda coordinates: self._encoding.snap(turned.row(coordinates)[None])[0],
        )


@dataclass(frozen=True)
class _Model:
    """A model with what is known, in its own coordinates. into, back: its coordinates' rows, and a row's."""

    words: str
    encoding: Encoding
    predictor: Predictor
    known: Known
    into: Callable[[Floats], Floats]
    back: Callable[[Floats], Floats]


def _same(rows: Floats) -> Floats:
    return rows
