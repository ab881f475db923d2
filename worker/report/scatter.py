"""Scatter plots of all pairs of parameters as one interactive html file."""

from __future__ import annotations

from worker.report import html
from worker.report.frame import Frame, payload


def page(frame: Frame, answer: html.Content) -> str:
    """The whole interactive page; `answer` stands above the plots."""
    body = html.tag(
        "main",
        html.tag("h1", frame.name, html.tag("small", " scatter plots")),
        answer,
        html.tag(
            "div",
            html.tag("noscript", "The plots are drawn by a script; allow scripts to see them."),
            id="scatter",
        ),
    )
    start = (
        'const data = await readData("data");\n'
        'mountScatter(document.getElementById("scatter"), data, allPairs(data), { table: true });'
    )
    return html.page(
        f"{frame.name}: scatter plots", body, ["base", "plots"], ["data", "scatter"], start, payload(frame)
    )
