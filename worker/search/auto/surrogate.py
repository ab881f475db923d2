"""One of the models that take turns: its view of the losses, its prior, and the kernels it was fitted with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from worker.search.auto import warps
from worker.search.auto.encoding import Encoding
from worker.search.auto.fit import Prior, common_prior, even_prior, first_guess, fitted, kernel_of
from worker.search.auto.fits import Fits, kept_rows, representative
from worker.search.auto.posterior import Posterior

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Style:
    """What makes a model differ. margin: by how much an improvement must beat the best, in standardised losses."""

    words: str
    warp: Callable[[Floats], Floats]
    prior: Prior
    margin: float
    level: Callable[[int], float]  # the weight that a fit begins from, by the number of parameters


def _even(losses: Floats) -> Floats:
    return warps.standardised(warps.made_even(warps.standardised(warps.half_ranked(losses))))


def _ranked(losses: Floats) -> Floats:
    return warps.standardised(warps.half_ranked(losses))


def _long(size: int) -> float:
    """About the lengths that Hvarfner et al. (2024) expect, a little shorter."""
    length = np.sqrt(2) + 0.5 * np.log(size) - 3 + 1.2
    return float(np.exp(-2 * length))


# They fail in different places: either alone gets stuck where the two in turn do not.
STYLES = (
    Style("Gaussian process of results made even, for any improvement", _even, common_prior, 0.0, _long),
    Style(
        "Gaussian process of results as they are, for a clear improvement",
        _ranked,
        even_prior,
        0.1,
        lambda _: 1.0,
    ),
)


class Surrogate:
    """Models of one style over a growing list of results, in the order of their trials.

    A kernel depends on the results alone, not on when it was asked for, so that a run that is resumed goes on the same.
    """

    def __init__(self, encoding: Encoding, style: Style) -> None:
        self._encoding, self._style = encoding, style
        fresh = first_guess(encoding.size, style.level(encoding.size))
        self._fits = Fits(self._fit, fresh)

    @property
    def words(self) -> str:
        """What kind of model it is."""
        return self._style.words

    def unit(self, losses: Floats) -> warps.Unit:
        """The way back from what the model predicts to losses."""
        kept = losses[kept_rows(losses)]
        return warps.Unit(kept, self._style.warp(kept))

    def posterior(self, rows: Floats, losses: Floats, running: int = 0) -> tuple[Posterior, float]:
        """The model of all results, rows (n, d) and losses (n,), and what a new one has to beat; `running` trials have none yet."""
        kept = kept_rows(losses)
        view = self._style.warp(losses[kept])
        kernel = kernel_of(self._fits.latest(rows, losses, running))
        posterior = Posterior(self._encoding, kernel, rows[kept], view)
        return posterior, float(posterior.means_at_results().min()) - self._style.margin

    def _fit(
        self, rows: Floats, losses: Floats, guesses: Sequence[Floats], iterations: int, most: int
    ) -> Floats:
        kept = kept_rows(losses)
        view = self._style.warp(losses[kept])
        chosen = representative(view, most)
        embedded = self._encoding.embed(rows[kept][chosen])
        distances = self._encoding.squared_distances(embedded, embedded)
        return fitted(distances, view[chosen], self._style.prior, guesses, iterations)
