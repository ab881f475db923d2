"""Scatter plots of all pairs of parameters as svg and png for papers, drawn by matplotlib (an extra)."""

from __future__ import annotations

import random
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import log10
from typing import TYPE_CHECKING, BinaryIO

from worker.errors import OmnioptError
from worker.report.data.colours import MARK, RAMP_LIGHT
from worker.report.data.plot_columns import PlotData
from worker.report.data.scale_choice import fence
from worker.report.pictures.captions import title
from worker.report.pictures.panels import SIDE, Pair, PlotSelection, pairs, parameters
from worker.report.pictures.scales import colour_norm, label_colours, set_axis
from worker.store.starter import command
from worker.trial import Trial

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PathCollection
    from matplotlib.figure import Figure

_VECTOR_POINTS = 10_000  # more are drawn as pixels inside the svg, which would not open otherwise
_FAILED = "#9a9a9a"
_OPACITY = 0.85
_TITLE_LINES = 4  # for each row of panels; of many parameters, the best has many values
_BAR_PANELS = 3  # how many panels high the colour bar is at most


@dataclass
class Panel:
    """One panel: its dots and crosses with the evaluations that they stand for, the best last, and its star."""

    axes: Axes
    dots: PathCollection | None
    dot_rows: list[int]
    crosses: PathCollection
    cross_rows: list[int]
    star: PathCollection | None


@dataclass
class Picture:
    """A figure with its panels."""

    figure: Figure
    panels: list[Panel]


def draw(shown: PlotSelection, best: Trial | None, most: float | None = None, side: float = SIDE) -> Picture:
    """The picture of all pairs, coloured by result, failed ones crossed; `most` leaves out larger results.

    side: inches of a panel.

    Raises OmnioptError where matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise OmnioptError(
            "Pictures need matplotlib, which is not installed here. "
            f"Install it ({command('install', 'plots')}), or use the html file."
        ) from error
    plot_data = shown.plot_data
    panels = pairs(plot_data)
    wide = {0: 1, 1: 1, 2: 2, 4: 2}.get(len(panels), 3 if len(panels) <= 9 else 5)
    high = max(1, -(-len(panels) // wide))
    figure = Figure(figsize=(max(5.2, side * wide + 0.8), side * high + 0.8), layout="constrained")
    grid = figure.subplots(high, wide, squeeze=False)
    rows = _Rows(plot_data, most)
    drawn = [
        _draw_panel(axes, pair, rows, len(panels), side)
        for axes, pair in zip(grid.flat, panels, strict=False)
    ]
    for axes in list(grid.flat)[len(panels) :]:
        axes.set_axis_off()
    if drawn and (dots := drawn[-1].dots) is not None:
        shrink, extend = (
            min(1.0, _BAR_PANELS / high),
            ("min" if rows.largest else "max") if rows.clipped else "neither",
        )
        bar = figure.colorbar(
            dots, ax=grid, aspect=30, pad=0.02, shrink=shrink, anchor=(0.0, 1.0), extend=extend
        )
        label_colours(bar, plot_data, list(rows.loss.values()))
    heading = title(
        plot_data.name,
        _captioned(best, shown),
        26 * max(wide, 2),
        shown.note,
        _TITLE_LINES * max(2, high),
        plot_data.goal.name,
    )
    figure.suptitle(heading, parse_math=False, fontsize=11)
    if rows.bad:
        figure.supxlabel(f"× without a usable result: {len(rows.bad):,}", fontsize=8)
    return Picture(figure, drawn)


def save(figure: Figure, file: BinaryIO, kind: str, dots: int = 160) -> None:
    """Write the picture as "svg" or "png" (`dots` an inch); the same picture is the same file."""
    from matplotlib import rc_context

    with warnings.catch_warnings(), rc_context({"svg.hashsalt": "omniopt", "svg.fonttype": "none"}):
        # Letters that no font here has are drawn as boxes; nobody can do anything about that message.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure.savefig(file, format=kind, dpi=dots, metadata={"Date": None} if kind == "svg" else None)


def _captioned(best: Trial | None, shown: PlotSelection) -> Trial | None:
    """The best evaluation with all of its values, or with those of the parameters that a person has named."""
    if best is None or not shown.named:
        return best
    names = {column.name for column in parameters(shown.plot_data)}
    return replace(best, values={name: value for name, value in best.values.items() if name in names})


class _Rows:
    """Which evaluations a picture shows: `good` ones with the best last, and `bad` ones without a usable result."""

    def __init__(self, plot_data: PlotData, most: float | None) -> None:
        self.results = plot_data.column("result").values
        shown = [row for row, loss in enumerate(self.results) if most is None or loss is None or loss <= most]
        self.loss = {
            row: loss for row in shown if plot_data.usable[row] and (loss := self.results[row]) is not None
        }
        ranks = {row: plot_data.rank(loss) for row, loss in self.loss.items()}
        self.good = sorted(ranks, key=lambda row: (-ranks[row], -row))  # of equal ones, the first is the best
        self.bad = [row for row in shown if row not in self.loss]
        self.largest = plot_data.goal.maximises
        worst = fence(list(ranks.values()))
        self.scale = plot_data.column("result").scale
        self.log = self.scale == "log" and all(loss > 0 for loss in self.loss.values())
        if self.log or self.scale == "rank":
            worst = max(ranks.values(), default=0.0)
        self.clipped = bool(ranks) and worst < max(ranks.values())
        # What is beyond the end has the colour of the end; None: the end of what there is.
        end = plot_data.rank(worst)
        self.colour_ends = (end, None) if self.largest else (None, end)
        # Where evaluations without a result stand beside results, and what parts them.
        self.none, self.edge = _above(list(self.loss.values()), self.log)


def _above(losses: Sequence[float], log: bool) -> tuple[float, float]:
    """Two places above all of the numbers, as far from each other as from them."""
    if not losses:
        return 1.0, 0.5
    least, most = (log10(number) if log else number for number in (min(losses), max(losses)))
    step = (most - least) / 14 or 1.0
    above, between = most + 2 * step, most + step
    return (10**above, 10**between) if log else (above, between)


def _draw_panel(axes: Axes, pair: Pair, rows: _Rows, panels: int, side: float) -> Panel:
    """Fill one panel."""
    from matplotlib.colors import LinearSegmentedColormap

    crowded = len(rows.results) * panels > _VECTOR_POINTS
    beside = rows.none if pair[1].role == "result" else None
    bad, x, y = _points(pair, rows.bad, beside)
    crosses = axes.scatter(x, y, marker="x", s=14, linewidths=0.7, color=_FAILED, rasterized=crowded)
    dots = star = None
    good, x, y = _points(pair, rows.good)
    if good:
        dots = axes.scatter(
            x,
            y,
            c=[rows.loss[row] for row in good],
            cmap=LinearSegmentedColormap.from_list(
                "result", RAMP_LIGHT[::-1] if rows.largest else RAMP_LIGHT
            ),
            norm=colour_norm(rows.scale, list(rows.loss.values()), rows.colour_ends),
            s=6 if crowded else 14,
            linewidths=0,
            alpha=_OPACITY,
            rasterized=crowded,
        )
        star = axes.scatter(x[-1:], y[-1:], marker="*", s=150, color=MARK, edgecolors="white", zorder=3)
    _set_axes(axes, pair, side)
    if beside is not None and bad:
        axes.axhline(rows.edge, color=_FAILED, linewidth=0.6)
    axes.tick_params(labelsize=8)
    return Panel(axes, dots, good, crosses, bad, star)


def _set_axes(axes: Axes, pair: Pair, side: float) -> None:
    across, up = pair
    set_axis(axes, "x", across, side)
    set_axis(axes, "y", up, side)
    if across.options is not None and max(map(len, across.options), default=0) * len(across.options) > 24:
        axes.tick_params(axis="x", labelrotation=45)
        for label in axes.get_xticklabels():
            label.set(ha="right", rotation_mode="anchor")


def _points(
    pair: Pair, rows: Sequence[int], missing: float | None = None
) -> tuple[list[int], list[float], list[float]]:
    """The rows that have both values, and their places; those of one category lie side by side.

    missing: where rows stand that have no second value; None leaves them out.
    """
    values = [(row, pair[0].values[row], pair[1].values[row]) for row in rows]
    points = [
        (row, x, up)
        for row, x, y in values
        if x is not None and (up := missing if y is None else y) is not None
    ]
    spread = random.Random(1)  # the same picture every time
    jitter = [0.25 if column.options is not None else 0.0 for column in pair]
    return (
        [row for row, _, _ in points],
        [x + spread.uniform(-jitter[0], jitter[0]) for _, x, _ in points],
        [y + spread.uniform(-jitter[1], jitter[1]) for _, _, y in points],
    )
