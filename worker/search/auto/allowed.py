"""Whether rows of coordinates satisfy the constraints of their space."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from worker.search.auto.encoding import Encoding
from worker.search.space import Space
from worker.spec.parameters import Value

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


class Allowed:
    """Takes a row to the values that it stands for, as far as constraints need them, and asks these."""

    def __init__(self, space: Space, encoding: Encoding) -> None:
        self._rules = space.rules
        self._needed = [
            (place, space.names[place], encoding.axes[place], space.dimensions[place].decode)
            for place in space.rules.needed()
        ]

    def __call__(self, row: Floats) -> bool:
        values: dict[str, Value] = {}
        for place, name, axis, decode in self._needed:
            latent = float(axis.latents(row[place]))
            if not math.isnan(latent) and self._rules.exists(name, values):
                values[name] = decode(latent)
        return self._rules.allows(values)

    def after(self, back: Callable[[Floats], Floats]) -> Callable[[Floats], bool]:
        """The same of rows in other coordinates, which `back` takes to these."""
        return lambda row: self(back(row))
