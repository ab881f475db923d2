"""The sentence with which a search ends that has found no point to begin with."""

from __future__ import annotations

from collections.abc import Sequence

from worker.spec.problem import listed
from worker.spec.text import quoted


def none_allowed(constraints: Sequence[str], *, certain: bool) -> str:
    """That nothing satisfies the constraints. certain: whether all points were looked at."""
    these = (
        f"the constraints {listed(list(map(quoted, constraints)))}"
        if len(constraints) > 1
        else quoted(constraints[0])
    )
    if certain:
        return f"No point of the search space satisfies {these}. Correct the constraints, or the ranges."
    return (
        f"No point was found that satisfies {these}, although many were tried. "
        "Loosen the constraints, or narrow the ranges to where they can hold."
    )
