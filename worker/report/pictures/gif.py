"""The course of a run as a moving picture for slides: all pairs of parameters, drawn by matplotlib (an extra)."""

from __future__ import annotations

import io
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from worker.pooled import points_of
from worker.report.data.results import Results
from worker.report.data.summary import best
from worker.report.data.value_texts import loss_text
from worker.report.pages.video import in_order
from worker.report.pictures import scatter
from worker.report.pictures.panels import PlotSelection
from worker.spec.text import counted

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PathCollection
    from matplotlib.figure import Figure
    from PIL.Image import Image

MOST_FRAMES = 24
_MILLISECONDS = 150  # of each frame; the last one stays longer
_LAST = 3000
_WIDTH = 1500  # pixels, as far as the limits of dots an inch allow it
_DOTS = (60, 110)


def film(results: Results, shown: PlotSelection, most: float | None = None) -> bytes:
    """The gif; `most` leaves out larger results. Raises OmnioptError without matplotlib."""
    order = in_order(results.trials)
    projector = _Projector(scatter.draw(shown, best(results.points, results.run), most))
    images = []
    before = 0
    for count in _counts(len(order)):
        best_so_far = best(
            points_of((results.trials[row] for row in order[:count]), results.run.repeats), results.run
        )
        so_far = f"best {results.run.main.name} {loss_text(best_so_far)}" if best_so_far else "no result yet"
        caption = f"after {count:,} of {counted(len(order), 'evaluation')}: {so_far}"
        images.append(projector.draw(order[before:count], order[:count], caption))
        before = count
    durations = [_MILLISECONDS] * (len(images) - 1) + [_LAST]
    file = io.BytesIO()
    images[0].save(file, "GIF", save_all=True, append_images=images[1:], duration=durations, loop=0)
    return file.getvalue()


def _counts(total: int) -> list[int]:
    """How many evaluations each frame shows."""
    frames = max(1, min(MOST_FRAMES, total))
    return [round(total * (step + 1) / frames) for step in range(frames)]


def _canvas(figure: Figure) -> Any:
    """What the figure is drawn on; it has no types."""
    # Imported here: matplotlib is an extra, and has been found by now.
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    return FigureCanvasAgg(figure)


class _Marks:
    """Dots or crosses of one panel, of which only some are drawn at a time."""

    def __init__(self, axes: Axes, drawn: PathCollection, rows: Sequence[int]) -> None:
        self.axes = axes
        self.drawn = drawn
        self.rows = rows
        self.places = np.asarray(drawn.get_offsets())
        self._losses = drawn.get_array()

    def draw(self, rows: Collection[int]) -> None:
        """Draw those of `rows` onto what is there."""
        chosen = [index for index, row in enumerate(self.rows) if row in rows]
        self.drawn.set_offsets(self.places[chosen])
        if self._losses is not None:
            self.drawn.set_array(self._losses[chosen])
        self.axes.draw_artist(self.drawn)


class _Projector:
    """Draws frame on frame, each only with what is new in it: with all of them, a film would take minutes."""

    def __init__(self, drawn: scatter.Picture) -> None:
        figure = drawn.figure
        least, most = _DOTS
        figure.set_dpi(min(most, max(least, _WIDTH / figure.get_size_inches()[0])))
        self._figure = figure
        self._caption = figure.supxlabel(" ", fontsize=10)
        self._canvas = _canvas(figure)
        self._canvas.draw()  # finds the layout and the range of the colours
        figure.set_layout_engine("none")
        self._marks = [_Marks(panel.axes, panel.crosses, panel.cross_rows) for panel in drawn.panels]
        self._stars = []
        for panel in drawn.panels:
            if panel.dots is not None and panel.star is not None:
                self._marks.append(dots := _Marks(panel.axes, panel.dots, panel.dot_rows))
                self._stars.append((panel.star, dots))
        moving = [self._caption, *(marks.drawn for marks in self._marks), *(star for star, _ in self._stars)]
        for artist in moving:
            artist.set_visible(False)
        self._canvas.draw()
        for artist in moving:
            artist.set_visible(True)
        self._ground = self._canvas.copy_from_bbox(figure.bbox)

    def draw(self, new: Sequence[int], shown: Sequence[int], caption: str) -> Image:
        """The next frame: with the rows `new`, which are among all that are `shown`, and a star at the best of these."""
        from PIL import Image

        canvas = self._canvas
        canvas.restore_region(self._ground)
        for marks in self._marks:
            marks.draw(frozenset(new))
        self._ground = canvas.copy_from_bbox(self._figure.bbox)
        visible_rows = frozenset(shown)
        for star, dots in self._stars:
            # The best is the last one, since it has to lie on top.
            best_index = next(
                (index for index in reversed(range(len(dots.rows))) if dots.rows[index] in visible_rows), None
            )
            if best_index is not None:
                star.set_offsets(dots.places[best_index])
                dots.axes.draw_artist(star)
        self._caption.set_text(caption)
        self._figure.draw_artist(self._caption)
        image = Image.frombuffer("RGBA", canvas.get_width_height(), bytes(canvas.buffer_rgba()))
        return image.convert("RGB").quantize(255, dither=Image.Dither.NONE)
