"""What a model learns from: the latent values and the losses of all trials so far, column by column."""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping, Sequence
from types import MappingProxyType

NO_OUTPUTS: Mapping[str, float] = MappingProxyType({})


class History:
    """Trials with their latent values; those that run, or ended without a usable loss, have an infinite one.

    ended: whether a trial does not run any more, 1 or 0. foreign: whether it was made elsewhere, 1 or 0.
    outputs: what else each of them printed. results: how many of them have a loss.
    """

    def __init__(self, dimensions: int) -> None:
        self.numbers = array("q")
        self.losses = array("d")
        self.ended = array("b")
        self.foreign = array("b")
        self.outputs: list[Mapping[str, float]] = []
        self.columns = [array("d") for _ in range(dimensions)]
        self.results = 0
        self._rows: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self.numbers)

    def add(self, number: int, latents: Sequence[float], *, foreign: bool = False) -> None:
        """A trial that runs now. Raises ValueError where there is one of this number."""
        if number in self._rows:
            raise ValueError(f"Trial {number} is known already.")
        self._rows[number] = len(self.numbers)
        self.numbers.append(number)
        self.losses.append(math.inf)
        self.ended.append(0)
        self.foreign.append(foreign)
        self.outputs.append(NO_OUTPUTS)
        for column, latent in zip(self.columns, latents, strict=True):
            column.append(latent)

    def result(self, number: int, loss: float | None, outputs: Mapping[str, float] = NO_OUTPUTS) -> None:
        """How a trial ended; None, nan and infinities mean without a usable loss. Raises KeyError for an unknown one."""
        self._set(number, loss if loss is not None and math.isfinite(loss) else math.inf, outputs, ended=True)

    def runs_again(self, number: int) -> None:
        """A trial runs (again), whatever was told of it before. Raises KeyError for an unknown one."""
        self._set(number, math.inf, NO_OUTPUTS, ended=False)

    def _set(self, number: int, loss: float, outputs: Mapping[str, float], *, ended: bool) -> None:
        row = self._rows[number]
        self.results += math.isfinite(loss) - math.isfinite(self.losses[row])
        self.losses[row] = loss
        self.outputs[row] = outputs
        self.ended[row] = ended
