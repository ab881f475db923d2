"""Axes and colours of pictures on the scales that data/scale_choice.py chooses, with ticks on values and the searched range."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from worker.report.data.plot_columns import PlotColumn, PlotData
from worker.report.data.scale_choice import WORDS, Distance, Kind, lattice_ticks, rank_table
from worker.report.pictures.captions import briefly, in_lines
from worker.spec.notation import real_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.colorbar import Colorbar
    from matplotlib.colors import Normalize

_MOST_TICKS = 6
_CLOSE = 0.14  # of an axis: so near to the end of the searched range no other tick is labelled
_PAD = 0.04  # of an axis: between its end and the searched range
_DIGITS = 4
_LARGE = 1e6  # from here on, numbers have exponents

Functions = tuple[Callable[[Any], Any], Callable[[Any], Any]]


def rank_functions(numbers: Sequence[float]) -> Functions:
    """From numbers to their ranks and back; what lies outside goes on evenly, so that there is room beyond the ends."""
    levels, places = (np.asarray(part, dtype=float) for part in rank_table(numbers))
    if len(levels) < 2:
        return (lambda given: np.asarray(given, dtype=float), lambda given: np.asarray(given, dtype=float))
    width = levels[-1] - levels[0]

    def beyond(given: Any, low: float, high: float) -> Any:
        return np.minimum(given - low, 0) + np.maximum(given - high, 0)

    def into(given: Any) -> Any:
        found = np.asarray(given, dtype=float)
        return np.interp(found, levels, places) + beyond(found, levels[0], levels[-1]) / width

    def back(given: Any) -> Any:
        found = np.asarray(given, dtype=float)
        return np.interp(found, places, levels) + beyond(found, 0.0, 1.0) * width

    return into, back


def distance_functions(distance: Distance) -> Functions:
    """From results to the logarithm of their distance from the best and back; beyond the best it goes on evenly."""
    best, unit, sign = distance.best, distance.unit, distance.sign

    def into(given: Any) -> Any:
        gap = sign * (np.asarray(given, dtype=float) - best) / unit
        return sign * np.where(gap > 0, np.log10(1 + np.maximum(gap, 0)), gap)

    def back(given: Any) -> Any:
        place = sign * np.asarray(given, dtype=float)
        gap = np.where(place > 0, np.power(10.0, np.clip(place, 0, 300)) - 1, place)
        return best + sign * unit * gap

    return into, back


def set_scale(
    axes: Axes, way: str, kind: Kind, numbers: Sequence[float], distance: Distance | None = None
) -> None:
    """Give the axis `way` ("x" or "y") this scale; a logarithmic one only where all the numbers allow it."""
    setter = axes.set_xscale if way == "x" else axes.set_yscale
    if kind == "log" and numbers and min(numbers) > 0:
        setter("log")
    elif kind == "rank" and len(set(numbers)) > 1:
        setter("function", functions=rank_functions(numbers))
        (axes.xaxis if way == "x" else axes.yaxis).set_ticks(*_labelled(_quantiles(numbers)))
    elif kind == "distance" and distance is not None:
        setter("function", functions=distance_functions(distance))
        (axes.xaxis if way == "x" else axes.yaxis).set_ticks(*_labelled(_distance_ticks(distance, numbers)))


def _quantiles(numbers: Sequence[float]) -> list[float]:
    ordered = sorted(numbers)
    return sorted({ordered[round(part * (len(ordered) - 1) / 4)] for part in range(5)})


def _distance_ticks(distance: Distance, numbers: Sequence[float]) -> list[float]:
    far = max((abs(number - distance.best) for number in numbers), default=0.0)
    first = math.ceil(math.log10(distance.unit))
    last = math.floor(math.log10(far)) if far > 0 else first - 1
    powers = range(first, last + 1, max(1, (last - first + 1) // _MOST_TICKS + 1))
    return [distance.best, *(distance.best + distance.sign * 10.0**power for power in powers)]


def _labelled(values: Sequence[float]) -> tuple[list[float], list[str]]:
    """Ticks and their texts, with as many digits as tell them apart."""
    digits = next(
        digits
        for digits in range(3, 18)
        if len({f"{value:.{digits}g}" for value in values}) == len(values) or digits == 17
    )
    return list(values), [number_text(value, digits) for value in values]


def number_text(number: float, digits: int = _DIGITS) -> str:
    """A number at an axis: as many significant digits, an integer with all that it has, and a true minus sign."""
    if float(number).is_integer() and abs(number) < _LARGE:
        return str(int(number)).replace("-", "\u2212")
    rounded = float(f"{number:.{digits}g}")
    text = real_text(rounded).removesuffix(".0")
    if abs(rounded) >= _LARGE:
        mantissa, _, power = f"{rounded:.{digits - 1}e}".partition("e")
        text = f"{mantissa.rstrip('0').rstrip('.') if '.' in mantissa else mantissa}e{int(power)}"
    return text.replace("-", "\u2212")


def set_axis(axes: Axes, way: str, column: PlotColumn, side: float) -> None:
    """Scale, ticks and name of the axis `way` for a column, with as many ticks as `side` inches have room for."""
    axis = axes.xaxis if way == "x" else axes.yaxis
    if column.options is not None:
        labels, every = _category_labels(column.options, way, side)
        axis.set_ticks(range(0, len(labels), every), labels[::every], parse_math=False)
        (axes.set_xlim if way == "x" else axes.set_ylim)(-0.6, len(labels) - 0.4)
    else:
        set_scale(axes, way, column.scale, column.numbers)
        if column.searched is not None and column.searched.high > column.searched.low:
            _cover_searched(axes, axis, way, column, side)
        elif column.scale == "linear":
            _round_numbers(axis, way, column.integer, side)
    axis.set_label_text(in_lines(column.label, max(8, int(11 * side))), parse_math=False)


def _category_labels(options: Sequence[str], way: str, side: float) -> tuple[list[str], int]:
    """Names of categories, and of how many of them one is labelled: with few letters, more of them fit beside each other."""
    for most in (14, 9, 6):
        labels = briefly(options, most)
        fitting = 11 * side / max(map(len, labels), default=1) if way == "x" else 5 * side
        every = max(1, -(-len(labels) // max(1, int(fitting))))
        if every == 1 or way == "y":
            break
    return labels, every


def whole_numbers(axis: Axis) -> None:
    """Ticks on integers alone."""
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator("auto", integer=True))


def _round_numbers(axis: Axis, way: str, integer: bool, side: float) -> None:
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(
        MaxNLocator(max(2, min(9, int(2.2 * side))) if way == "x" else "auto", integer=integer)
    )


def _cover_searched(axes: Axes, axis: Axis, way: str, column: PlotColumn, side: float) -> None:
    """The axis covers the searched range and labels its ends; a thick line says how far the evaluations reach."""
    from matplotlib.ticker import NullLocator

    assert column.searched is not None
    low = min([column.searched.low, *column.numbers])
    high = max([column.searched.high, *column.numbers])
    log = column.scale == "log" and low > 0
    into: Callable[[float], float] = math.log10 if log else float
    pad = _PAD * (into(high) - into(low))
    ends = [into(low) - pad, into(high) + pad]
    (axes.set_xlim if way == "x" else axes.set_ylim)(*([10**end for end in ends] if log else ends))
    most = max(2, min(_MOST_TICKS, int(2 * side)))
    ticks = _inner(column, low, high, log, most)
    width = into(high) - into(low)
    far = [tick for tick in ticks if min(into(tick) - into(low), into(high) - into(tick)) > _CLOSE * width]
    digits = _DIGITS
    while way == "x" and sum(len(number_text(tick, digits)) + 2 for tick in (low, *far, high)) > 12 * side:
        if far:
            far = far[1::2]
        elif digits == 2:
            break
        else:
            digits -= 1
    values, labels = [low, *far, high], [number_text(value, digits) for value in (low, *far, high)]
    axis.set_ticks(values, labels)
    axis.set_minor_locator(NullLocator())
    if column.numbers:
        reach = [min(column.numbers), max(column.numbers)]
        line: dict[str, Any] = {
            "color": "black",
            "linewidth": 2.4,
            "solid_capstyle": "butt",
            "clip_on": False,
            "zorder": 4,
        }
        if way == "x":
            axes.plot(reach, [0, 0], transform=axes.get_xaxis_transform(), **line)
        else:
            axes.plot([0, 0], reach, transform=axes.get_yaxis_transform(), **line)


def _inner(column: PlotColumn, low: float, high: float, log: bool, most: int) -> list[float]:
    from matplotlib.ticker import MaxNLocator

    if log:
        powers = range(math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9) + 1)
        ticks = [10.0**power for power in powers[:: max(1, -(-len(powers) // most))]]
        if column.searched is None or not column.searched.step:
            return ticks
        origin, step = column.searched.low, column.searched.step
        near = [float(f"{origin + round((tick - origin) / step) * step:.12g}") for tick in ticks]
        return [tick for tick in dict.fromkeys(near) if low <= tick <= high]
    if column.searched is not None and column.searched.step:
        return lattice_ticks(low, high, column.searched.low, column.searched.step, most)
    return [float(tick) for tick in MaxNLocator(most).tick_values(low, high) if low <= tick <= high]


def colour_norm(kind: Kind, numbers: Sequence[float], ends: tuple[float | None, float | None]) -> Normalize:
    """How results become colours; `ends` are those of the colours, None for the ends of the numbers."""
    from matplotlib.colors import FuncNorm, LogNorm, Normalize

    if kind == "rank" and len(set(numbers)) > 1:
        return FuncNorm(rank_functions(numbers), min(numbers), max(numbers))
    if kind == "log" and numbers and min(numbers) > 0:
        return LogNorm(*ends)
    return Normalize(*ends)


def label_colours(bar: Colorbar, plot_data: PlotData, numbers: Sequence[float]) -> None:
    """Say what the colours mean: the result, and its scale where it is no linear one."""
    column = plot_data.column("result")
    if column.scale == "rank" and len(set(numbers)) > 1:
        values, labels = _labelled(_quantiles(numbers))
        bar.set_ticks(values, labels=labels)
    words = "" if column.scale == "linear" else f" ({WORDS[column.scale]})"
    axis = bar.ax.xaxis if bar.orientation == "horizontal" else bar.ax.yaxis
    axis.set_label_text(f"{column.label}{words}", parse_math=False)


def unit_place(column: PlotColumn) -> Callable[[float], float]:
    """From a value of the column to where it stands on an axis of its own, from 0 to 1."""
    low, high = _ends(column)
    into = _function(column)
    first, last = float(into(low)), float(into(high))
    if not last > first:
        return lambda _: 0.5
    return lambda value: (float(into(value)) - first) / (last - first)


def _function(column: PlotColumn) -> Callable[[Any], Any]:
    if column.scale == "rank" and column.options is None:
        return rank_functions(column.numbers)[0]
    return np.log10 if column.scale == "log" and _ends(column)[0] > 0 else float


def _ends(column: PlotColumn) -> tuple[float, float]:
    """From where to where an axis of the column goes."""
    if column.options is not None:
        return -0.5, len(column.options) - 0.5
    searched = [] if column.searched is None else [column.searched.low, column.searched.high]
    numbers = [*column.numbers, *searched]
    return (min(numbers), max(numbers)) if numbers else (0.0, 0.0)


def tick_values(column: PlotColumn, letters: int) -> Sequence[tuple[float, str]]:
    """The values with a text beside an axis of the column's own, its ends among them, each of about so many letters at most."""
    if column.options is not None:
        every = max(1, -(-len(column.options) // 8))
        return list(enumerate(briefly(column.options, letters)))[::every]
    return [
        (value, text if len(text) <= letters else _fewer_digits(value, letters))
        for value, text in _ticks(column)
    ]


def _fewer_digits(value: float, letters: int) -> str:
    return next(
        (text for digits in (3, 2) if len(text := number_text(value, digits)) <= letters),
        number_text(value, 1),
    )


def _ticks(column: PlotColumn) -> Sequence[tuple[float, str]]:
    low, high = _ends(column)
    if column.scale == "rank":
        return list(zip(*_labelled(_quantiles(column.numbers)), strict=True))
    if not high > low:
        return [(low, number_text(low))]
    into = unit_place(column)
    inner = _inner(column, low, high, column.scale == "log" and low > 0, 4)
    far = [tick for tick in inner if 0.1 < into(tick) < 0.9]
    return [(value, number_text(value)) for value in (low, *far, high)]
