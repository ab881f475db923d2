"""Real tuning problems: learners on data sets, every point of a grid evaluated before by `make_tables.py`."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

from problem import Problem, choice

FILE = Path(__file__).with_name("tables.json.gz")


def problems() -> list[Problem]:
    """All tables of the file."""
    tables: Mapping[str, Any] = json.loads(gzip.decompress(FILE.read_bytes()))["tables"]
    return [_problem(name, table["grid"], table["losses"]) for name, table in tables.items()]


def _problem(name: str, grid: Mapping[str, Sequence[Any]], losses: Sequence[float]) -> Problem:
    # Numbers by their place in the list, which is as even as people choose levels.
    parameters = {
        parameter: choice(values)
        if isinstance(values[0], str)
        else {"type": "integer", "min": 0, "max": len(values) - 1}
        for parameter, values in grid.items()
    }
    return Problem(name, parameters, _lookup(grid, losses), min(losses))


def _lookup(
    grid: Mapping[str, Sequence[Any]], losses: Sequence[float]
) -> Callable[[Mapping[str, Any]], float]:
    levels = [values if isinstance(values[0], str) else range(len(values)) for values in grid.values()]
    table = dict(zip(product(*levels), losses, strict=True))
    return lambda values: table[tuple(values.values())]
