"""hyperopt's anneal.suggest over columns of numbers instead of documents."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from hyperopt import hp
from hyperopt.algobase import SuggestAlgo
from hyperopt.anneal import AnnealingAlgo
from hyperopt.base import Domain, Trials
from hyperopt.pyll import scope

from worker.search.history import History
from worker.spec.dimension import AnyDimension, Categories
from worker.spec.scale import Even


class Annealing:
    """Proposes latent values round those of one of the best trials, the closer the more results there are."""

    def __init__(self, dimensions: Sequence[AnyDimension]) -> None:
        labels = [f"x{position:04}" for position in range(len(dimensions))]
        space = {label: prior(label, dimension) for label, dimension in zip(labels, dimensions, strict=True)}
        # hyperopt counts categories by their index, which must be an integer.
        self._kinds = {
            label: int if isinstance(dimension, Categories) else float
            for label, dimension in zip(labels, dimensions, strict=True)
        }
        self._domain = Domain(_evaluate_elsewhere, space)

    def latents(self, history: History, number: int, seed: int) -> list[float]:
        """The latent values of trial `number`."""
        (document,) = _Algorithm(self._domain, self._kinds, history, seed)(number)
        values: Mapping[str, Sequence[float]] = document["misc"]["vals"]
        return [float(values[label][0]) for label in self._kinds]


class _Algorithm(AnnealingAlgo):  # type: ignore[misc]
    """hyperopt's algorithm, told of the trials that have a loss."""

    def __init__(self, domain: Domain, kinds: Mapping[str, type], history: History, seed: int) -> None:
        # What AnnealingAlgo does first; the rest of its __init__ would read documents.
        SuggestAlgo.__init__(self, domain, Trials(), seed)
        self.avg_best_idx, self.shrink_coef = 2.0, 0.1  # hyperopt's defaults
        rows = [row for row, loss in enumerate(history.losses) if math.isfinite(loss)]
        rows.sort(key=history.numbers.__getitem__)
        self.tid_losses_dct = {history.numbers[row]: history.losses[row] for row in rows}
        columns = dict(zip(kinds, history.columns, strict=True))
        # A parameter that exists only under a condition has no value in the other trials.
        rows_of = {label: [row for row in rows if not math.isnan(columns[label][row])] for label in kinds}
        self.node_tids = {label: [history.numbers[row] for row in rows_of[label]] for label in kinds}
        self.node_vals = {
            label: [kind(columns[label][row]) for row in rows_of[label]] for label, kind in kinds.items()
        }
        self.best_tids: list[int] = []

    def hp_categorical(
        self, memo: Mapping[Any, Any], node: Any, label: str, tid: Any, val: Any
    ) -> Sequence[int]:
        """A category near that of trial `tid`; hyperopt's own method fails where probabilities are an array."""
        shrunk = self.shrinking(label)
        probabilities = shrunk * memo[node.arg["p"]]
        probabilities[np.atleast_1d(val)[0]] += 1 - shrunk
        return [int(self.rng.choice(len(probabilities), p=probabilities))]


def prior(label: str, dimension: AnyDimension) -> object:
    """hyperopt's expression for the latent variable of a dimension."""
    if isinstance(dimension, Categories):
        if dimension.weights is None:
            return hp.randint(label, dimension.count)
        weights = np.array(dimension.weights)
        return scope.hyperopt_param(label, scope.categorical(weights / weights.sum()))
    even = isinstance(dimension.scale, Even)
    return hp.uniform(label, 0.0, 1.0) if even else hp.normal(label, 0.0, 1.0)


def _evaluate_elsewhere(_: object) -> float:
    raise NotImplementedError("hyperopt proposes trials here, and does not evaluate them")
