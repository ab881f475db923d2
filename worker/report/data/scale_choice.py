"""Which scale shows what matters: linear, logarithmic, by rank, or by the distance from the best; for pages, pictures and figures."""

from __future__ import annotations

import math
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["linear", "log", "rank", "distance"]

WORDS: dict[Kind, str] = {
    "linear": "linear",
    "log": "logarithmic",
    "rank": "by rank",
    "distance": "log distance from the best",
}
SPAN = 1000.0  # positive numbers whose largest is this many times the smallest read better as logarithms
COLOUR_REACH = 1.5  # times the range of nine tenths of the numbers, beyond which colours end
_CROWDED = 0.5  # share of the numbers in one tenth of a scale from which on it shows too little of them
_WINDOW = 0.1
_LEAST = 5  # numbers; of fewer, none is hidden
_DUST = 1e-9  # of the whole range: no distance from the best is drawn smaller


def crowding(places: Sequence[float]) -> float:
    """The largest share of the places that lie within a tenth of the way from the first to the last of them."""
    ordered = sorted(places)
    width = _WINDOW * (ordered[-1] - ordered[0]) if ordered else 0.0
    if not width > 0:
        return 1.0
    most = end = 0
    for at, place in enumerate(ordered):
        while end < len(ordered) and ordered[end] <= place + width:
            end += 1
        if end - at > most:
            most = end - at
    return most / len(ordered)


def fence(numbers: Sequence[float], times: float = COLOUR_REACH) -> float:
    """The number up to which a scale should reach, so that a few large outliers do not take all of it; 0 for none."""
    if not numbers:
        return 0.0
    ordered = sorted(numbers)
    most = ordered[int(len(ordered) * 0.9)]
    end = most + times * (most - ordered[0])
    return max(number for number in ordered if number <= end)


def choose(numbers: Sequence[float], maximises: bool = False) -> Kind:
    """The scale for results or other measured numbers.

    The plain ones come first, as long as they do not put most of the numbers into a tenth of the way; a few
    outliers at the bad end are taken to be cut off.
    """
    if len(set(numbers)) < _LEAST:
        return "log" if spans(numbers) else "linear"
    kinds: list[Kind] = ["linear"]
    if min(numbers) > 0:
        kinds = ["log", "linear"] if spans(numbers) else ["linear", "log"]
    for kind in kinds:
        if crowding(_fenced([_into(kind, number) for number in numbers], maximises)) <= _CROWDED:
            return kind
    # Where most of the numbers are the same, ranks are no better.
    return "rank" if crowding(list(map(ranking(numbers), numbers))) <= _CROWDED else kinds[0]


def spans(numbers: Sequence[float]) -> bool:
    """Whether the numbers span so much that a logarithmic scale suits them before any other."""
    return bool(numbers) and min(numbers) > 0 and max(numbers) > SPAN * min(numbers)


def _into(kind: Kind, number: float) -> float:
    return math.log(number) if kind == "log" else number


def _fenced(places: Sequence[float], maximises: bool) -> list[float]:
    if maximises:
        return [-place for place in _fenced([-place for place in places], False)]
    end = fence(places)
    return [min(place, end) for place in places]


def rank_table(numbers: Sequence[float]) -> tuple[list[float], list[float]]:
    """The different numbers in ascending order, and the rank of each from 0 to 1; equal ones have the mean of theirs."""
    ordered = sorted(numbers)
    levels = sorted(set(ordered))
    middles = [(bisect_left(ordered, level) + bisect_right(ordered, level) - 1) / 2 for level in levels]
    first, last = (middles[0], middles[-1]) if middles else (0.0, 0.0)
    return levels, [(middle - first) / (last - first) if last > first else 0.5 for middle in middles]


def ranking(numbers: Sequence[float]) -> Callable[[float], float]:
    """A function from a number to its rank among them, from 0 to 1; others than these lie between."""
    levels, places = rank_table(numbers)

    def rank(number: float) -> float:
        at = bisect_left(levels, number)
        if at == len(levels):
            return places[-1] if places else 0.5
        if at == 0 or levels[at] == number:
            return places[at]
        share = (number - levels[at - 1]) / (levels[at] - levels[at - 1])
        return places[at - 1] + share * (places[at] - places[at - 1])

    return rank


def choose_clipped(numbers: Sequence[float], maximises: bool = False) -> tuple[Kind, float | None]:
    """The scale of `choose`, and the number beyond which those at the bad end lie on the edge, None where all have room."""
    kind = choose(numbers, maximises)
    if kind != "linear" or crowding(numbers) <= _CROWDED:
        return kind, None
    sign = -1 if maximises else 1
    end = fence([sign * number for number in numbers])
    return kind, sign * end if any(sign * number > end for number in numbers) else None


@dataclass(frozen=True)
class Distance:
    """The scale of a curve of the best so far: the logarithm of how far a result is from the last best one.

    unit: the distance that is as good as none. sign: 1 where the smallest is the best, -1 where the largest is.
    """

    best: float
    unit: float
    sign: int

    def payload(self) -> dict[str, float]:
        """As scripts have it."""
        return {"best": self.best, "unit": self.unit, "sign": self.sign}

    def into(self, result: float) -> float:
        """Where a result stands: 0 for the best, above it what is larger."""
        return self.sign * math.log10(1 + max(0.0, self.sign * (result - self.best)) / self.unit)

    def back(self, place: float) -> float:
        """The result at a place."""
        return self.best + self.sign * self.unit * (10 ** (self.sign * place) - 1)


def choose_progress(levels: Sequence[float], high: float, maximises: bool) -> tuple[Kind, Distance]:
    """The scale on which the late gains of a curve are seen, and what a scale of distances is made of.

    levels: the best results so far, each better than the one before. high: the worst result that is drawn.
    """
    best, sign = levels[-1], -1 if maximises else 1
    whole = abs(high - best)
    if math.isinf(whole):  # so far apart that no difference between them is a number
        return "rank", Distance(best, sys.float_info.max, sign)
    last_gain = abs(levels[-2] - best) if len(levels) > 1 else whole
    distance = Distance(best, max(last_gain, _DUST * whole) or 1.0, sign)
    drawn = [*levels, high]
    if len(levels) < _LEAST:
        return ("log" if spans(drawn) else "linear"), distance
    kinds: list[Kind] = ["linear"]
    if min(drawn) > 0:
        kinds = ["log", "linear"] if spans(drawn) else ["linear", "log"]
    for kind in kinds:
        width = abs(_into(kind, high) - _into(kind, best))
        near = [level for level in levels if abs(_into(kind, level) - _into(kind, best)) <= _WINDOW * width]
        if len(near) <= _CROWDED * len(levels):
            return kind, distance
    return "distance", distance


def lattice_ticks(low: float, high: float, origin: float, step: float, most: int) -> list[float]:
    """At most `most` values from low to high among origin + k * step, evenly apart and on round numbers where there are any."""
    count = math.floor((high - low) / step + 1e-9)
    every = next(
        factor * 10**power for power in range(20) for factor in (1, 2, 5) if factor * 10**power * most > count
    )
    whole = abs(origin / step - round(origin / step)) < 1e-9
    base = 0.0 if whole and every > 1 else origin
    first = math.ceil((low - base) / (every * step) - 1e-9)
    last = math.floor((high - base) / (every * step) + 1e-9)
    return [float(f"{base + index * every * step:.12g}") for index in range(first, last + 1)]
