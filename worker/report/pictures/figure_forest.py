"""Figures of what a forest has learned: importance as shares, the result by one parameter, and maps over any two."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from worker.errors import OmnioptError, UsageError
from worker.report.data.effects import Dependence
from worker.report.data.importance import Importance, NoImportanceError, lesson, map_of
from worker.report.data.plot_columns import PlotColumn
from worker.report.data.results import Results
from worker.report.kept_importance import importance_of
from worker.report.pictures.captions import shortened
from worker.report.pictures.figure_request import Drawing, Request, figure_data
from worker.report.pictures.figure_style import WIDTHS, colour, new_figure, panels, ramp
from worker.report.pictures.scales import colour_norm, label_colours, number_text, set_axis

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST_BARS = 20
_NAME = 24  # letters of a name beside a bar
_CELLS = 24  # steps of each parameter of a map
_LINES = {"column": 4, "page": 6}  # contour lines of a map, about


def importance(request: Request) -> Drawing:
    """How much each parameter matters: its share of the importance of all, with a 90 % interval."""
    measured = _measured(request.results)
    names = list(measured.shares)[:_MOST_BARS][::-1]
    shares = [[100 * part for part in measured.intervals[name]] for name in names]
    figure = new_figure(request.width, 0.85 + 0.19 * len(names))
    axes = figure.subplots()
    places = range(len(names))
    axes.barh(
        places,
        [share for share, _, _ in shares],
        xerr=[
            [max(0.0, share - low) for share, low, _ in shares],
            [max(0.0, high - share) for share, _, high in shares],
        ],
        color=colour(0),
        height=0.65,
        # Seen on the bar and beside it, in grey as well.
        error_kw={"linewidth": 1.6, "ecolor": "#a0a0a0", "capsize": 2},
    )
    axes.set_yticks(places, [shortened(name, _NAME) for name in names], parse_math=False)
    axes.set_xlim(left=0)
    axes.set_xlabel(
        "share of the importance of all (%),\nwith a 90 % interval"
        if request.width == "column"
        else "share of the importance of all (%), with a 90 % interval"
    )
    _say_quality(figure, measured)
    more = len(measured.shares) - len(names)
    return _drawing(
        measured,
        figure,
        f"The figure shows the {_MOST_BARS} parameters that matter most; {more} more matter less."
        if more
        else "",
    )


def effects(request: Request) -> Drawing:
    """What the forest predicts by each parameter: the median of its trees, and where 80 % of them lie."""
    measured = _measured(request.results)
    plot_data = figure_data(request.results.run, request.results.points)
    wanted = request.parameters and [
        column.name for column in request.of_parameters(plot_data).columns if column.shown
    ]
    curves = {curve.name: curve for curve in measured.effects.curves}
    if lacking := [name for name in wanted if name not in curves]:
        raise OmnioptError(
            f"There is no curve of {', '.join(lacking)}, which has one value only or is none of those that matter most."
        )
    shown = list(wanted) or list(curves)
    result = plot_data.column("result")
    columns = {column.name: column for column in plot_data.columns}
    figure, grid = panels(request.width, len(shown))
    drawn = [curves[name] for name in shown]
    # All of one height, so that what matters little looks flat.
    ends = min(min(curve.low) for curve in drawn), max(max(curve.high) for curve in drawn)
    wide = min(len(shown), 2 if request.width == "column" else 4)
    for place, (axes, name) in enumerate(zip(grid, shown, strict=True)):
        side = WIDTHS[request.width] / wide
        _draw_curve(axes, curves[name], columns[name])
        set_axis(axes, "x", columns[name], side)
        set_axis(axes, "y", result, side)
        axes.set_ylim(*_with_margin(axes, *ends))
        if place % wide:
            axes.set_ylabel("")
    keys = {word: mark for axes in grid for mark, word in zip(*axes.get_legend_handles_labels(), strict=True)}
    figure.legend(keys.values(), keys.keys(), loc="outside lower center", ncols=2)
    _say_quality(figure, measured)
    more = len(measured.shares) - len(shown) if not wanted else 0
    return _drawing(
        measured, figure, f"The figure shows the {len(shown)} parameters that matter most." if more else ""
    )


def _with_margin(axes: Axes, low: float, high: float) -> tuple[float, float]:
    """A little more than from low to high, on the scale of the axis."""
    scale = axes.yaxis.get_transform()
    first, last = (float(place) for place in scale.transform([low, high]))
    gap = 0.05 * (last - first) or 0.5
    back = scale.inverted().transform([first - gap, last + gap])
    return float(back[0]), float(back[1])


def _draw_curve(axes: Axes, curve: Dependence, column: PlotColumn) -> None:
    words = ("median of the trees", "10 to 90 % of the trees")
    if column.options is not None:
        axes.vlines(
            curve.xs, curve.low, curve.high, color=colour(0), linewidth=2.4, alpha=0.35, label=words[1]
        )
        axes.plot(curve.xs, curve.middle, linestyle="none", marker="o", color=colour(0), label=words[0])
        return
    axes.fill_between(
        curve.xs, curve.low, curve.high, color=colour(0), alpha=0.25, linewidth=0, label=words[1]
    )
    axes.plot(curve.xs, curve.middle, color=colour(0), label=words[0])


def map_of_two(request: Request) -> Drawing:
    """What the forest predicts over two parameters, those that matter most where none are named."""
    results = request.results
    measured = _measured(results)
    plot_data = figure_data(results.run, results.points)
    request.of_parameters(plot_data)
    x, y = _pair(request.parameters, list(measured.shares))
    found = map_of(lesson(plot_data), x, y, _CELLS)
    columns = {column.name: column for column in plot_data.columns}
    figure = new_figure(request.width, WIDTHS[request.width] * (0.85 if request.width == "column" else 0.5))
    axes = figure.subplots()
    heights = np.array(found.results)
    typical = heights.ravel().tolist()
    norm = colour_norm(plot_data.column("result").scale, typical, (min(typical), max(typical)))
    edges = [_edges(values, columns[name]) for name, values in ((x, found.xs), (y, found.ys))]
    drawn = axes.pcolormesh(*edges, heights, cmap=ramp(plot_data.goal.maximises), norm=norm, rasterized=True)
    label_colours(figure.colorbar(drawn, ax=axes), plot_data, typical)
    if all(columns[name].options is None for name in (x, y)) and heights.min() < heights.max():
        _contours(axes, found.xs, found.ys, heights, norm, _LINES[request.width])
    side = WIDTHS[request.width] * 0.7
    for way, name, values in (("x", x, found.xs), ("y", y, found.ys)):
        _label_axis(axes, way, columns[name], values, side)
    _say_quality(figure, measured)
    return _drawing(measured, figure)


def _pair(named: Sequence[str], usual: Sequence[str]) -> tuple[str, str]:
    if named and len(set(named)) != 2:
        raise UsageError(
            f"A map is over two different parameters; {len(set(named))} {'is' if len(set(named)) == 1 else 'are'} named."
        )
    for name in named:
        if name not in usual:
            raise OmnioptError(
                f"All evaluations with a result have the same value of {name}, so there is no map over it."
            )
    if len(usual) < 2:
        raise OmnioptError("A map needs two parameters with different values.")
    first, second = named or usual[:2]
    return first, second


def _contours(
    axes: Axes, xs: Sequence[float], ys: Sequence[float], heights: Any, norm: Any, count: int
) -> None:
    """Lines of the same result, evenly spread over the colours, each with its value."""
    places = np.ma.getdata(norm(heights))
    low, high = float(places.min()), float(places.max())
    inner = [low + (step + 1) * (high - low) / (count + 1) for step in range(count)]
    levels = sorted({float(f"{float(norm.inverse(place)):.3g}") for place in inner})
    levels = [level for level in levels if heights.min() < level < heights.max()]
    if not levels:
        return
    lines = axes.contour(xs, ys, heights, levels=levels, colors="white", linewidths=0.7, linestyles="solid")
    texts = axes.clabel(lines, fontsize=7, fmt=lambda level: number_text(level, 3), inline=True)
    for text in texts:
        text.set_color("white")
        text.set_path_effects([_halo()])


def _halo() -> Any:
    from matplotlib.patheffects import withStroke

    return withStroke(linewidth=1.5, foreground="#303030")


def _edges(values: Sequence[float], column: PlotColumn) -> list[float]:
    """Where the cells around the values begin and end: in the middle between them, on the scale of the column."""
    if column.options is not None:
        return [place - 0.5 for place in range(len(values) + 1)]
    log = column.scale == "log" and values[0] > 0
    places = [math.log(value) if log else value for value in values]
    inner = [(before + after) / 2 for before, after in pairwise(places)]
    return [values[0], *(math.exp(end) if log else end for end in inner), values[-1]]


def _label_axis(axes: Axes, way: str, column: PlotColumn, values: Sequence[float], side: float) -> None:
    """As in other figures; only the categories that the map has."""
    if column.options is not None:
        kept = tuple(column.options[int(value)] for value in values)
        column = replace(column, options=kept, values=range(len(kept)))
    set_axis(axes, way, column, side)
    if column.options is not None:
        (axes.set_xlim if way == "x" else axes.set_ylim)(-0.5, len(column.options) - 0.5)


def _measured(results: Results) -> Importance:
    try:
        return importance_of(results)
    except NoImportanceError as error:
        raise OmnioptError(str(error)) from error


def _say_quality(figure: Figure, measured: Importance) -> None:
    """How far it can be believed, above the figure, where it travels with it."""
    doubt = ": low, do not rely on this" if measured.doubtful else ""
    score = f"{measured.score:.2f}".replace("-", "\u2212")
    figure.suptitle(f"R² of the forest = {score}{doubt}", x=0.01, ha="left", fontsize=7)


def _drawing(measured: Importance, figure: Figure, note: str = "") -> Drawing:
    return Drawing((figure,), " ".join(filter(None, [note, measured.quality if measured.doubtful else ""])))
