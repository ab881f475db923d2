"""The table of a run's evaluations: which columns it has and what stands in each row."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import lru_cache
from itertools import islice
from operator import attrgetter
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
Change = Callable[[Cell], Cell]
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
_SUSPICIOUS = frozenset("'=+-@\t\r＝＋－＠")  # first characters of such
_GUARDED = re.compile(r"'+[=+\-@\t\r＝＋－＠]")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


_AT_ONCE = 1000  # rows
_SECONDS = len("2000-01-01T00:00:")  # where they stand in a time


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


def _as_is(_: Column) -> None:
    """Nothing is to be changed."""


def rows(
    run: Run, trials: Collection[Trial], paths: RunPaths, changed: Callable[[Column], Change | None] = _as_is
) -> Iterator[tuple[Cell, ...]]:
    """The cells of one trial after the other, in the order of `columns(run, trials)`.

    changed: what is to be done with each cell of a column; None for nothing, so that they stay typed values.
    """
    points = _points(run, trials)
    front = frozenset(trial.number for trial in front_of(run, points_of(trials, run.repeats)))
    getters = [(_getter(column, paths, points, front), changed(column)) for column in columns(run, trials)]
    # Column by column is faster, by parts takes little memory.
    remaining = iter(trials)
    while part := list(islice(remaining, _AT_ONCE)):
        cells = [map(change, get(part)) if change else get(part) for get, change in getters]
        yield from zip(*cells, strict=True)


def safe_rows(
    run: Run, trials: Collection[Trial], paths: RunPaths, changed: Callable[[Column], Change | None] = _as_is
) -> Iterator[tuple[Cell, ...]]:
    """The same as csv files may hold them: texts that a spreadsheet would run are guarded, and only others are changed."""
    return rows(run, trials, paths, lambda column: guarded if _is_text(column, run) else changed(column))


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
) -> Callable[[Sequence[Trial]], list[Cell]]:
    """What finds the cells of some trials in a column."""
    name = column.name
    if column.role == "parameter":
        return lambda trials: [trial.values.get(name) for trial in trials]
    if column.role == "output":
        return lambda trials: [trial.outputs.get(name) for trial in trials]
    # A hundred thousand paths take seconds to make; they differ in their number only.
    before, _, after = str(paths.trial_out(0)).rpartition("000000")
    words = {status: status.value for status in Status}
    getters: dict[str, Callable[[Sequence[Trial]], list[Cell]]] = {
        "trial": lambda trials: [trial.number for trial in trials],
        "status": lambda trials: [words[trial.status] for trial in trials],
        RESULT: lambda trials: [trial.raw_loss or trial.loss for trial in trials],
        "exit_code": lambda trials: [trial.exit_code for trial in trials],
        "seconds": lambda trials: [trial.seconds for trial in trials],
        "start": lambda trials: [moment(trial.start) for trial in trials],
        "end": lambda trials: [moment(trial.end) for trial in trials],
        "host": lambda trials: [trial.host for trial in trials],
        REASON: lambda trials: [
            trial.reason if trial.status is Status.INFEASIBLE else "" for trial in trials
        ],
        ON_FRONT: lambda trials: [int(trial.first in front) for trial in trials],
        "point": lambda trials: [trial.first for trial in trials],
        "repeat": lambda trials: [trial.repeat for trial in trials],
        "RESULT mean": lambda trials: [_of_point(points, trial, _loss) for trial in trials],
        "RESULT sd": lambda trials: [_of_point(points, trial, _deviation) for trial in trials],
        "log": lambda trials: [
            "" if trial.imported else f"{before}{trial.number:06}{after}" for trial in trials
        ],
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


_loss, _deviation = attrgetter("loss"), attrgetter("deviation")


def moment(seconds: float | None) -> str:
    """A time (seconds since the epoch) as ISO 8601 in the local time zone with its offset; "" for None."""
    if seconds is None:
        return ""
    fraction, whole = math.modf(seconds)
    micro = round(fraction * 1_000_000)  # as exact as times of Python are; three of the digits are written
    second, micro = int(whole) + micro // 1_000_000, micro % 1_000_000
    before, after = _minute(second // 60)
    if not before:
        return datetime.fromtimestamp(seconds, _zone(second // 900)).isoformat(timespec="milliseconds")
    return f"{before}{second % 60:02}.{micro // 1000:03}{after}"


@lru_cache(maxsize=1000)
def _minute(minute: int) -> tuple[str, str]:
    """How the times in a minute since the epoch begin and end in the local time zone; nothing where none begins with it there."""
    start = datetime.fromtimestamp(60 * minute, _zone(minute // 15))
    text = start.isoformat(timespec="seconds")
    return ("", "") if start.second else (text[:_SECONDS], text[_SECONDS + 2 :])


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
    if cell[:1] not in _SUSPICIOUS and "\0" not in cell:
        return cell
    if "\0" in cell:
        cell = cell.replace("\0", "\ufffd")  # csv readers stop at it
    return f"'{cell}" if _FORMULA.match(cell) and not _NUMBER.fullmatch(cell) else cell


def unguarded(text: str) -> str:
    """What `guarded` was given, from the text of its cell."""
    return text[1:] if _GUARDED.match(text) else text
