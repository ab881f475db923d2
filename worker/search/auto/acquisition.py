"""The logarithm of the expected improvement, where the improvement itself would be 0 in floats, and its slopes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import erfcx, log_ndtr, ndtr

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_LOG_ROOT_2_PI = 0.5 * math.log(2 * math.pi)
_FAR = -30.0  # standard deviations; farther out, 1 / z^2 is as good


def log_improvement(means: Floats, deviations: Floats, best: Floats) -> Floats:
    """log E[max(best - y, 0)] for normal y, in the stable form of Ament et al. (2023). All of one shape."""
    z = (best - means) / deviations
    logarithms = np.empty_like(z)
    near = z > -1
    close = z[near]
    logarithms[near] = np.log(np.exp(-close * close / 2) / math.sqrt(2 * math.pi) + close * ndtr(close))
    far = z[~near]
    share = np.clip(1 + far * erfcx(-far / math.sqrt(2)) * math.sqrt(math.pi / 2), 1e-300, None)
    share = np.where(far < _FAR, 1 / np.maximum(far * far, 1), share)
    logarithms[~near] = -far * far / 2 - _LOG_ROOT_2_PI + np.log(share)
    improvement: Floats = logarithms + np.log(deviations)
    return improvement


def log_mean(logarithms: Floats) -> Floats:
    """log of the mean of e to the power of each row."""
    most = logarithms.max(axis=1)
    mean: Floats = most + np.log(np.exp(logarithms - most[:, None]).mean(axis=1))
    return mean


def slopes(means: Floats, deviation: float, best: Floats, logarithms: Floats) -> tuple[Floats, Floats]:
    """The derivatives of `log_improvement` by the means and by the deviation, all (s,) for s fantasies."""
    z = (best - means) / deviation
    density = np.exp(np.minimum(-z * z / 2 - _LOG_ROOT_2_PI - logarithms, 500))
    below = np.exp(np.minimum(log_ndtr(z) - logarithms, 500))
    return -below, density
