"""What a model expected of a point when it proposed it."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Foreseen:
    """A prediction of one of several results, as it would be printed. low, high: one standard deviation below and above the mean."""

    name: str
    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Expectation:
    """A prediction, in the unit of the results.

    model: what kind of model it was, in words. low, high: one standard deviation below and above the mean.
    best: what a result had to beat. improvement: over it, as expected. results, running: how many trials it knew.
    others: of the results beside the main one, where a front is searched; improvement is then the share by which its hypervolume is
    expected to grow.
    """

    model: str
    mean: float
    low: float
    high: float
    best: float
    improvement: float
    results: int
    running: int
    others: tuple[Foreseen, ...] = ()

    @property
    def negated(self) -> Expectation:
        """The same in the unit of results that were negated for the search."""
        return replace(self, mean=-self.mean, low=-self.high, high=-self.low, best=-self.best)
