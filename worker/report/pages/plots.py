"""The parallel plot and the scatter plots of all pairs of parameters, each as one interactive html file."""

from __future__ import annotations

import json
import math

from worker.report.data.plot_columns import PlotData, payload
from worker.report.pages import html


def parallel(plot_data: PlotData, answer: html.Content) -> str:
    """The whole page of the parallel plot; `answer` stands above the plot and says what is best."""
    return _page(plot_data, answer, "parallel plot", "parallel", "mountParallel(root, data);")


def scatter(plot_data: PlotData, answer: html.Content, most: float | None = None) -> str:
    """The whole page of the scatter plots; `answer` stands above them. most: larger results are not shown at first."""
    alone: dict[str, object] = {"table": True, "choice": True}
    options = json.dumps(alone if most is None or math.isinf(most) else {**alone, "most": most})
    return _page(
        plot_data,
        answer,
        "scatter plots",
        "scatter",
        f"mountScatter(root, data, allPairs(data), {options});",
    )


def _page(plot_data: PlotData, answer: html.Content, title: str, script: str, mount: str) -> str:
    """A page with one plot, which the script named `script` mounts."""
    hint = html.tag("noscript", "This is drawn by a script; allow scripts to see it.")
    body = html.tag(
        "main",
        html.tag("h1", plot_data.name, html.tag("small", f" {title}")),
        answer,
        html.tag("div", hint, id=script),
    )
    start = (
        f'const data = await readData("data");\nconst root = document.getElementById("{script}");\n{mount}'
    )
    return html.page(
        f"{plot_data.name}: {title}", body, ["base", "plots"], ["data", script], start, payload(plot_data)
    )
