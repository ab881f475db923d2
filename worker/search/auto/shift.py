"""Results from elsewhere, moved to the level of the run's own: the difference is estimated, and not believed to be 0."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from worker.search.auto.encoding import Encoding
from worker.search.auto.schedule import FIRST
from worker.search.auto.surrogate import STYLES, Surrogate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Booleans = NDArray[np.bool_]

_COMPARED = 32  # own results, the latest, that are compared with what the others let expect
_NORMAL = 1.4826  # a normal distribution's standard deviation, in median absolute deviations


class Shift:
    """Compares own results with a model of the foreign ones alone."""

    def __init__(self, encoding: Encoding) -> None:
        self._surrogate = Surrogate(encoding, STYLES[-1])

    def moved(self, rows: Floats, losses: Floats, foreign: Booleans) -> Floats:
        """The losses (n,) of rows (n, d), those of foreign ones moved by the difference to the own ones."""
        own = np.flatnonzero(~foreign)[-_COMPARED:]
        if not len(own) or int(foreign.sum()) < FIRST:
            return losses
        posterior, _ = self._surrogate.posterior(rows[foreign], losses[foreign])
        unit = self._surrogate.unit(losses[foreign])
        predictions = [posterior.predicted(row) for row in rows[own]]
        with np.errstate(all="ignore"):
            apart = losses[own] - [unit.loss(mean) for mean, _ in predictions]
            unsure = [unit.loss(mean + sd) / 2 - unit.loss(mean - sd) / 2 for mean, sd in predictions]
            moved = np.where(foreign, losses + _shrunk(apart, np.median(unsure)), losses)
        # Losses may be as large as floats get, and their differences larger.
        return moved if np.isfinite(moved).all() else losses


def _shrunk(apart: Floats, unsure: np.float64) -> float:
    """The median of differences, the less of it the more they scatter (as James and Stein 1961 shrink a mean)."""
    middle = np.float64(np.median(apart))
    scatter = _NORMAL * np.median(np.abs(apart - middle))
    if not middle:
        return 0.0
    doubt = (scatter / middle) ** 2 + (unsure / middle) ** 2
    return float(middle * len(apart) / (len(apart) + doubt))
