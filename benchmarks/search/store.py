"""The file of finished runs: written while a benchmark goes on, so that one that was interrupted goes on, too."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from race import Outcome

_EVERY = 10.0  # seconds between two times that the file is written
Cell = tuple[str, str, int, int]  # problem, method, workers, seed


def read(file: Path) -> list[Outcome]:
    """The outcomes of a file; none where there is no file."""
    if not file.exists():
        return []
    plain = json.loads(file.read_text(encoding="utf-8"))
    return [
        Outcome(**{**one, "best": tuple(one["best"]), "slowest": one.get("slowest", 0.0)}) for one in plain
    ]


class Store:
    """Outcomes of so many evaluations, in memory and in a file if there is one."""

    def __init__(self, file: Path | None, evaluations: int) -> None:
        self._file = file
        found = read(file) if file else []
        self._outcomes = {cell_of(one): one for one in found if len(one.best) == evaluations}
        self._due = 0.0

    def __contains__(self, cell: Cell) -> bool:
        return cell in self._outcomes

    def chosen(self, cells: Iterable[Cell]) -> list[Outcome]:
        """Those of the cells that are there, in their order."""
        return [self._outcomes[cell] for cell in cells if cell in self._outcomes]

    def add(self, outcome: Outcome) -> None:
        """Keep one more."""
        self._outcomes[cell_of(outcome)] = outcome
        if time.monotonic() >= self._due:
            self.write()

    def write(self) -> None:
        """Bring all to the file, whole or not at all."""
        if self._file is None:
            return
        partial = self._file.with_name(f"{self._file.name}.part")
        partial.write_text(json.dumps([asdict(one) for one in self._outcomes.values()]), encoding="utf-8")
        partial.replace(self._file)
        self._due = time.monotonic() + _EVERY


def cell_of(outcome: Outcome) -> Cell:
    """Which run it is of."""
    return outcome.problem, outcome.method, outcome.workers, outcome.seed
