"""The covariance of two points: a smooth function of all parameters, and a sum of functions of each of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from worker.search.auto.encoding import Encoding, squared

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_ROOT_5 = math.sqrt(5.0)
LEAST_NOISE = 1e-6  # variance that is always added, for numerical stability


@dataclass(frozen=True, slots=True)
class Kernel:
    """smooth * Matern52(sum_j w_j D_j) + additive / d * sum_j 1 / (1 + u_j D_j), and noise where points are the same.

    D_j is the squared distance in parameter j. The second term (Duvenaud et al. 2011, Kandasamy et al. 2015) is a
    rational quadratic in each parameter. weights, additive_weights: (d,).
    """

    weights: Floats
    smooth: float
    noise: float
    additive_weights: Floats
    additive: float

    @property
    def variance(self) -> float:
        """The prior variance at any point, without noise."""
        return self.smooth + self.additive

    def covariance(self, encoding: Encoding, embedded: Floats, others: Floats) -> Floats:
        """The covariances (n, m) of embedded rows, without noise."""
        scale = np.sqrt(self.weights)[encoding.parameter]
        covariance: Floats = self.smooth * matern(squared(embedded * scale, others * scale))
        total = np.zeros_like(covariance)
        for weight, columns, categories in zip(
            self.additive_weights, encoding.columns, encoding.categories, strict=True
        ):
            ours, theirs = embedded[:, columns], others[:, columns]
            if categories:
                distances = weight * squared(ours, theirs)
            else:
                root = math.sqrt(weight)
                distances = np.subtract(ours * root, theirs.T * root)
                distances *= distances
            distances += 1.0
            total += np.reciprocal(distances, out=distances)
        covariance += self.additive / encoding.size * total
        return covariance


def matern(squared_distances: Floats) -> Floats:
    """Matern 5/2 of scaled squared distances (Rasmussen and Williams 2006, equation 4.17)."""
    root = np.sqrt(squared_distances) * _ROOT_5
    covariance: Floats = (1 + root + root * root / 3) * np.exp(-root)
    return covariance


def matern_with_slope(squared_distances: Floats) -> tuple[Floats, Floats]:
    """Matern 5/2, and its derivative by the squared distance: -5/6 (1 + r) e^-r, where r is root(5) times the distance."""
    root = np.sqrt(squared_distances) * _ROOT_5
    decay = np.exp(-root)
    return (1 + root + root * root / 3) * decay, -(5.0 / 6.0) * (1 + root) * decay
