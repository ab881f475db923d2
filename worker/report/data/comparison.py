"""Several runs together: which of them are alike, which have the same objective, and all their evaluations in one table."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from worker.report.data.plot_columns import PlotColumn, PlotData
from worker.report.data.results import Results
from worker.report.data.scale_choice import choose
from worker.report.data.searched import union
from worker.spec.hook_fields import Event
from worker.spec.run import Run
from worker.spec.setting_values import setting_text


def distinct(runs: Sequence[Results]) -> list[Results]:
    """The same runs, those of one name called by their workdirs, too."""
    count = Counter(results.run.name for results in runs)
    return [results if count[results.run.name] == 1 else _with_place(results) for results in runs]


def _with_place(results: Results) -> Results:
    name = f"{results.run.name} in {results.paths.root.parents[2]}"
    return dataclasses.replace(results, run=dataclasses.replace(results.run, name=name))


def groups(runs: Sequence[Results]) -> list[list[Results]]:
    """Runs that differ only in name, seed and place stand together, in the order of their first.

    One of which the program's file is not known stands with the first that is like it.
    """
    alike: dict[Run, dict[str, list[Results]]] = {}
    for results in runs:
        files = alike.setdefault(_shape(results.run), {})
        known = _checksum(results) or next(iter(files), "")
        files.setdefault(known, []).append(results)
    return [group for files in alike.values() for group in files.values()]


def _shape(run: Run) -> Run:
    """What alike runs have in common. Tuples of settings make it hashable."""
    parameters = tuple(
        (parameter.name, parameter.type, tuple(parameter.settings.items())) for parameter in run.parameters
    )
    hooks = {"on_waiting_time": 0, **{event.attribute: "" for event in Event}}
    return dataclasses.replace(run, name="", seed=(), workdir="", parameters=parameters, **hooks)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Difference:
    """Something about their objective in which runs differ: what it is, and how each run has it, by its name."""

    what: str
    of_runs: tuple[tuple[str, str], ...]
    fatal: bool  # whether their results are no longer the same thing

    @property
    def words(self) -> str:
        """One line on it."""
        return f"{self.what}: {'; '.join(f'{text} ({name})' for name, text in self.of_runs)}"


_Said = Callable[[Results], str]


def _program_text(results: Results) -> str:
    return " ".join(results.run.objective.split())


_OBJECTIVE: tuple[tuple[str, _Said, bool], ...] = (
    ("program", _program_text, False),
    ("result", lambda results: ", ".join(goal.name for goal in results.run.goals), True),
    ("direction", lambda results: ", ".join(goal.direction for goal in results.run.goals), True),
    ("constraints", lambda results: " and ".join(results.run.constraints) or "none", False),
)
_OF_THE_SYSTEM = ("/usr/", "/bin/")  # programs that are others on other machines, and nobody's objective
_CHECKSUM = 12  # digits of one that tell it from all others


def differences(runs: Sequence[Results]) -> Iterator[Difference]:
    """In what the objectives of runs differ; nothing where one can be compared with the other as it is."""
    for what, said, fatal in _OBJECTIVE:
        if difference := _difference(what, runs, said, fatal):
            yield difference
    known = [results for results in runs if _checksum(results)]
    changed = _difference("contents of the program's file", known, _file_text, False)
    if changed and not _difference("program", known, _program_text, False):
        yield changed
    names = dict.fromkeys(parameter.name for results in runs for parameter in results.run.parameters)
    for name in names:
        if difference := _difference(f"parameter {name}", runs, partial(_parameter_text, name=name), False):
            yield difference


def _difference(what: str, runs: Sequence[Results], said: _Said, fatal: bool) -> Difference | None:
    """How each run has it, the first of each kind; None where all have it alike."""
    texts: dict[str, str] = {}
    for results in runs:
        texts.setdefault(said(results), results.run.name)
    pairs = tuple((name, text) for text, name in texts.items())
    return Difference(what, pairs, fatal) if len(pairs) > 1 else None


def _checksum(results: Results) -> str:
    """The SHA-256 of the program's file as the newest driver found it, "" where that is not known."""
    found = [
        facts["sha256"]
        for facts in results.provenance.drivers
        if facts.get("sha256") and not str(facts.get("program")).startswith(_OF_THE_SYSTEM)
    ]
    return str(found[-1]) if found else ""


def _file_text(results: Results) -> str:
    """Where the program's file lies says nothing about what it does; its contents do."""
    return f"SHA-256 {_checksum(results)[:_CHECKSUM]}"


def _parameter_text(results: Results, name: str) -> str:
    parameter = next((one for one in results.run.parameters if one.name == name), None)
    if parameter is None:
        return "none"
    return ", ".join(
        [parameter.type, *(f"{key}={setting_text(value)}" for key, value in parameter.settings.items())]
    )


def joined(name: str, runs: Sequence[Results]) -> PlotData:
    """The evaluations of all runs as one plot_data, with the run as its first column."""
    all_plot_data = [results.columns for results in runs]
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
        together = union([part.searched for part in present])
        found = dataclasses.replace(
            first,
            values=values,
            integer=integer,
            searched=together,
            shown=any(part.shown for part in present),
        )
        if first.role == "parameter":
            return found
        # What is always the same in each run may differ between them.
        shown = not found.constant and (found.shown or any(part.constant for part in present))
        return dataclasses.replace(
            found,
            shown=shown,
            scale=choose(
                _counting(found, all_plot_data), first.role == "result" and all_plot_data[0].goal.maximises
            ),
        )
    texts = [
        text
        for part, size in zip(parts, sizes, strict=True)
        for text in (_texts(part) if part else [None] * size)
    ]
    configured = [option for part in present for option in part.options or ()]
    options = tuple(dict.fromkeys([*configured, *(text for text in texts if text is not None)]))
    codes = {option: float(index) for index, option in enumerate(options)}
    indices = [None if text is None else codes[text] for text in texts]
    return dataclasses.replace(
        first, values=indices, options=options, scale="linear", integer=False, searched=None
    )


def _counting(column: PlotColumn, all_plot_data: Sequence[PlotData]) -> list[float]:
    """The numbers of a column that a scale has to show: of results, those that count."""
    usable = [counts for plot_data in all_plot_data for counts in plot_data.usable]
    pairs = zip(column.values, usable, strict=True)
    return [value for value, counts in pairs if value is not None and (counts or column.role != "result")]


def _texts(column: PlotColumn) -> list[str | None]:
    if column.options is None:
        return [None if value is None else f"{value:g}" for value in column.values]
    return [None if value is None else column.options[int(value)] for value in column.values]
