"""What a proposal is made from: the rows of all trials, and what those that have ended came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from worker.search.auto.encoding import Encoding
from worker.search.auto.residuals import completed
from worker.search.auto.shift import Shift
from worker.search.auto.warps import filled
from worker.search.history import History
from worker.search.several import common_length, several_results

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

MOST_RUNNING = 64  # trials that are taken into account while they run, the latest
_MOST_SCALED = 10.0  # how much larger or smaller results from elsewhere are made, at most


@dataclass(frozen=True)
class Known:
    """proposed: all rows. rows, losses: those that have ended. running: the latest others.

    vectors: several results (n, m) of each that has ended, whose norm is the loss; m is 0 where most have one result alone.
    """

    proposed: Floats
    rows: Floats
    losses: Floats
    vectors: Floats
    running: Floats


class Reader:
    """Reads histories that grow."""

    def __init__(self, encoding: Encoding) -> None:
        self._encoding = encoding
        self._shift = Shift(encoding)
        self._vectors: list[tuple[Mapping[str, float], Floats]] = []  # what was read from which outputs

    def known(self, history: History) -> Known:
        """By number, so that it does not matter in which order they were told."""
        order = np.argsort(np.array(history.numbers))
        columns = [np.array(column)[order] for column in history.columns]
        rows = self._encoding.snap(self._encoding.rows(columns))
        ended = np.flatnonzero(np.array(history.ended)[order])
        running = rows[np.delete(np.arange(len(rows)), ended)][-MOST_RUNNING:]
        told = np.array(history.losses)[order][ended]
        foreign = np.array(history.foreign, dtype=bool)[order][ended]
        losses = self._shift.moved(rows[ended], filled(told), foreign)
        vectors = self._several(history, order[ended], told)
        if vectors.shape[1]:
            there = self._encoding.comparable(rows[ended])
            vectors = completed(_scaled(vectors, filled(told), losses), losses, there)
        return Known(rows, rows[ended], losses, vectors, running)

    def _several(self, history: History, trials: Integers, losses: Floats) -> Floats:
        """The several results (n, m) of trials, nan where one has none."""
        for place, outputs in enumerate(history.outputs):
            if place == len(self._vectors):
                self._vectors.append((outputs, _vector(outputs, history.losses[place])))
            elif self._vectors[place][0] is not outputs:
                self._vectors[place] = outputs, _vector(outputs, history.losses[place])
        found = [self._vectors[trial][1] for trial in trials]
        length = common_length(one for one, loss in zip(found, losses, strict=True) if np.isfinite(loss))
        none = np.full(length, np.nan)
        chosen = [one if len(one) == length else none for one in found]
        return np.array(chosen).reshape(len(found), length)


def _vector(outputs: Mapping[str, float], loss: float) -> Floats:
    return np.array(several_results(outputs, loss))


def _scaled(vectors: Floats, losses: Floats, moved: Floats) -> Floats:
    """Vectors of losses, those that were moved made as much larger or smaller."""
    with np.errstate(over="ignore"):  # losses may be as large as floats get, or as small
        ratios = np.where((losses > 0) & (moved > 0), moved / np.where(losses > 0, losses, 1.0), 1.0)
        scaled: Floats = vectors * np.clip(ratios, 1 / _MOST_SCALED, _MOST_SCALED)[:, None]
    return np.where(np.isinf(scaled), vectors, scaled)
