"""Proposes the next trial: two models take turns, and keep away from what runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from worker.search.auto.encoding import Encoding
from worker.search.auto.maximiser import Maximiser
from worker.search.auto.posterior import Improvement
from worker.search.auto.surrogate import STYLES, Surrogate
from worker.search.auto.warps import filled
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
        # By number, so that it does not matter in which order they were told.
        order = np.argsort(np.array(history.numbers))
        columns = [np.array(column)[order] for column in history.columns]
        rows = self._encoding.snap(self._encoding.rows(columns))
        ended = np.flatnonzero(np.array(history.ended)[order])
        running = rows[np.delete(np.arange(len(rows)), ended)][-_MOST_RUNNING:]
        losses = filled(np.array(history.losses)[order][ended])
        surrogate = self._surrogates[len(rows) % len(self._surrogates)]
        improvement = self._improvement(surrogate, rows[ended], losses, running)
        maximiser = Maximiser(self._encoding, improvement, self._encoding.keys(rows), running)
        parents = rows[ended[np.argsort(losses, kind="stable")]]
        best, _ = maximiser.maximum(parents, np.random.default_rng(seed))
        return self._encoding.latents(best)

    def _improvement(
        self, surrogate: Surrogate, rows: Floats, losses: Floats, running: Floats
    ) -> Improvement:
        posterior, best = surrogate.posterior(rows, losses)
        if not len(running):
            return posterior.improvement(best)
        half = np.random.default_rng(0).standard_normal((len(running), _FANTASIES // 2))
        return posterior.improvement_beside(running, best, np.hstack([half, -half]))
