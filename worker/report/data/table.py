"""The table of a run's evaluations: which columns it has and what stands in each row."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import Literal

from worker.pooled import Pooled, points_of
from worker.report.data.confirmation import confirmation
from worker.report.data.pareto import front_of
from worker.spec.parameter_types import type_of
from worker.spec.run import Run
from worker.store.paths import RunPaths
from worker.trial import Status, Trial

Role = Literal["own", "parameter", "output"]
Cell = int | float | str | None
_Points = Mapping[int, Pooled]  # trial -> the point that it is one of the evaluations of

FIRST = ("trial", "status")
RESULT = "RESULT"
LAST = ("exit_code", "seconds", "start", "end", "host", "log")
REPEATED = ("point", "repeat", "RESULT mean", "RESULT sd")  # where points are evaluated several times
OWN_NAMES = frozenset({*FIRST, RESULT, *LAST})
ON_FRONT = "on the front"  # whether no other evaluation beats it, where a run is about several results
REASON = "reason"  # where evaluations were infeasible: what they said
OUTPUT_MARK, REASON_MARK = " (output)", " (infeasible)"

# A spreadsheet takes a cell that starts so for a formula (the wide forms as well as the plain ones).
_FORMULA = re.compile(r"'*[=+\-@\t\r＝＋－＠]")
_GUARDED = re.compile(r"'+[=+\-@\t\r＝＋－＠]")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


@dataclass(frozen=True)
class Column:
    """A column: its unique header, where its cells come from, and the name that they have there."""

    header: str
    role: Role
    name: str


def columns(run: Run, trials: Iterable[Trial]) -> tuple[Column, ...]:
    """All columns: our own, the parameters by name, RESULT, every other output in the order of its first appearance.

    Where points are evaluated several times or some are infeasible, the columns that say so stand at the end.
    Results that the run names are the first outputs; of several, a column says whether an evaluation is on their front.
    An output that is called like a parameter or like a column of our own gets " (output)" behind its name,
    as parameters are what the user named.
    """
    parameters = [parameter.name for parameter in run.parameters]
    trials = list(trials)
    named = [name for name, _ in run.results]
    outputs = dict.fromkeys([*named, *(name for trial in trials for name in trial.outputs)])
    last = (*LAST, *REPEATED) if run.repeats > 1 or run.confirm else LAST
    some_infeasible = any(trial.status is Status.INFEASIBLE for trial in trials)
    reason = REASON if REASON not in parameters else f"{REASON}{REASON_MARK}"
    taken = {*FIRST, RESULT, *last, *parameters, *([reason] if some_infeasible else [])}
    all_columns = [Column(name, "own", name) for name in FIRST]
    all_columns += [Column(name, "parameter", name) for name in parameters]
    all_columns.append(Column(RESULT, "own", RESULT))
    for name in outputs:
        header = _unique(name, taken)
        taken.add(header)
        all_columns.append(Column(header, "output", name))
    if run.several:
        all_columns.append(Column(_unique(ON_FRONT, taken), "own", ON_FRONT))
    all_columns += [Column(name, "own", name) for name in last]
    all_columns += [Column(reason, "own", REASON)] if some_infeasible else []
    return tuple(all_columns)


def _unique(name: str, taken: Collection[str]) -> str:
    while name in taken:
        name += OUTPUT_MARK
    return name


def evaluated(trials: Iterable[Trial]) -> list[Trial]:
    """The trials that are or were evaluated, by number; those that no agent ever began are no rows of any table."""
    waiting = (Status.PROPOSED, Status.ASSIGNED, Status.CANCELLED)
    return sorted(
        (trial for trial in trials if trial.start is not None or trial.status not in waiting),
        key=lambda trial: trial.number,
    )


def rows(run: Run, trials: Collection[Trial], paths: RunPaths) -> Iterator[tuple[Cell, ...]]:
    """The cells of one trial after the other, as typed values in the order of `columns(run, trials)`."""
    points = _points(run, trials)
    front = frozenset(trial.number for trial in front_of(run, points_of(trials, run.repeats)))
    getters = [_getter(column, paths, points, front) for column in columns(run, trials)]
    for trial in trials:
        yield tuple([getter(trial) for getter in getters])


def safe_rows(run: Run, trials: Collection[Trial], paths: RunPaths) -> Iterator[list[Cell]]:
    """The same as csv files may hold them: texts that a spreadsheet would run are guarded."""
    text_columns = [index for index, column in enumerate(columns(run, trials)) if _is_text(column, run)]
    for row in rows(run, trials, paths):
        cells = list(row)
        for index in text_columns:
            cells[index] = guarded(cells[index])
        yield cells


def _is_text(column: Column, run: Run) -> bool:
    """Whether the cells are texts that users or machines chose."""
    if column.role == "parameter":
        return any(
            parameter.name == column.name and type_of(parameter).value == "category"
            for parameter in run.parameters
        )
    return column.role == "own" and column.name in ("host", "log", REASON)


_NUMERIC = frozenset(
    ("trial", RESULT, "exit_code", "seconds", ON_FRONT, "point", "repeat", "RESULT mean", "RESULT sd")
)


def is_numeric(column: Column, run: Run) -> bool:
    """Whether the cells are numbers; results may be nan or inf besides."""
    if column.role == "own":
        return column.name in _NUMERIC
    return column.role == "output" or not _is_text(column, run)


def _getter(
    column: Column, paths: RunPaths, points: _Points, front: Collection[int]
) -> Callable[[Trial], Cell]:
    name = column.name
    if column.role == "parameter":
        return lambda trial: trial.values.get(name)
    if column.role == "output":
        return lambda trial: trial.outputs.get(name)
    # A hundred thousand paths take seconds to make; they differ in their number only.
    before, _, after = str(paths.trial_out(0)).rpartition("000000")
    getters: dict[str, Callable[[Trial], Cell]] = {
        "trial": lambda trial: trial.number,
        "status": lambda trial: trial.status.value,
        RESULT: lambda trial: trial.raw_loss or trial.loss,
        "exit_code": lambda trial: trial.exit_code,
        "seconds": lambda trial: trial.seconds,
        "start": lambda trial: moment(trial.start),
        "end": lambda trial: moment(trial.end),
        "host": lambda trial: trial.host,
        REASON: lambda trial: trial.reason if trial.status is Status.INFEASIBLE else "",
        ON_FRONT: lambda trial: int(trial.first in front),
        "point": lambda trial: trial.first,
        "repeat": lambda trial: trial.repeat,
        "RESULT mean": lambda trial: _of_point(points, trial, lambda point: point.loss),
        "RESULT sd": lambda trial: _of_point(points, trial, lambda point: point.deviation),
        "log": lambda trial: "" if trial.imported else f"{before}{trial.number:06}{after}",
    }
    return getters[name]


def _points(run: Run, trials: Collection[Trial]) -> _Points:
    """What is known of points that were evaluated several times, by the search and to confirm it."""
    if run.repeats == 1 and not run.confirm:
        return {}
    found = confirmation(run, trials) if run.confirm else None
    confirmed = {point.one.number: point.one for point in found.points} if found else {}
    searched = {
        point.number: point
        for point in points_of(trials, run.repeats)
        if isinstance(point, Pooled) and point.status.ended
    }
    return {
        trial.number: point
        for trial in trials
        if (point := (confirmed if trial.repeat > run.repeats else searched).get(trial.first)) is not None
    }


def _of_point(points: _Points, trial: Trial, get: Callable[[Pooled], Cell]) -> Cell:
    """What is known of the trial's point, once all of its evaluations have ended."""
    point = points.get(trial.number)
    return None if point is None else get(point)


def moment(seconds: float | None) -> str:
    """A time (seconds since the epoch) as ISO 8601 in the local time zone with its offset; "" for None."""
    if seconds is None:
        return ""
    return datetime.fromtimestamp(seconds, _zone(int(seconds // 900))).isoformat(timespec="milliseconds")


@lru_cache(maxsize=1000)
def _zone(quarter: int) -> tzinfo | None:
    """The local zone in a quarter of an hour since the epoch; clocks are changed between two of them."""
    return datetime.fromtimestamp(quarter * 900).astimezone().tzinfo


def guarded(cell: Cell) -> Cell:
    """The cell as a csv file may hold it: text that a spreadsheet would run as a formula gets a ' in front.

    Numbers stay as they are, also where they are text ("-1" is one of the values of an hp.choice).
    """
    if not isinstance(cell, str):
        return cell
    if "\0" in cell:
        cell = cell.replace("\0", "\ufffd")  # csv readers stop at it
    return f"'{cell}" if _FORMULA.match(cell) and not _NUMBER.fullmatch(cell) else cell


def unguarded(text: str) -> str:
    """What `guarded` was given, from the text of its cell."""
    return text[1:] if _GUARDED.match(text) else text
