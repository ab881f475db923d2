"""A few values of a parameter, spread over what is likely, so that people see what its settings mean."""

from __future__ import annotations

from collections.abc import Sequence

from worker.spec.distributions import Reals
from worker.spec.parameter_types import type_of
from worker.spec.parameters import Parameter, Value

MOST = 5
# Below which of the values so much of the probability lies; from one end of the range to the other, where it has ends.
_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
_SHARES_WITHOUT_ENDS = (0.05, 0.25, 0.5, 0.75, 0.95)
_DIGITS = (3, 6, 15)  # significant; more where the values are alike in fewer


def sample_values(parameter: Parameter, precision: int) -> tuple[str, ...]:
    """At most five different values of a checked parameter, ascending where they have an order; of more listed ones the first, and "…"."""
    kind = type_of(parameter)
    dimension = kind.dimension(parameter, precision)
    if dimension.count <= MOST:
        return _texts([dimension.value(index) for index in range(dimension.count)])
    if kind.value == "category":
        return (*_texts([dimension.value(index) for index in range(MOST - 1)]), "…")
    bounds = kind.distribution(parameter)
    unbounded = isinstance(bounds, Reals) and None in (bounds.low, bounds.high)
    shares = _SHARES_WITHOUT_ENDS if unbounded else _SHARES
    return _texts(list(dict.fromkeys(dimension.at_share(share) for share in shares)))


def _texts(values: Sequence[Value]) -> tuple[str, ...]:
    texts: list[str] = []
    for digits in _DIGITS:
        texts = [f"{value:.{digits}g}" if isinstance(value, float) else str(value) for value in values]
        if len(set(texts)) == len(texts):
            break
    return tuple(texts)
