"""Rows of a space in which parameters exist under conditions only: nan stands for a coordinate that does not exist.

In the embedding, a number that does not exist lies in the middle of its range, and a category that does not exist has a squared distance
of 1/2 from each: what separates two branches is mostly the parameter at which they part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from worker.search.auto.axes import axis_of
from worker.search.auto.encoding import Encoding
from worker.search.space import Space
from worker.spec.parameters import Value

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

_MIDDLE = 0.5
_NOWHERE = -1.0  # in a key, in place of a coordinate


class ConditionalEncoding(Encoding):
    """Draws and mutants have those coordinates only that exist beside the others; what begins to exist is drawn."""

    def __init__(self, space: Space) -> None:
        super().__init__([axis_of(dimension) for dimension in space.dimensions])
        self._space = space
        self._parents = space.rules.conditions_name()

    def snap(self, rows: Floats) -> Floats:
        absent = np.isnan(rows)
        rows[absent] = 0.0
        super().snap(rows)
        rows[absent] = np.nan
        return rows

    def draw(self, count: int, generator: np.random.Generator) -> Floats:
        return self._existing(super().draw(count, generator))

    def mutants(self, rows: Floats, scales: Floats, generator: np.random.Generator) -> Floats:
        whole = np.where(np.isnan(rows), super().draw(len(rows), generator), rows)
        return self._existing(super().mutants(whole, scales, generator))

    def embed(self, rows: Floats) -> Floats:
        absent = np.isnan(rows)
        middle = np.where(self.categories > 0, 0.0, _MIDDLE)
        embedded = super().embed(np.where(absent, middle, rows))
        for j in self.categorical:
            embedded[absent[:, j], self.columns[j]] = 0.0
        return embedded

    def keys(self, rows: Floats) -> Integers:
        return super().keys(self.comparable(rows))

    def comparable(self, rows: Floats) -> Floats:
        return np.where(np.isnan(rows), _NOWHERE, rows)

    def is_whole(self, row: Floats) -> bool:
        absent = np.isnan(row)
        existing = np.isnan(self._existing(np.where(absent, 0.0, row)[None])[0])
        return bool((absent == existing).all())

    def _existing(self, rows: Floats) -> Floats:
        """`rows` without the coordinates of what does not exist; in place."""
        rules, names = self._space.rules, self._space.names
        found: list[dict[str, Value]] = [{} for _ in rows]
        for j, name in enumerate(names):
            is_parent = name in self._parents
            if not is_parent and not rules.condition(name):
                continue
            exists = [rules.exists(name, values) for values in found]
            rows[np.logical_not(exists), j] = np.nan
            if is_parent:
                latents = self.axes[j].latents(rows[:, j])
                decode = self._space.dimensions[j].decode
                for values, there, latent in zip(found, exists, latents.tolist(), strict=True):
                    if there:
                        values[name] = decode(latent)
        return rows
