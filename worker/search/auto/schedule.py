"""After how many results a kernel is fitted anew, and from which earlier fit; the same in every process."""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache

FIRST = 5  # results before the first fit
_GROWTH = 10  # a tenth more results, and at least one, until the next fit
_CHEAP = 64  # results that a fit looks at in any case
_ANCHOR_GROWTH = 1.4  # more until the next fit that begins afresh, too


@lru_cache(maxsize=1)
def _counts() -> tuple[int, ...]:
    counts = [FIRST]
    while counts[-1] < 2**31:
        counts.append(counts[-1] + max(1, counts[-1] // _GROWTH))
    return tuple(counts)


@lru_cache(maxsize=1)
def _anchors() -> tuple[int, ...]:
    anchors = [FIRST]
    for count in _counts():
        if count >= anchors[-1] * _ANCHOR_GROWTH:
            anchors.append(count)
    return tuple(anchors)


def settled(results: int, running: int) -> int:
    """How many results, the first by number, a fit may look at so that running trials seldom come in between when they end.

    Each that does has the fits made anew, and with many workers nearly every result would.
    """
    return results - min(running // 2, max(0, results - _CHEAP) // 2)


def fit_for(results: int) -> int:
    """How many results the fit looks at that is used where there are `results`, at least FIRST."""
    return _counts()[bisect_right(_counts(), results) - 1]


def anchor_before(count: int) -> int | None:
    """The last anchor below `count` results; None before the first."""
    position = bisect_right(_anchors(), count - 1)
    return _anchors()[position - 1] if position else None


def is_anchor(count: int) -> bool:
    """Whether a fit of `count` results begins afresh, too."""
    return count in _anchors()
