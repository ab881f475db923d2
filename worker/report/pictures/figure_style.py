"""How figures for papers look: the widths of journals, type that can be read there, and marks that are told apart in grey."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO, Literal

from worker.errors import OmnioptError
from worker.report.data.colours import CATEGORIES, MARK, RAMP_LIGHT
from worker.store.starter import command

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure

Width = Literal["column", "page"]
Format = Literal["svg", "pdf", "png"]

# The charts, by the names that users type.
NAMES = ("progress", "parallel", "importance", "effects", "slices", "map", "pareto", "curves", "scatter")
# Inches: 88 mm and 180 mm, between those of Nature (89, 183), IEEE (88.9, 182) and Elsevier (90, 190).
WIDTHS: dict[Width, float] = {"column": 88 / 25.4, "page": 180 / 25.4}
FORMATS: tuple[Format, ...] = ("svg", "pdf", "png")
PNG_DOTS = 600  # an inch, as journals ask of line art
BEST = MARK
GREY = "#767676"
# Lines and dots that share a page are told apart without their colours, too.
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
DASHES = ("-", (0, (5, 2)), (0, (1, 1.5)), (0, (5, 2, 1, 2)))
_HIGHEST = 3.0  # inches of a panel
_TYPE = 8  # points, of names; journals ask for 7 to 9 in the printed size
_SETTINGS: dict[Any, Any] = {
    "font.size": _TYPE,
    "axes.labelsize": _TYPE,
    "xtick.labelsize": _TYPE - 1,
    "ytick.labelsize": _TYPE - 1,
    "legend.fontsize": _TYPE - 1,
    "legend.frameon": True,
    "legend.framealpha": 0.85,
    "legend.edgecolor": "none",
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "lines.linewidth": 1.2,
    "lines.markersize": 3,
    "svg.hashsalt": "omniopt",
    "svg.fonttype": "none",
    "pdf.fonttype": 42,  # letters stay letters, which printers and readers of screens need
    "axes.unicode_minus": True,
}


@contextmanager
def figure_settings() -> Iterator[None]:
    """While figures are made and saved. Raises OmnioptError where matplotlib is not installed."""
    try:
        from matplotlib import rc_context
    except ImportError as error:
        raise OmnioptError(
            f"Figures need matplotlib, which is not installed here. Install it: {command('install', 'plots')}"
        ) from error
    with warnings.catch_warnings(), rc_context(_SETTINGS):
        # Letters that no font here has are drawn as boxes; nobody can do anything about that message.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield


def new_figure(width: Width, height: float) -> Figure:
    """An empty figure of this width; `height` in inches."""
    from matplotlib.figure import Figure

    return Figure(figsize=(WIDTHS[width], height), layout="constrained")


def panels(width: Width, count: int, ratio: float = 0.8) -> tuple[Figure, list[Axes]]:
    """A figure with so many panels side by side, two in a column and four on a page; ratio: of height to width of each."""
    wide = min(count, 2 if width == "column" else 4) or 1
    high = -(-count // wide) or 1
    side = WIDTHS[width] / wide
    figure = new_figure(width, high * min(max(side * ratio, 1.1), _HIGHEST) + 0.35)
    grid = list(figure.subplots(high, wide, squeeze=False).flat)
    for axes in grid[count:]:
        axes.set_axis_off()
    return figure, grid[:count]


def colour(index: int) -> str:
    """The colour of a line or group of dots."""
    return CATEGORIES[index % len(CATEGORIES)][0]


def ramp(best_is_largest: bool) -> Colormap:
    """The colours of results, the best the darkest."""
    from matplotlib.colors import LinearSegmentedColormap

    colours: Sequence[str] = RAMP_LIGHT[::-1] if best_is_largest else RAMP_LIGHT
    return LinearSegmentedColormap.from_list("result", colours)


def save(figure: Figure, file: BinaryIO, kind: Format) -> None:
    """Write the figure; the same figure is the same file."""
    metadata = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": None}[kind]
    figure.savefig(file, format=kind, dpi=PNG_DOTS, metadata=metadata)
