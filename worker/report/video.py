"""The course of a run as a film: an html page with a player, or a gif (drawn by matplotlib, an extra)."""

from __future__ import annotations

import io
from collections.abc import Sequence

from worker.report import html, picture, progress
from worker.report.charts import best_so_far
from worker.report.frame import Frame, make_frame, payload
from worker.report.source import Results
from worker.report.summary import best
from worker.trial import Trial

MOST_FRAMES = 24
MOST_COLUMNS = 3  # parameters in a gif, which would take minutes with more
_MILLISECONDS = 150  # of each frame of a gif; the last one stays longer
_LAST = 3000


def in_order(trials: Sequence[Trial]) -> list[int]:
    """The places in `trials` of those that have ended, in the order in which they did."""
    ended = [place for place, trial in enumerate(trials) if trial.status.ended]
    return sorted(ended, key=lambda place: (trials[place].end or 0.0, trials[place].number))


def page(results: Results) -> str:
    """The whole page with the player."""
    trials = results.trials
    order = in_order(trials)
    begin = min((trial.start for trial in trials if trial.start is not None), default=0.0)
    data = {
        **payload(make_frame(results.run, trials)),
        "order": order,
        "elapsed": [round(max(0.0, (trials[place].end or begin) - begin), 1) for place in order],
    }
    if points := progress.finished(trials):
        data["progress"] = best_so_far(points)
    body = html.tag(
        "main",
        html.tag("h1", results.run.name, html.tag("small", " in the course of time")),
        html.tag("div", id="video"),
    )
    start = 'mountVideo(document.getElementById("video"), await readData("data"));'
    title = f"{results.run.name}: in the course of time"
    return html.page(title, body, ["base", "plots", "report"], ["data", "video"], start, data)


def gif(results: Results, frame: Frame, most: float | None = None) -> bytes:
    """The film of the first `MOST_COLUMNS` parameters that `frame` shows. Raises OmnioptError without matplotlib."""
    names = [column.name for column in frame.of_role("parameter") if column.shown][:MOST_COLUMNS]
    drawn = picture.draw(frame.showing(names), best(results.trials), most)
    # Imported here: it comes with matplotlib, which has been found by now.
    from PIL import Image

    order = in_order(results.trials)
    images = []
    for count in _counts(len(order)):
        shown = frozenset(order[:count])
        for panel in drawn.panels:
            panel.show(shown)
        file = io.BytesIO()
        picture.save(drawn.figure, file, "png", dots=72)
        drawn.figure.set_layout_engine("none")  # every frame is laid out like the first one
        images.append(Image.open(file).convert("RGB").quantize(255, dither=Image.Dither.NONE))
    durations = [_MILLISECONDS] * (len(images) - 1) + [_LAST]
    film = io.BytesIO()
    images[0].save(film, "GIF", save_all=True, append_images=images[1:], duration=durations, loop=0)
    return film.getvalue()


def _counts(total: int) -> list[int]:
    """How many evaluations each frame shows."""
    frames = max(1, min(MOST_FRAMES, total))
    return [round(total * (step + 1) / frames) for step in range(frames)]
