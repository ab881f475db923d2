"""The columns of a run as its plots need them: numbers or categories, each with its label, unit and scale."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from worker.errors import UsageError
from worker.report.data import table
from worker.report.data.colours import palette
from worker.report.data.scale_choice import Kind, choose
from worker.report.data.searched import Searched, searched
from worker.spec.goals import RESULT, Goal
from worker.spec.parameter_types import type_of
from worker.spec.parameters import Parameter, Value
from worker.spec.problem import did_you_mean
from worker.spec.run import Run
from worker.spec.text import quoted
from worker.trial import Status, Trial

Role = Literal["trial", "status", "parameter", "result", "output", "own"]

MOST_AXES = 20  # of parameters shown at first; the others can be brought in
MOST_OUTPUT_AXES = 8
MOST_OPTIONS = 24  # of a category, also those without an evaluation
_RESULT = Goal(RESULT)
_MEASURED = ("result", "output", "own")
_EXACT_INTEGER = 2**53  # floats hold all integers up to here; parameters go no further


@dataclass(frozen=True)
class PlotColumn:
    """One column: `values` are numbers (None where missing), or indices into `options` where that is not None.

    name is unique and the header in csv files; label is for people, with the unit. shown: whether a plot has it
    as an axis at first. scale: the one that shows most of it. searched: of a parameter, the range that was searched.
    """

    name: str
    label: str
    role: Role
    values: Sequence[float | None]
    options: tuple[str, ...] | None = None
    scale: Kind = "linear"
    shown: bool = True
    integer: bool = False
    searched: Searched | None = None

    @property
    def numbers(self) -> list[float]:
        """The values that are there."""
        return [value for value in self.values if value is not None]

    @property
    def constant(self) -> bool:
        """Whether it is an output or a duration that is always the same: it gets no axis, unless that tells which evaluations lack it."""
        if self.options is not None or self.role not in _MEASURED or len(self.values) < 2:
            return False
        first = next((value for value in self.values if value is not None), None)
        alike = (first,) if self.role == "result" else (first, None)
        return first is not None and all(value in alike for value in self.values)


@dataclass(frozen=True)
class PlotData:
    """All columns of some evaluations; one value of each column per evaluation."""

    name: str
    columns: tuple[PlotColumn, ...]
    usable: tuple[bool, ...]  # evaluation -> whether its result counts
    goal: Goal = _RESULT  # the result, and which of them is the best

    def rank(self, result: float) -> float:
        """What stands for a result where the smaller is the better."""
        return self.goal.rank(result)

    def column(self, role: Role) -> PlotColumn:
        """The first column with that role."""
        return next(column for column in self.columns if column.role == role)

    def with_axes(self, names: Sequence[str]) -> PlotData:
        """The same with just these columns as axes at first, in this order. Raises UsageError for unknown ones."""
        by_name = self._known(names)
        wanted = [replace(by_name[name], shown=True) for name in names]
        others = [replace(column, shown=False) for column in self.columns if column.name not in names]
        return replace(self, columns=(*wanted, *others))

    def with_all_parameters(self) -> PlotData:
        """The same showing every parameter, also those that would be too many as axes."""
        columns = [
            replace(column, shown=column.shown or column.role == "parameter") for column in self.columns
        ]
        return replace(self, columns=tuple(columns))

    def logarithmic(self, names: Sequence[str]) -> PlotData:
        """The same with logarithmic axes for these columns. Raises UsageError for unknown ones."""
        self._known(names)
        columns = [
            replace(column, scale="log") if column.name in names else column for column in self.columns
        ]
        return replace(self, columns=tuple(columns))

    def _known(self, names: Sequence[str]) -> dict[str, PlotColumn]:
        """The columns by name. Raises UsageError where one of `names` is none."""
        by_name = {column.name: column for column in self.columns}
        for name in names:
            if name not in by_name:
                raise UsageError(f"There is no column {quoted(name)}. {did_you_mean(name, by_name)}")
        return by_name

    def of_role(self, role: Role) -> tuple[PlotColumn, ...]:
        """All columns with that role."""
        return tuple(column for column in self.columns if column.role == role)


def make_plot_data(run: Run, trials: Sequence[Trial]) -> PlotData:
    """The columns of the evaluations among `trials` (see `table.evaluated`, which makes their order)."""
    columns = [
        PlotColumn(
            "trial", "Evaluation", "trial", [trial.number for trial in trials], shown=False, integer=True
        )
    ]
    shown_outputs = 0
    parameters = {parameter.name: parameter for parameter in run.parameters}
    for column in table.columns(run, trials):
        if column.role == "parameter":
            shown = list(parameters).index(column.name) < MOST_AXES
            columns.append(_parameter_column(parameters[column.name], trials, shown, run.precision))
        elif column.role == "output" and run.results and column.name == run.main.name:
            continue  # the column of the result shows it
        elif column.role == "output":
            values = [_finite(trial.outputs.get(column.name)) for trial in trials]
            measured = _measured(
                column.header,
                column.header,
                "output",
                values,
                len(trials) < 2 or any(value is not None for value in values),
            )
            shown_outputs += measured.shown
            columns.append(replace(measured, shown=measured.shown and shown_outputs <= MOST_OUTPUT_AXES))
        elif column.name == table.RESULT:
            columns.append(_result_column(run, trials))
    columns += _own_columns(trials)
    usable = tuple(trial.status is Status.OK for trial in trials)
    return PlotData(run.name, tuple(columns), usable, run.main)


def _result_column(run: Run, trials: Sequence[Trial]) -> PlotColumn:
    column = _measured(
        "RESULT", _result_label(run), "result", [_finite(trial.loss) for trial in trials], True
    )
    usable = [
        trial.loss
        for trial in trials
        if trial.status is Status.OK and trial.loss is not None and math.isfinite(trial.loss)
    ]
    return replace(column, scale=choose(usable, run.maximises))


def _result_label(run: Run) -> str:
    return run.main.words if run.results or run.maximises else run.main.name


def _own_columns(trials: Sequence[Trial]) -> list[PlotColumn]:
    begin = min((trial.start for trial in trials if trial.start is not None), default=0.0)
    starts = [_since(trial.start, begin) for trial in trials]
    columns = [
        _measured("seconds", "Duration (s)", "own", [_rounded(trial.seconds) for trial in trials], True),
        _categories("status", "Status", "status", [trial.status.value for trial in trials]),
        _measured("start", "Start (s after the first)", "own", starts, False),
        _categories("host", "Host", "own", [trial.host or None for trial in trials]),
    ]
    if any(trial.peak_memory is not None for trial in trials):
        memory = [_rounded(trial.peak_memory) for trial in trials]
        columns.insert(1, _measured("peak_memory", "Peak memory (MB)", "own", memory, False))
    return columns


def _parameter_column(
    parameter: Parameter, trials: Sequence[Trial], shown: bool, precision: int
) -> PlotColumn:
    name, kind = parameter.name, type_of(parameter)
    values = [trial.values.get(name) for trial in trials]
    if kind.value == "category":
        used = {value for value in values if value is not None}
        # All that were searched, also those that nobody has tried, unless there are too many of these to be seen.
        every = len(parameter.options) <= max(MOST_OPTIONS, 2 * len(used))
        order = [option for option in parameter.options if every or option in used]
        order += sorted(
            str(value) for value in used if value not in order
        )  # of ranges that the run had before
        return _categories(name, name, "parameter", values, order, shown)
    numbers = [_finite(value if not isinstance(value, str) else None) for value in values]
    return PlotColumn(
        name,
        name,
        "parameter",
        numbers,
        scale="log" if kind.logarithmic(parameter) else "linear",
        shown=shown,
        integer=kind.value == "integer",
        searched=searched(parameter, precision),
    )


def _measured(name: str, label: str, role: Role, values: Sequence[float | None], shown: bool) -> PlotColumn:
    numbers = [value for value in values if value is not None]
    integer = all(value == int(value) for value in numbers) if numbers else False
    column = PlotColumn(name, label, role, values, scale=choose(numbers), shown=shown, integer=integer)
    return replace(column, shown=False) if column.constant else column


def _categories(
    name: str,
    label: str,
    role: Role,
    values: Sequence[Value | None],
    order: Sequence[str] | None = None,
    shown: bool = False,
) -> PlotColumn:
    texts = [None if value is None else str(value) for value in values]
    options = (
        tuple(order)
        if order is not None
        else tuple(dict.fromkeys(text for text in texts if text is not None))
    )
    codes = {option: float(index) for index, option in enumerate(options)}
    indices = [None if text is None else codes.get(text) for text in texts]
    return PlotColumn(name, label, role, indices, options, shown=shown)


def _finite(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else value


def _rounded(value: float | None) -> float | None:
    """Durations and sizes are measured, not computed: six digits say all that they know."""
    return None if value is None else float(f"{value:.6g}")


def _since(moment: float | None, begin: float) -> float | None:
    return None if moment is None else round(moment - begin, 3)


def payload(plot_data: PlotData) -> dict[str, object]:
    """The data as the scripts of the pages read it (worker/report/assets/data.js), small enough to embed."""
    status = plot_data.column("status")
    counting = [option == Status.OK.value for option in status.options or ()]
    return {
        "name": plot_data.name,
        "usable": counting,
        "goal": plot_data.goal.name,
        "largest": plot_data.goal.maximises,
        "palette": palette(),
        "columns": [_column_payload(column) for column in plot_data.columns],
    }


def _column_payload(column: PlotColumn) -> dict[str, object]:
    payload: dict[str, object] = {
        "name": column.name,
        "label": column.label,
        "role": column.role,
        "scale": column.scale,
        "shown": column.shown,
        "integer": column.integer,
        "values": [None if value is None else _shortest(value) for value in column.values],
    }
    if column.options is not None:
        payload["options"] = column.options
    if column.searched is not None:
        payload["bounds"] = [_shortest(column.searched.low), _shortest(column.searched.high)]
        payload["step"] = column.searched.step
    if column.constant:
        payload["constant"] = True
    return payload


def _shortest(value: float) -> float:
    """The same number as an integer where it is one, since "3" is shorter than "3.0"."""
    return int(value) if value == int(value) and abs(value) < _EXACT_INTEGER else value
