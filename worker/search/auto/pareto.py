"""Proposes trials where a front of several results is likely to gain most: one Gaussian process for each result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from worker.search.auto.allowed import Allowed
from worker.search.auto.conditional import ConditionalEncoding
from worker.search.auto.encoding import Encoding
from worker.search.auto.front_models import FrontModels, FrontPosterior
from worker.search.auto.known import MOST_RUNNING
from worker.search.auto.maximiser import Maximiser
from worker.search.auto.schedule import FIRST
from worker.search.auto.shift import Shift
from worker.search.auto.surrogate import STYLES
from worker.search.auto.warps import filled
from worker.search.boxes import non_dominated
from worker.search.expectation import Expectation, Foreseen
from worker.search.history import History
from worker.search.several_goals import Goals, ranked
from worker.search.space import Space
from worker.search.start_count import start_points
from worker.spec.text import counted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


_TURNS = 2  # trials, of which the first has a far reference point


@dataclass(frozen=True)
class _Known:
    """proposed: all rows. rows, vectors: those that have ended, and their results (n, m). running: the latest others."""

    proposed: Floats
    rows: Floats
    vectors: Floats
    running: Floats


class ParetoAuto:
    """Latent values where the expected gain in hypervolume is greatest, from the history and a seed alone."""

    def __init__(self, space: Space, goals: Goals) -> None:
        self._goals = goals
        self._encoding = (
            ConditionalEncoding(space) if space.rules.conditional else Encoding.of(space.dimensions)
        )
        self._allowed = Allowed(space, self._encoding) if space.rules.constraints else None
        reference = np.array(goals.reference)
        first = start_points(self._encoding.size)
        self._models = FrontModels(self._encoding, STYLES[0], reference, first)
        self._shifts = [Shift(self._encoding) for _ in goals.goals]

    def latents(self, history: History, number: int, seed: int) -> list[float]:
        """The latent values of trial `number`."""
        known = self._known(history)
        if len(known.vectors) < FIRST:  # others have ended, but lack one of the results
            return self._encoding.latents(self._encoding.draw(1, np.random.default_rng(seed))[0])
        gain = self._posterior(known).gain(known.running)
        keys = self._encoding.keys(known.proposed)
        maximiser = Maximiser(self._encoding, gain, keys, known.running, self._allowed)
        generator = np.random.default_rng(seed)
        front = known.rows[non_dominated(known.vectors)]
        row, _ = maximiser.maximum(generator.permutation(front), generator)
        return self._encoding.latents(row)

    def expectation(self, history: History, latents: Sequence[float]) -> Expectation | None:
        """What the models that are to propose the next trial expect of a point; None where too few trials have all results."""
        known = self._known(history)
        if len(known.vectors) < FIRST:
            return None
        posterior = self._posterior(known)
        row = self._encoding.snap(self._encoding.rows([np.array([latent]) for latent in latents]))
        gain = float(np.exp(posterior.gain(known.running)(row)[0]))
        foreseen = self._foreseen(posterior, row[0])
        return Expectation(
            model=f"Gaussian process of each of {counted(len(self._goals.goals), 'result')}, for their Pareto front",
            mean=foreseen[0].mean,
            low=foreseen[0].low,
            high=foreseen[0].high,
            best=float(known.vectors[:, 0].min()),
            improvement=gain / (posterior.volume or 1.0),
            results=len(known.vectors),
            running=len(known.running),
            others=foreseen[1:],
        )

    def catch_up(self, history: History) -> None:
        """Fit the models that are fitted from one proposal to the next."""
        known = self._known(history)
        if len(known.vectors) >= FIRST:
            self._posterior(known)

    def _posterior(self, known: _Known) -> FrontPosterior:
        """The models, by turns with a reference point that is far and one that is near."""
        far = len(known.proposed) % _TURNS == 0
        return self._models.posterior(known.rows, known.vectors, len(known.running), far)

    def _foreseen(self, posterior: FrontPosterior, row: Floats) -> tuple[Foreseen, ...]:
        """Predictions of all results, the main one as the search ranks it, and the others as they are printed."""
        means, deviations = posterior.predicted(row)
        found = []
        for place, goal in enumerate(self._goals.goals):
            at = [
                posterior.view.result(place, means[place] + side * deviations[place])
                for side in (0.0, -1.0, 1.0)
            ]
            mean, *ends = at if place == 0 else map(goal.rank, at)
            found.append(Foreseen(goal.name, mean, min(ends), max(ends)))
        return tuple(found)

    def _known(self, history: History) -> _Known:
        """By number, so that it does not matter in which order they were told."""
        order = np.argsort(np.array(history.numbers))
        columns = [np.array(column)[order] for column in history.columns]
        rows = self._encoding.snap(self._encoding.rows(columns))
        ended = np.array(history.ended, dtype=bool)[order]
        losses = np.array(history.losses)[order]
        vectors = np.full((len(rows), len(self._goals.goals)), np.inf)  # of what failed
        whole = np.ones(len(rows), dtype=bool)
        for place in np.flatnonzero(ended & np.isfinite(losses)):
            found = ranked(self._goals.goals, history.outputs[order[place]])
            whole[place] = found is not None
            vectors[place] = found if found is not None else np.inf
        used = ended & whole  # what lacks one of the results says nothing about a front
        foreign = np.array(history.foreign, dtype=bool)[order][used]
        moved = [
            shift.moved(rows[used], filled(column), foreign)
            for shift, column in zip(self._shifts, vectors[used].T, strict=True)
        ]
        return _Known(rows, rows[used], np.array(moved).T, rows[~ended][-MOST_RUNNING:])
