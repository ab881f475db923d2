"""Real tuning problems: learners on data sets, every point of a grid evaluated before by `make_tables.py`."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from problem import Loss, Problem, choice

from worker.spec.parameters import Value
from worker.spec.rules import Rules

FILE = Path(__file__).with_name("tables.json.gz")
Grid = Mapping[str, Sequence[Any]]
Conditions = Mapping[str, str]  # of some of a grid's parameters
NO_CONDITIONS: Conditions = {}


def problems() -> list[Problem]:
    """All tables of the file whose parameters always exist."""
    return _read("tables")


def conditional_problems() -> list[Problem]:
    """Those of which some parameters exist under conditions only."""
    return _read("conditional")


def parameters_of(grid: Grid, when: Conditions = NO_CONDITIONS) -> dict[str, dict[str, object]]:
    """A grid's parameters as in a config; numbers by their place in the list, which is as even as people choose levels."""
    return {
        name: {
            **(
                choice(levels)
                if isinstance(levels[0], str)
                else {"type": "integer", "min": 0, "max": len(levels) - 1}
            ),
            **({"when": when[name]} if name in when else {}),
        }
        for name, levels in grid.items()
    }


def points(grid: Grid, when: Conditions = NO_CONDITIONS) -> list[dict[str, Value]]:
    """All points of a grid, without what does not exist there; the last parameter varies fastest."""
    space = Problem("points", parameters_of(grid, when), lambda _: None, 0.0).space()
    rules: Rules = space.rules
    found: list[dict[str, Value]] = [{}]
    for name, levels in grid.items():
        places = levels if isinstance(levels[0], str) else range(len(levels))
        found = [
            {**point, name: place} if exists else point
            for point in found
            for exists in [rules.exists(name, point)]
            for place in (places if exists else [None])
        ]
    return found


def _read(kind: str) -> list[Problem]:
    tables: Mapping[str, Any] = json.loads(gzip.decompress(FILE.read_bytes())).get(kind, {})
    return [
        _problem(name, table["grid"], table.get("when", NO_CONDITIONS), table["losses"])
        for name, table in tables.items()
    ]


def _problem(name: str, grid: Grid, when: Conditions, losses: Sequence[float]) -> Problem:
    return Problem(name, parameters_of(grid, when), _lookup(grid, when, losses), min(losses))


def _lookup(grid: Grid, when: Conditions, losses: Sequence[float]) -> Loss:
    table = {tuple(point.items()): loss for point, loss in zip(points(grid, when), losses, strict=True)}
    return lambda values: table[tuple(values.items())]
