"""Evaluations that were made elsewhere, from a csv into the journal of a run, so that its search begins with them."""

from __future__ import annotations

import csv
import math
import os
import random
import re
import socket
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from worker import __version__
from worker.agent import processes
from worker.errors import UsageError
from worker.report.table import RESULT, unguarded
from worker.search.space import Space
from worker.spec.parameters import Value
from worker.spec.problem import did_you_mean
from worker.spec.run import Run
from worker.spec.text import quoted
from worker.store import replay
from worker.store.journal import open_epoch
from worker.store.paths import RunPaths
from worker.store.records import Record
from worker.trial import IMPORTED, Status

_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
_LARGEST_SEED = 2**31


@dataclass
class Table:
    """What a csv holds: usable evaluations (values and result), and a sentence for every row that is left out."""

    rows: list[tuple[dict[str, Value], float]] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def read(path: Path, run: Run, result: str = RESULT) -> Table:
    """Read the evaluations in a csv with a column for each parameter and one called `result`.

    Raises UsageError where the file cannot be read or lacks a column.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            sample = file.readline()
            file.seek(0)
            separator = max(",;\t", key=sample.count)
            reader = csv.DictReader(file, delimiter=separator)
            headers = {unguarded(header): header for header in reader.fieldnames or ()}
            for name in (*(parameter.name for parameter in run.parameters), result):
                if name not in headers:
                    other = (
                        " Another column holds the results? Name it with --result." if name == result else ""
                    )
                    raise UsageError(
                        f"{path} has no column {quoted(name)}. {did_you_mean(name, headers)}{other}"
                    )
            return _table(reader, headers, run, result)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{path} cannot be read as a csv file: {error}.") from error


def _table(
    rows: Iterable[Mapping[str, str | None]], headers: Mapping[str, str], run: Run, result: str
) -> Table:
    space = Space(run.parameters, run.precision)
    found = Table()
    for number, row in enumerate(rows, 2):
        cells = {name: unguarded((row.get(header) or "").strip(" ")) for name, header in headers.items()}
        try:
            if cells.get("status", Status.OK.value) not in (Status.OK.value, ""):
                raise ValueError(f"its status is {quoted(cells['status'])}")
            loss = _loss(cells[result])
            values = {
                one.name: _value(cells[one.name], one.kind.value == "category") for one in run.parameters
            }
            point = space.admitted(values)
        except ValueError as error:
            found.left_out.append(f"row {number}: {error}")
            continue
        found.rows.append((space.named(point), loss))
    return found


def _loss(text: str) -> float:
    try:
        loss = float(text)
    except ValueError:
        loss = math.nan
    if not math.isfinite(loss):
        raise ValueError(f"its result is {quoted(text) if text else 'missing'}, and no number that can count")
    return loss


def _value(text: str, category: bool) -> Value:
    if category:
        return text
    try:
        return int(text) if _INTEGER.fullmatch(text) else float(text)
    except ValueError:
        raise ValueError(f"{quoted(text)} is no number") from None


def write(paths: RunPaths, run: Run, table: Table) -> int:
    """Write the evaluations into a journal of their own; returns how many are new to the run.

    Nobody may drive the run meanwhile. Raises StorageFullError.
    """
    state = replay.load(paths)
    known = {tuple(trial.values.items()) for trial in state.trials.values() if trial.imported}
    new = [row for row in table.rows if tuple(row[0].items()) not in known]
    seed = state.seed if state.seed is not None else _seed(run)
    epoch, journal = open_epoch(paths)
    try:
        journal.append(*_records(new, max(state.trials, default=0) + 1, epoch, seed))
    finally:
        journal.close()
    return len(new)


def _seed(run: Run) -> int:
    return run.seed[0] if run.seed else random.SystemRandom().randrange(_LARGEST_SEED)


def _records(
    rows: Iterable[tuple[dict[str, Value], float]], first: int, epoch: int, seed: int
) -> Iterator[Record]:
    at = time.time()
    pid = os.getpid()
    here = {"host": socket.gethostname(), "pid": pid, "pid_start": processes.birth(pid)}
    yield {"kind": "driver", "epoch": epoch, **here, "at": at, "version": __version__, "seed": seed}
    for number, (values, loss) in enumerate(rows, first):
        yield {"kind": "proposed", "trial": number, "values": values, "at": at}
        outcome = {"status": Status.OK.value, "loss": loss, "outputs": {}, "attempt": 0, "end": at}
        yield {"kind": "finished", "trial": number, "agent": IMPORTED, **outcome}
    yield {"kind": "leaving", "reason": "Evaluations were imported.", "at": at}
