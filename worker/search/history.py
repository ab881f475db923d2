"""What a model learns from: the latent values and the losses of all trials so far, column by column."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence


class History:
    """Trials with their latent values; those that run, or ended without a usable loss, have an infinite one."""

    def __init__(self, dimensions: int) -> None:
        self.numbers = array("q")
        self.losses = array("d")
        self.columns = [array("d") for _ in range(dimensions)]
        self.results = 0
        self._rows: dict[int, int] = {}

    def add(self, number: int, latents: Sequence[float]) -> None:
        """A trial that runs now. Raises ValueError where there is one of this number."""
        if number in self._rows:
            raise ValueError(f"Trial {number} is known already.")
        self._rows[number] = len(self.numbers)
        self.numbers.append(number)
        self.losses.append(math.inf)
        for column, latent in zip(self.columns, latents, strict=True):
            column.append(latent)

    def result(self, number: int, loss: float | None) -> None:
        """How a trial ended; None, nan and infinities mean without a usable loss. Raises KeyError for an unknown one."""
        row = self._rows[number]
        self.results -= math.isfinite(self.losses[row])
        usable = loss is not None and math.isfinite(loss)
        self.losses[row] = loss if loss is not None and usable else math.inf
        self.results += usable
