"""The course of a run as a film: an html page with a player."""

from __future__ import annotations

from collections.abc import Sequence

from worker.report.data import improvements
from worker.report.data.chart_series import best_so_far
from worker.report.data.plot_columns import make_plot_data, payload
from worker.report.data.results import Results
from worker.report.pages import html
from worker.trial import Trial


def in_order(trials: Sequence[Trial]) -> list[int]:
    """The places in `trials` of those that have ended, in the order in which they did."""
    ended = [index for index, trial in enumerate(trials) if trial.status.ended]
    return sorted(ended, key=lambda index: (trials[index].end or 0.0, trials[index].number))


def page(results: Results) -> str:
    """The whole page with the player."""
    trials = results.trials
    order = in_order(trials)
    begin = min((trial.start for trial in trials if trial.start is not None), default=0.0)
    data = {
        **payload(make_plot_data(results.run, trials).with_all_parameters()),
        "order": order,
        "elapsed": [round(max(0.0, (trials[index].end or begin) - begin), 1) for index in order],
    }
    if points := improvements.finished(results.points):
        data["progress"] = best_so_far(points, results.run)
    body = html.tag(
        "main",
        html.tag("h1", results.run.name, html.tag("small", " over time")),
        html.tag("div", id="video"),
    )
    start = 'mountVideo(document.getElementById("video"), await readData("data"));'
    title = f"{results.run.name}: over time"
    return html.page(title, body, ["base", "plots", "report"], ["data", "video"], start, data)
