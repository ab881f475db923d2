"""Losses made fit for a Gaussian process: what is bad counts by its rank, what is skewed is made even."""

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_POWERS = np.linspace(-1.5, 2.5, 41)[:, None]  # of Yeo and Johnson, that are tried


def filled(losses: Floats) -> Floats:
    """Losses, with the worst finite one for each that is not finite; 0 where there is none."""
    finite = losses[np.isfinite(losses)]
    return np.where(np.isfinite(losses), losses, finite.max() if len(finite) else 0.0)


def standardised(losses: Floats) -> Floats:
    """Mean 0, standard deviation 1; all 0 where they are equal."""
    # From 0 to 1 first, and halved for it: losses may be as large as floats get.
    low, width = losses.min() / 2, losses.max() / 2 - losses.min() / 2
    if width <= 0:
        return np.zeros_like(losses)
    shares = (losses / 2 - low) / width
    scaled: Floats = (shares - shares.mean()) / shares.std()
    return scaled


def half_ranked(losses: Floats) -> Floats:
    """The better half as it is, the worse half by the normal quantiles of their ranks (Song et al. 2024, Vizier).

    The unit of the quantiles is the deviation of the better half from the median. In quarters of the losses' unit.
    """
    losses = losses / 4  # so that no difference is too large for a float
    median = float(np.median(losses))
    width = median - float(losses.min())
    shares = (median - losses[losses <= median]) / (width or 1.0)
    unit = width * math.sqrt(float(np.mean(shares**2))) or 1.0
    # Equal losses have the mean of their ranks, so that they stay equal.
    _, places, counts = np.unique(losses, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts + 1) / 2)[places]
    quantiles = ndtri(np.clip((ranks + 0.5) / len(losses), 0.5, 1 - 0.5 / len(losses)))
    return np.where(losses > median, median + unit * quantiles, losses)


def made_even(values: Floats) -> Floats:
    """Yeo and Johnson's power transform (2000), with the most likely power of a grid (as HEBO, Cowen-Rivers et al. 2022)."""
    positive = values >= 0
    above, below = np.log1p(np.where(positive, values, 0.0)), np.log1p(np.where(positive, 0.0, -values))
    transformed = np.where(positive, _powered(above, _POWERS), -_powered(below, 2 - _POWERS))
    spread = np.log(transformed.var(axis=1) + 1e-300)
    likelihoods = -0.5 * len(values) * spread + (_POWERS[:, 0] - 1) * (above - below).sum()
    likeliest: Floats = transformed[int(np.nanargmax(likelihoods))]
    return likeliest


_ROOM = 8.0  # losses are divided by, so that no difference of them is too large for a float
_MOST = sys.float_info.max / _ROOM


class Unit:
    """The way back from warped losses to losses: between the results a straight line, beyond them the nearest one goes on."""

    def __init__(self, losses: Floats, warped: Floats) -> None:
        self._warped, first = np.unique(warped, return_index=True)
        self._losses = losses[first] / _ROOM

    def loss(self, warped: float) -> float:
        """The loss that a warped value stands for."""
        with np.errstate(all="ignore"):
            part = min(max(self._part(warped), -_MOST), _MOST)
        return part * _ROOM if math.isfinite(part) else float(self._losses[0]) * _ROOM

    def _part(self, warped: float) -> float:
        if len(self._warped) < 2:
            return float(self._losses[0])
        # The few nearest results set the slope, since two that are almost equal would set any.
        few = max(1, len(self._warped) // 4)
        if warped < self._warped[0]:
            return self._beyond(warped, 0, few)
        if warped > self._warped[-1]:
            return self._beyond(warped, -1, -1 - few)
        return float(np.interp(warped, self._warped, self._losses))

    def _beyond(self, warped: float, end: int, inside: int) -> float:
        slope = (self._losses[end] - self._losses[inside]) / (self._warped[end] - self._warped[inside])
        return float(self._losses[end] + slope * (warped - self._warped[end]))


def _powered(logarithms: Floats, powers: Floats) -> Floats:
    """(e^(l p) - 1) / p, and its limit l for p = 0."""
    none = np.abs(powers) < 1e-9
    scaled: Floats = np.where(none, logarithms, np.expm1(logarithms * powers) / np.where(none, 1.0, powers))
    return scaled
