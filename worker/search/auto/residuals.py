"""Several results whose norm is the loss, as the few standardised numbers that processes are fitted to, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Booleans = NDArray[np.bool_]

MOST_COMPONENTS = 8  # processes; of more results, so many principal components
_LINEAR = 0.5  # quantile of a component's sizes up to which it is seen about as it is
_FAR = 4.0  # what is farther out, after the inverse hyperbolic sine, counts as this
_LEAST_SHARE, _NOTHING = 1e-9, 1e-200  # of its largest one, at least; what is as good as 0
_REACH = 20.0  # of a draw, beyond which its size means nothing


class Residuals:
    """Vectors (n, m) as components (n, k), k <= m, each with mean 0 and standard deviation 1.

    A residual is signed, and most are small where few are huge: it is seen through an inverse hyperbolic sine, which is even about 0,
    linear near it and logarithmic far away (Burbidge et al. 1988).
    Principal components are those of the directions of the vectors, not centred: they keep the norm, and small vectors count
    as much as large ones.
    """

    def __init__(self, vectors: Floats) -> None:
        self._unit = float(np.abs(vectors).max()) or 1.0
        scaled = vectors / self._unit
        self._axes = _principal_axes(scaled) if scaled.shape[1] > MOST_COMPONENTS else None
        components = scaled if self._axes is None else scaled @ self._axes
        sizes = np.abs(components)
        most = sizes.max(axis=0)
        scales = np.maximum(np.quantile(sizes, _LINEAR, axis=0), _LEAST_SHARE * most)
        self._scales = np.where(most > _NOTHING, scales, 1.0)
        warped = self._warped(components)
        self._means = warped.mean(axis=0)
        deviations = warped.std(axis=0)
        self._deviations = np.where(deviations > 1e-12, deviations, 1.0)
        self.standardised = (warped - self._means) / self._deviations
        left = (scaled**2).sum(axis=1) - (components**2).sum(axis=1)
        self._rest = max(float(np.median(left[np.argsort(left, kind="stable")[:8]])), 0.0)

    def norms(self, standardised: Floats) -> Floats:
        """The norms (...) of standardised components (..., k)."""
        return self.norms_with_slopes(standardised)[0]

    def norms_with_slopes(self, standardised: Floats) -> tuple[Floats, Floats]:
        """The same, and their derivatives (..., k), both in a unit in which every vector that is known is moderate."""
        warped = np.clip(self._means + self._deviations * standardised, -_REACH, _REACH)
        grown, shrunk = np.exp(warped), np.exp(-warped)
        components = self._scales / 2 * (grown - shrunk)
        norms = np.sqrt((components * components).sum(axis=-1) + self._rest)
        by = components * (self._scales / 2 * self._deviations) * (grown + shrunk)
        return norms, by / np.maximum(norms, 1e-300)[..., None]

    def loss(self, norm: float) -> float:
        """A loss in the unit of the results."""
        return norm * self._unit

    def _warped(self, components: Floats) -> Floats:
        warped: Floats = np.clip(np.arcsinh(components / self._scales), -_FAR, _FAR)
        return warped


def _principal_axes(vectors: Floats) -> Floats:
    norms = np.linalg.norm(vectors, axis=1)
    directions = vectors[norms > 0] / norms[norms > 0, None] if norms.any() else vectors
    axes: Floats = np.asarray(np.linalg.svd(directions, full_matrices=False)[2])[:MOST_COMPONENTS].T
    return axes


def are_residuals(vectors: Floats) -> bool:
    """Whether at least half of the results, columns of vectors (n, m), are above 0 here and below it there."""
    both = (vectors > 0).any(axis=0) & (vectors < 0).any(axis=0)
    return 2 * int(both.sum()) >= len(vectors.T)


def completed(vectors: Floats, losses: Floats, rows: Floats) -> Floats:
    """Vectors (n, m), with nan for unknown ones, of rows (n, d): those have the direction of the nearest known one, and their loss as norm."""
    known = np.isfinite(vectors).all(axis=1)
    complete: Floats = vectors.copy()
    unit = np.abs(vectors[known]).max() or 1.0
    for row in np.flatnonzero(~known):
        nearest = np.flatnonzero(known)[np.argmin(((rows[known] - rows[row]) ** 2).sum(axis=1))]
        direction = vectors[nearest] / unit
        length = float(np.linalg.norm(direction))
        complete[row] = (
            direction / length * losses[row] if length else losses[row] / np.sqrt(vectors.shape[1])
        )
    return complete
