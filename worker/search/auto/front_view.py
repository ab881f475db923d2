"""Several results that are each to be small, as Gaussian processes see them: what is worse than the reference point hardly counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from worker.search.boxes import inferred_reference

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_USUAL = 4.0  # how much farther than the best is from the median the worst may be from it, to be no disaster
_LEAST_SHARE = 1e-6
_MOST_BENT = 700.0  # whose exponential is still a float
_LARGEST = 1e150  # of a result, so that no square of one is infinite


@dataclass(frozen=True)
class FrontView:
    """Results of trials in the unit of the models. values: (n, m). reference: (m,), that of the hypervolume.

    Up to the reference point the unit is proportional to that of the results, so that volumes are, too; beyond it, it is logarithmic.
    """

    values: Floats
    reference: Floats
    _bends: Floats
    _widths: Floats
    _means: Floats
    _deviations: Floats

    @classmethod
    def of(cls, vectors: Floats, reference: Floats) -> FrontView:
        """Of vectors (n, m), n > 0, and a reference point (m,)."""
        vectors, bends = clipped(vectors), reference
        # Where nothing is as good as the reference point, or hardly anything, what is worse sets the unit.
        inside, beyond = bends - vectors.min(axis=0), vectors.max(axis=0) - bends
        widths = np.where(inside > 0, np.maximum(inside, _LEAST_SHARE * beyond), beyond)
        widths = np.where(widths > 0, widths, 1.0)
        bent = _bent(vectors, bends, widths)
        means, deviations = bent.mean(axis=0), bent.std(axis=0)
        deviations = np.where(deviations > 1e-12, deviations, 1.0)
        reference = (_bent(bends, bends, widths) - means) / deviations
        return cls((bent - means) / deviations, reference, bends, widths, means, deviations)

    def seen(self, vector: Floats) -> Floats:
        """What the models see of a vector (m,) of results."""
        found: Floats = (_bent(vector, self._bends, self._widths) - self._means) / self._deviations
        return found

    def result(self, place: int, value: float) -> float:
        """The result that a value of a model stands for."""
        bent = float(self._means[place] + self._deviations[place] * value)
        grown = np.expm1(min(bent, _MOST_BENT)) if bent > 0 else bent
        return float(self._bends[place] + self._widths[place] * grown)


def clipped(vectors: Floats) -> Floats:
    """Results of a size that can be computed with."""
    found: Floats = np.clip(vectors, -_LARGEST, _LARGEST)
    return found


def far_reference(vectors: Floats, first: int) -> Floats:
    """A reference point (m,) that leaves room to extend the front of vectors (n, m): the worst of the `first` ones, but for disasters.

    It does not come closer while the search goes to a part of the front, whose other parts would be out of reach.
    """
    begun = vectors[:first]
    middle = np.median(begun, axis=0)
    usual = middle + _USUAL * (middle - begun.min(axis=0))
    far: Floats = np.maximum(inferred_reference(vectors), np.minimum(begun.max(axis=0), usual))
    return far


def _bent(vectors: Floats, bends: Floats, widths: Floats) -> Floats:
    """In widths from the bends, and beyond these their logarithms."""
    scaled = (vectors - bends) / widths
    bent: Floats = np.where(scaled > 0, np.log1p(np.maximum(scaled, 0.0)), scaled)
    return bent
