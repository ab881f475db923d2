"""The parallel plot as one interactive html file."""

from __future__ import annotations

from worker.report import html
from worker.report.frame import Frame, payload


def page(frame: Frame, answer: html.Content) -> str:
    """The whole page; `answer` is the sentence or list above the plot that says what is best."""
    body = html.tag(
        "main",
        html.tag("h1", frame.name, html.tag("small", " parallel plot")),
        answer,
        html.tag(
            "div",
            html.tag("noscript", "The plot is drawn by a script; allow scripts to see it."),
            id="parallel",
        ),
    )
    start = 'mountParallel(document.getElementById("parallel"), await readData("data"));'
    return html.page(
        f"{frame.name}: parallel plot", body, ["base", "plots"], ["data", "parallel"], start, payload(frame)
    )
