"""What is asked of a figure, and what comes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from worker.errors import UsageError
from worker.report.data.plot_columns import PlotData, make_plot_data
from worker.report.data.results import Results
from worker.report.pictures.figure_style import Width
from worker.report.pictures.panels import PlotSelection, select
from worker.spec.goals import Goal
from worker.spec.run import Run
from worker.spec.text import together
from worker.trial import Trial

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Item = TypeVar("Item")


@dataclass(frozen=True)
class Request:
    """Of which run and how wide. parameters: those that a person has named, in their order; none for the usual ones."""

    results: Results
    width: Width
    parameters: tuple[str, ...] = ()

    def of_parameters(self, plot_data: PlotData) -> PlotData:
        """The data with the named parameters alone, or with all. Raises UsageError where one is no parameter."""
        if not self.parameters:
            return plot_data.with_all_parameters()
        known = [column.name for column in plot_data.of_role("parameter")]
        for name in self.parameters:
            if name not in known:
                raise UsageError(
                    f"{name} is no parameter of this run. Its parameters are {', '.join(known)}."
                )
        return plot_data.with_axes(self.parameters)

    def selected(self, plot_data: PlotData, most: int) -> PlotSelection:
        """So many parameters at most, see `panels.select`; all that are named where these are not far too many."""
        shown = self.of_parameters(plot_data)
        return select(
            self.results, shown, named=bool(self.parameters), **({} if self.parameters else {"most": most})
        )


def figure_data(run: Run, trials: Sequence[Trial]) -> PlotData:
    """The columns of these evaluations; which results are the best is said in as few letters as a small panel has room for."""
    plot_data = make_plot_data(run, trials)
    columns = [
        replace(column, label=brief_words(run.main))
        if column.role == "result" and column.label != run.main.name
        else column
        for column in plot_data.columns
    ]
    return replace(plot_data, columns=tuple(columns))


def brief_words(goal: Goal) -> str:
    """A result at an axis."""
    return f"{goal.name} ({'max' if goal.maximises else 'min'})"


@dataclass(frozen=True)
class Drawing:
    """One figure or several, each for a file of its own, and a sentence on what they leave out or what to doubt."""

    figures: tuple[Figure, ...]
    note: str = ""


def left_out(selection: PlotSelection) -> str:
    """Which parameters a figure shows where these are not all."""
    if not selection.note:
        return ""
    return together(f"The figure shows {selection.note}; --parameters a,b,c chooses others.", selection.why)


def pages(items: Sequence[Item], most: int) -> list[Sequence[Item]]:
    """In parts of so many at most, as even as they can be."""
    count = max(1, -(-len(items) // most))
    size = -(-len(items) // count)
    return [items[start : start + size] for start in range(0, len(items), size)]
