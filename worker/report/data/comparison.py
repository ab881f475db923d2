"""Several runs together: their curves with bands over seeds, all their evaluations in one table."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from worker.report.data import improvements
from worker.report.data.plot_columns import PlotColumn, PlotData, make_plot_data
from worker.report.data.results import Results
from worker.spec.hook_fields import Event
from worker.spec.run import Run

MOST_STEPS = 200  # of a curve


@dataclass(frozen=True)
class Band:
    """The best result so far of alike runs, after each number of evaluations: median and quartiles."""

    label: str
    runs: tuple[str, ...]
    steps: list[int]
    median: list[float]
    low: list[float]
    high: list[float]

    @property
    def mirrored(self) -> Band:
        """The same upside down."""
        turned = ([-value for value in values] for values in (self.median, self.high, self.low))
        return Band(self.label, self.runs, self.steps, *turned)


def distinct(runs: Sequence[Results]) -> list[Results]:
    """The same runs, those of one name called by their workdirs, too."""
    count = Counter(results.run.name for results in runs)
    return [results if count[results.run.name] == 1 else _with_place(results) for results in runs]


def _with_place(results: Results) -> Results:
    name = f"{results.run.name} in {results.paths.root.parents[2]}"
    return dataclasses.replace(results, run=dataclasses.replace(results.run, name=name))


def groups(runs: Sequence[Results]) -> list[list[Results]]:
    """Runs that differ only in name, seed and place stand together, in the order of their first."""
    alike: dict[Run, list[Results]] = {}
    for results in runs:
        alike.setdefault(_shape(results.run), []).append(results)
    return list(alike.values())


def _shape(run: Run) -> Run:
    """What alike runs have in common. Tuples of settings make it hashable."""
    parameters = tuple(
        (parameter.name, parameter.type, tuple(parameter.settings.items())) for parameter in run.parameters
    )
    hooks = {"on_waiting_time": 0, **{event.attribute: "" for event in Event}}
    return dataclasses.replace(run, name="", seed=(), workdir="", parameters=parameters, **hooks)  # type: ignore[arg-type]


def bands(runs: Sequence[Results]) -> list[Band]:
    """A band for every group of alike runs that has a result, from where on all of them have one."""
    bands_of_groups = []
    for group in groups(runs):
        curves = {id(results): curve for results in group if (curve := _curve(results))}
        if not curves:
            continue
        with_result = [results for results in group if id(results) in curves]
        first = max(curve[0][0] for curve in curves.values())
        longest = max(curve[-1][0] for curve in curves.values())
        stride = max(1, (longest - first) // MOST_STEPS)
        steps = sorted({*range(first, longest, stride), longest})
        columns = [_at(curve, steps) for curve in curves.values()]
        quartiles = [_quartiles(values) for values in zip(*columns, strict=True)]
        low, median, high = (list(values) for values in zip(*quartiles, strict=True))
        names = tuple(results.run.name for results in with_result)
        bands_of_groups.append(Band(_label(with_result), names, steps, median, low, high))
    return bands_of_groups


def _label(group: Sequence[Results]) -> str:
    first = group[0].run.name
    return first if len(group) == 1 else f"{first} and {len(group) - 1} more with other seeds"


def _curve(results: Results) -> list[tuple[int, float]]:
    """(number of ended evaluations, best result so far), up to the last evaluation that ended."""
    points = improvements.finished(results.points)
    steps = [(point.count, point.loss) for point in improvements.improvements(points, results.run)]
    return [*steps, (points[-1].count, steps[-1][1])] if points else []


def _at(curve: Sequence[tuple[int, float]], steps: Sequence[int]) -> list[float]:
    """The curve's value at each step, of which none is before its first; its last one stays."""
    values: list[float] = []
    index = 0
    for step in steps:
        while index + 1 < len(curve) and curve[index + 1][0] <= step:
            index += 1
        values.append(curve[index][1])
    return values


def _quartiles(values: Sequence[float]) -> tuple[float, float, float]:
    numbers = sorted(values)
    return _quantile(numbers, 0.25), _quantile(numbers, 0.5), _quantile(numbers, 0.75)


def _quantile(ordered: Sequence[float], share: float) -> float:
    position = share * (len(ordered) - 1)
    low = int(position)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (position - low)


def joined(name: str, runs: Sequence[Results]) -> PlotData:
    """The evaluations of all runs as one plot_data, with the run as its first column."""
    all_plot_data = [make_plot_data(results.run, results.trials) for results in runs]
    names = [results.run.name for results in runs]
    sizes = [len(plot_data.usable) for plot_data in all_plot_data]
    run_of_row = [float(index) for index, size in enumerate(sizes) for _ in range(size)]
    run = PlotColumn("run", "Run", "own", run_of_row, tuple(names))
    keys = list(dict.fromkeys(column.name for plot_data in all_plot_data for column in plot_data.columns))
    order = {"trial": 0, "parameter": 1, "result": 2}
    columns = [_joined_column(key, all_plot_data, sizes) for key in keys]
    columns.sort(key=lambda column: order.get(column.role, 3))
    usable = tuple(is_usable for plot_data in all_plot_data for is_usable in plot_data.usable)
    return PlotData(name, (run, *columns), usable, runs[0].run.main)


def _joined_column(name: str, all_plot_data: Sequence[PlotData], sizes: Sequence[int]) -> PlotColumn:
    """One column of several plots' data; numbers become categories where another run has categories under that name."""
    parts = [
        next((column for column in plot_data.columns if column.name == name), None)
        for plot_data in all_plot_data
    ]
    present = [part for part in parts if part is not None]
    first = present[0]
    numeric = all(part.options is None for part in present)
    if numeric:
        values = [
            value
            for part, size in zip(parts, sizes, strict=True)
            for value in (part.values if part is not None else [None] * size)
        ]
        integer = all(part.integer for part in present)
        return dataclasses.replace(first, values=values, integer=integer)
    texts = [
        text
        for part, size in zip(parts, sizes, strict=True)
        for text in (_texts(part) if part else [None] * size)
    ]
    configured = [option for part in present for option in part.options or ()]
    options = tuple(dict.fromkeys([*configured, *(text for text in texts if text is not None)]))
    codes = {option: float(index) for index, option in enumerate(options)}
    indices = [None if text is None else codes[text] for text in texts]
    return dataclasses.replace(first, values=indices, options=options, log=False, integer=False)


def _texts(column: PlotColumn) -> list[str | None]:
    if column.options is None:
        return [None if value is None else f"{value:g}" for value in column.values]
    return [None if value is None else column.options[int(value)] for value in column.values]
