"""Which panels a picture of a run has: the pairs of columns that stand against each other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

from worker.report.data.importance import NoImportanceError
from worker.report.kept_importance import importance_of

if TYPE_CHECKING:
    from worker.report.data.plot_columns import PlotColumn, PlotData
    from worker.report.data.results import Results

MOST_PARAMETERS = 10  # drawn against each other in one picture: 45 panels
SIDE = 3.1  # inches of a panel

Pair = tuple["PlotColumn", "PlotColumn"]


@dataclass(frozen=True)
class PlotSelection:
    """What a picture shows. named: a person has named the parameters.

    note: which of them these are, "" for all; why: why not those that matter most.
    """

    plot_data: PlotData
    named: bool = False
    note: str = ""
    why: str = ""


def select(
    results: Results, plot_data: PlotData, named: bool = False, most: int = MOST_PARAMETERS
) -> PlotSelection:
    """The data of a run with as many parameters as a picture has room for: those that matter most for the result.

    named: a person has named them, so that the first ones are taken, as where nobody knows which ones matter.
    """
    names = [column.name for column in parameters(plot_data)]
    if len(names) <= most:
        return PlotSelection(plot_data, named)
    why = ""
    if not named:
        try:
            shares = importance_of(results).shares
        except NoImportanceError as error:
            why = str(error)
        else:
            first = sorted(names, key=lambda name: -shares[name][0] if name in shares else 0.0)
            note = f"the {most} of {len(names)} parameters that matter most"
            return PlotSelection(_only(plot_data, first[:most]), named, note)
    note = f"the first {most} of {len(names)} parameters"
    return PlotSelection(_only(plot_data, names[:most]), named, note, why)


def _only(plot_data: PlotData, names: list[str]) -> PlotData:
    """The data with none but these of its parameters, in their order."""
    columns = [
        replace(column, shown=column.name in names) if column.role == "parameter" else column
        for column in plot_data.columns
    ]
    return replace(plot_data, columns=tuple(columns))


def pairs(plot_data: PlotData) -> list[Pair]:
    """The panels of a picture: (across, up). One parameter stands against the result, several against each other."""
    chosen = parameters(plot_data)
    if len(chosen) == 1:
        return [(chosen[0], plot_data.column("result"))]
    return list(combinations(chosen, 2))


def parameters(plot_data: PlotData) -> list[PlotColumn]:
    """The parameters that a plot shows."""
    return [column for column in plot_data.of_role("parameter") if column.shown]
