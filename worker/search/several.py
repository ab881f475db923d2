"""Several results of one evaluation, RESULT1 to RESULTn, whose norm is the loss."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import count, takewhile

_EQUAL = 1e-9  # of a loss and the norm that it is, relatively


def several_results(outputs: Mapping[str, float], loss: float) -> tuple[float, ...]:
    """RESULT1 to RESULTn where `loss` is their norm; () where it is something else."""
    names = takewhile(outputs.__contains__, map("RESULT{}".format, count(1)))
    results = tuple(float(outputs[name]) for name in names)
    if not results or not all(map(math.isfinite, (loss, *results))):
        return ()
    return results if math.isclose(math.hypot(*results), loss, rel_tol=_EQUAL) else ()


def common_length(vectors: Iterable[Sequence[float]]) -> int:
    """How many results most evaluations have; 0 where no more than half of them have as many."""
    lengths = Counter(map(len, vectors))
    length, times = max(lengths.items(), key=lambda pair: (pair[1], pair[0]), default=(0, 0))
    return length if 2 * times > lengths.total() else 0
