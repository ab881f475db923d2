"""Several results that are each to be small, as Gaussian processes see them: what is worse than the reference point hardly counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from worker.search.boxes import inferred_reference

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

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
    def of(cls, vectors: Floats, reference: Floats, wide: bool = False) -> FrontView:
        """Of vectors (n, m), n > 0. reference: a point (m,), with nan where it is to be inferred."""
        vectors = np.clip(vectors, -_LARGEST, _LARGEST)
        inferred = inferred_reference(vectors)
        if wide:
            inferred = np.maximum(inferred, np.quantile(vectors, 0.9, axis=0))
        bends = np.where(np.isnan(reference), inferred, reference)
        widths = bends - vectors.min(axis=0)
        spans = vectors.max(axis=0) - vectors.min(axis=0)
        widths = np.where(widths > 0, widths, np.where(spans > 0, spans, 1.0))
        bent = _bent(vectors, bends, widths)
        means, deviations = bent.mean(axis=0), bent.std(axis=0)
        deviations = np.where(deviations > 1e-12, deviations, 1.0)
        reference = (_bent(bends, bends, widths) - means) / deviations
        return cls((bent - means) / deviations, reference, bends, widths, means, deviations)

    def result(self, place: int, value: float) -> float:
        """The result that a value of a model stands for."""
        bent = float(self._means[place] + self._deviations[place] * value)
        grown = np.expm1(min(bent, 50.0)) if bent > 0 else bent
        return float(self._bends[place] + self._widths[place] * grown)


def _bent(vectors: Floats, bends: Floats, widths: Floats) -> Floats:
    """In widths from the bends, and beyond these their logarithms."""
    scaled = (vectors - bends) / widths
    bent: Floats = np.where(scaled > 0, np.log1p(np.maximum(scaled, 0.0)), scaled)
    return bent
