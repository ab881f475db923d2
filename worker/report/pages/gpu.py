"""GPU use over time as an html file."""

from __future__ import annotations

from collections.abc import Sequence

from worker.report.data.colours import palette
from worker.report.data.gpu_usage import Usage
from worker.report.pages import html
from worker.report.pages.sections import table


def lines(usages: Sequence[Usage]) -> dict[str, object]:
    """What the charts need; times count from the first sample."""
    begin = min(usage.times[0] for usage in usages)
    return {
        "lines": [
            {
                "label": usage.label,
                "x": [round(moment - begin, 1) for moment in usage.times],
                "busy": [round(value, 1) for value in usage.busy],
                "memory": [round(value, 1) for value in usage.memory],
            }
            for usage in usages
        ]
    }


def page(name: str, usages: Sequence[Usage]) -> str:
    """The whole page of the run called `name`."""
    rows = [
        [usage.label, f"{sum(usage.busy) / len(usage.busy):.1f}", f"{max(usage.memory):.1f}"]
        for usage in usages
    ]
    body = html.tag(
        "main",
        html.tag("h1", name, html.tag("small", " GPU use")),
        html.tag("div", id="gpus", class_="charts"),
        table("GPUs", ["GPU", "Mean utilisation (%)", "Most memory (%)"], rows),
    )
    start = 'mountReport(await readParts("data"));'
    data = {"palette": palette(), "gpus": lines(usages)}
    return html.page(f"{name}: GPU use", body, ["base", "plots", "report"], ["data", "report"], start, data)
