"""Figures of parameters: each against the result, pairs of them, and all of them in parallel."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from worker.report.data.colours import ACCENT
from worker.report.data.plot_columns import PlotColumn
from worker.report.pictures.captions import in_lines
from worker.report.pictures.figure_request import Drawing, Request, figure_data, left_out, pages
from worker.report.pictures.figure_rows import Rows
from worker.report.pictures.figure_style import BEST, GREY, WIDTHS, Width, new_figure, panels, ramp
from worker.report.pictures.panels import parameters
from worker.report.pictures.scales import label_colours, set_axis, tick_values, unit_place

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.cm import ScalarMappable
    from matplotlib.figure import Figure

_MANY = 2000  # dots from which they are pixels inside of an svg or pdf
_MOST_PARAMETERS = {"column": 4, "page": 5}  # of all pairs: 6 and 10 panels
_MOST_AXES = {"column": 5, "page": 10}  # of the parallel plot, beside that of the result
_MOST_SLICES = 12  # on one page
_MOST_LINES = 3000


def slices(request: Request) -> Drawing:
    """Every parameter against the result, on several pages where they are many; crosses at the top have no result."""
    plot_data = request.of_parameters(figure_data(request.results.run, request.results.trials))
    rows = Rows(plot_data)
    return Drawing(
        tuple(_slices(rows, shown, request.width) for shown in pages(parameters(plot_data), _MOST_SLICES))
    )


def _slices(rows: Rows, shown: Sequence[PlotColumn], width: Width) -> Figure:
    result = rows.data.column("result")
    figure, grid = panels(width, len(shown))
    for place, (axes, column) in enumerate(zip(grid, shown, strict=True)):
        side = WIDTHS[width] / min(len(shown), 2 if width == "column" else 4)
        _dots(axes, column, result, rows, None)
        set_axis(axes, "x", column, side)
        set_axis(axes, "y", result, side)
        _crosses_above(axes, column, rows)
        if place % (2 if width == "column" else 4):
            axes.set_ylabel("")
    return figure


def scatter(request: Request) -> Drawing:
    """The parameters that matter most, or those that are named, against each other, coloured by the result."""
    width = request.width
    plot_data = figure_data(request.results.run, request.results.trials)
    rows = Rows(plot_data)
    selection = request.selected(plot_data, _MOST_PARAMETERS[width])
    shown = parameters(selection.plot_data)
    if len(shown) < 2:
        return slices(request)
    pairs = [(x, y) for at, y in enumerate(shown) for x in shown[:at]]
    figure, grid = panels(width, len(pairs), 0.9)
    side = WIDTHS[width] / min(len(pairs), 2 if width == "column" else 4)
    beside = max(_room(y) for _, y in pairs)  # panels above each other are of one width
    dots = None
    for axes, (x, y) in zip(grid, pairs, strict=True):
        bad = [row for row in rows.bad if x.values[row] is not None and y.values[row] is not None]
        axes.scatter(*_places(x, y, bad), marker="x", s=8, linewidths=0.6, color=GREY)
        dots = _dots(axes, x, y, rows, rows.norm)
        set_axis(axes, "x", x, side - beside)
        set_axis(axes, "y", y, side)
    if dots is not None:
        bar = figure.colorbar(dots, ax=grid, location="top", aspect=40, pad=0.02)
        label_colours(bar, plot_data, list(rows.loss.values()))
    return Drawing((figure,), left_out(selection))


def _room(column: PlotColumn) -> float:
    """Inches that long names of categories take from a panel beside them."""
    return 0.06 * min(14, max(map(len, column.options))) if column.options else 0.0


def _dots(axes: Axes, x: PlotColumn, y: PlotColumn, rows: Rows, norm: Any) -> ScalarMappable:
    """The usable evaluations, and a star at the best of them."""
    shown = [row for row in rows.good if x.values[row] is not None and y.values[row] is not None]
    across, up = _places(x, y, shown)
    losses = [rows.loss[row] for row in shown]
    coloured = {"c": losses, "cmap": ramp(rows.data.goal.maximises), "norm": norm}
    look = {"color": ACCENT} if norm is None else coloured
    dots: ScalarMappable = axes.scatter(
        across, up, s=5, linewidths=0, alpha=0.8, rasterized=len(shown) > _MANY, **look
    )
    axes.scatter(
        across[-1:], up[-1:], marker="*", s=60, color=BEST, edgecolors="white", linewidths=0.5, zorder=5
    )
    return dots


def _places(x: PlotColumn, y: PlotColumn, rows: Sequence[int]) -> tuple[list[float], list[float]]:
    """Where the rows stand; those of one category lie side by side, in the same way every time."""
    spread = random.Random(1)
    wide = [0.22 if column.options is not None else 0.0 for column in (x, y)]
    pairs = [
        (
            (x.values[row] or 0.0) + spread.uniform(-wide[0], wide[0]),
            (y.values[row] or 0.0) + spread.uniform(-wide[1], wide[1]),
        )
        for row in rows
    ]
    return [across for across, _ in pairs], [up for _, up in pairs]


def _crosses_above(axes: Axes, column: PlotColumn, rows: Rows) -> None:
    bad = [value for row in rows.bad if (value := column.values[row]) is not None]
    if bad:
        axes.plot(
            bad,
            [1.03] * len(bad),
            linestyle="none",
            marker="x",
            markersize=2.5,
            markeredgewidth=0.6,
            color=GREY,
            clip_on=False,
            transform=axes.get_xaxis_transform(),
        )


def parallel(request: Request) -> Drawing:
    """One line for every evaluation through all parameters and the result."""
    from matplotlib.collections import LineCollection

    width = request.width
    plot_data = figure_data(request.results.run, request.results.trials)
    rows = Rows(plot_data)
    result = plot_data.column("result")
    selection = request.selected(plot_data, _MOST_AXES[width])
    columns = [*parameters(selection.plot_data), result]
    figure = new_figure(width, WIDTHS[width] * (0.75 if width == "column" else 0.45))
    axes = figure.subplots()
    shown = rows.good[-_MOST_LINES:]
    heights = [unit_place(column) for column in columns]
    lines = [
        [
            (at, -0.12 if (value := column.values[row]) is None else height(value))
            for at, (column, height) in enumerate(zip(columns, heights, strict=True))
        ]
        for row in shown
    ]
    drawn = LineCollection(
        lines,
        cmap=ramp(plot_data.goal.maximises),
        norm=rows.norm,
        linewidths=0.6,
        alpha=0.75,
        rasterized=len(shown) > _MANY,
    )
    drawn.set_array(np.array([rows.loss[row] for row in shown]))
    axes.add_collection(drawn)
    axes.plot(*zip(*lines[-1], strict=True), color=BEST, linewidth=1.6)
    letters = max(4, int(13 * WIDTHS[width] / len(columns)))
    missing = any(column.values[row] is None for column in columns for row in shown)
    for at, (column, height) in enumerate(zip(columns, heights, strict=True)):
        axes.axvline(at, color="black", linewidth=0.6)
        if column.searched is not None and column.numbers:
            reach = [height(min(column.numbers)), height(max(column.numbers))]
            axes.plot([at, at], reach, color="black", linewidth=2, solid_capstyle="butt")
        for value, text in tick_values(column, letters):
            axes.text(
                at + 0.03,
                height(value),
                text,
                fontsize=7,
                va="center",
                parse_math=False,
                bbox={"facecolor": "white", "alpha": 0.65, "linewidth": 0, "pad": 0.4},
            )
        if missing and any(column.values[row] is None for row in shown):
            axes.text(at + 0.03, -0.12, "none", fontsize=7, style="italic", va="center")
    axes.set_xlim(-0.1, len(columns) - 0.55)
    axes.set_ylim(-0.17 if missing else -0.04, 1.04)
    axes.set_yticks([])
    room = int(70 * WIDTHS[width] / WIDTHS["column"] / len(columns))
    axes.set_xticks(
        range(len(columns)), [in_lines(column.label, max(8, room)) for column in columns], parse_math=False
    )
    axes.tick_params(axis="x", length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    bar = figure.colorbar(drawn, ax=axes, aspect=30, pad=0.01)
    label_colours(bar, plot_data, list(rows.loss.values()))
    return Drawing((figure,), left_out(selection))
