"""Gaussian processes of several results, each with a kernel of its own, and what a front of them may gain."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from worker.search.auto.encoding import Encoding
from worker.search.auto.fit import first_guess, fitted, kernel_of
from worker.search.auto.fits import Fits, kept_rows, representative
from worker.search.auto.front_gain import FrontGain
from worker.search.auto.front_view import FrontView, clipped, far_reference
from worker.search.auto.posterior import Conditioned
from worker.search.auto.surrogate import Style
from worker.search.boxes import Boxes, domination_counts, inferred_reference, non_dominated

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

_MARGIN = 0.005  # of the extent of the front, by which it must gain to be extended: where the reference point is far, less would count much
_MOST_BOXES = 2000
_FANTASIES = 4  # joint draws of what the running trials may come to, in pairs of opposite sign


class FrontModels:
    """Models of one style over a growing list of vectors of results, in the order of their trials."""

    def __init__(self, encoding: Encoding, style: Style, reference: Floats, first: int) -> None:
        """reference: the reference point of the hypervolume (m,), nan where it is to be inferred. first: trials that cover the space."""
        self._encoding, self._style, self._reference, self._first = encoding, style, reference, first
        fresh = first_guess(encoding.size, style.level(encoding.size))
        self._fits = [Fits(partial(self._fit, place), fresh) for place in range(len(reference))]

    def posterior(self, rows: Floats, vectors: Floats, running: int, far: bool) -> FrontPosterior:
        """The models of all vectors (n, m) of results at rows (n, d); `running` trials have none yet.

        far: with a reference point that leaves room to extend the front.
        """
        kernels = [kernel_of(fits.latest(rows, vectors, running)) for fits in self._fits]
        view, kept = self._view(vectors)
        models = [Conditioned.on(self._encoding, kernel, rows[kept]) for kernel in kernels]
        near = np.where(np.isnan(self._reference), inferred_reference(clipped(vectors)), self._reference)
        reference = view.reference if far else view.seen(near)
        return FrontPosterior(models, view, reference, _MARGIN if far else 0.0)

    def _view(self, vectors: Floats) -> tuple[FrontView, Integers]:
        """What the models see of vectors (n, m), and of which of them."""
        vectors = clipped(vectors)
        far = far_reference(vectors, self._first)
        kept = kept_rows(domination_counts(vectors).astype(float))
        return FrontView.of(vectors[kept], np.where(np.isnan(self._reference), far, self._reference)), kept

    def _fit(
        self, place: int, rows: Floats, vectors: Floats, guesses: Sequence[Floats], iterations: int, most: int
    ) -> Floats:
        view, kept = self._view(vectors)
        values = view.values[:, place]
        chosen = representative(values, most)
        embedded = self._encoding.embed(rows[kept][chosen])
        distances = self._encoding.squared_distances(embedded, embedded)
        return fitted(distances, values[chosen], self._style.prior, guesses, iterations)


class FrontPosterior:
    """Independent processes, one for each result, conditioned on what is known of it."""

    def __init__(
        self, models: Sequence[Conditioned], view: FrontView, reference: Floats, margin: float
    ) -> None:
        """reference: in the unit of the models. margin: by how much of the front's extent a result must be better to be so."""
        self.view, self.reference, self._models, self._share = view, reference, models, margin
        self._solved = [model.solved(values) for model, values in zip(models, view.values.T, strict=True)]
        noises = [model.kernel.noise for model in models]
        # What the models take the results for, without their noise.
        self._means = view.values - np.array(noises) * np.array(self._solved).T

    def predicted(self, row: Floats) -> tuple[Floats, Floats]:
        """Means and standard deviations of all results at one row, without noise."""
        found = [model.at(row[None]) for model in self._models]
        means = [covariance[0] @ solved for (covariance, _), solved in zip(found, self._solved, strict=True)]
        return np.array(means), np.array([deviations[0] for _, deviations in found])

    @property
    def volume(self) -> float:
        """The hypervolume that is known to be reached, in the unit of the models."""
        return self._taken(self._means)[1]

    def known_front(self) -> Boxes:
        """What the front that is known leaves where nothing runs."""
        return self._front(self._means)

    def gain(self, running: Floats) -> FrontGain:
        """What the front may gain at a row, beside rows (k, d) that run, averaged over joint fantasies of their results."""
        if not len(running):
            front = self.known_front()
            return FrontGain(self._models, [solved[:, None] for solved in self._solved], [front])
        half = np.random.default_rng(0).standard_normal((len(self._models), len(running), _FANTASIES // 2))
        draws = np.concatenate([half, -half], axis=2)
        models, solved, fantasies = [], [], []
        for place, model in enumerate(self._models):
            known, between = model.beside(running)
            count = len(self.view.values)
            drawn = (between @ self._solved[place])[:, None] + known.lower[count:, count:] @ draws[place]
            repeated = np.repeat(self.view.values[:, place, None], _FANTASIES, axis=1)
            models.append(known)
            solved.append(known.solved(np.vstack([repeated, drawn])))
            fantasies.append(drawn)
        points = np.moveaxis(np.array(fantasies), 0, 2)  # (k, s, m)
        fronts = [self._front(np.vstack([self._means, points[:, fantasy]])) for fantasy in range(_FANTASIES)]
        return FrontGain(models, solved, fronts)

    def _front(self, points: Floats) -> Boxes:
        """What a front leaves that is better than it by a margin."""
        front = points[non_dominated(points)]
        return self._taken(front - self._share * (front.max(axis=0) - front.min(axis=0)))[0]

    def _taken(self, points: Floats) -> tuple[Boxes, float]:
        """The boxes that points leave, and the volume that they dominate.

        Many results make very many boxes: then some of the points, others for each number of trials, stand for all.
        """
        boxes, volume = Boxes(self.reference), 0.0
        for point in np.random.default_rng(len(self._means)).permutation(points):
            volume += boxes.add(point)
            if len(boxes.upper) > _MOST_BOXES:
                break
        return boxes, volume
