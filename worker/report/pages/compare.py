"""The comparison of several runs as one html file and one csv."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from typing import TextIO

from worker.report import html, table
from worker.report.answer import loss_text
from worker.report.charts import wide
from worker.report.comparison import Band, bands, joined
from worker.report.frame import payload
from worker.report.sections import table as html_table
from worker.report.source import Results
from worker.report.summary import duration_words, summarize

_EARLY = 20  # the part of the steps whose results are not looked at for the height of the chart


def page(name: str, runs: Sequence[Results]) -> str:
    """The whole page: a table of the runs, their curves, and one parallel plot of all evaluations."""
    found = bands(runs)
    data = payload(joined(name, runs))
    if found:
        data["bands"] = _payload(found)
    head = ["Run", "Best RESULT", "At evaluation", "Evaluations", "Failed", "Wall time", "Worker hours"]
    rows = []
    for results in runs:
        summary = summarize(results)
        best = summary.best
        rows.append(
            [
                results.run.name,
                loss_text(best) if best else "none",
                str(best.number) if best else "",
                f"{len(results.trials):,}",
                f"{sum(trial.status.failure for trial in results.trials):,}",
                duration_words(summary.wall),
                f"{summary.cost.worker_hours:.3f}",
            ]
        )
    body = html.tag(
        "main",
        html.tag("h1", "Comparison of ", str(len(runs)), " runs"),
        html_table("Runs", head, rows),
        html.tag(
            "section",
            html.tag("h2", "Best so far"),
            html.tag(
                "p",
                "Runs that differ only in their seed are one line, the median, in a band from quartile to quartile, "
                "from where on all of them have a result; one that has ended stays at its best.",
            ),
            html.tag("div", id="bands") if found else html.tag("p", "None of the runs has a result yet."),
        ),
        html.tag("section", html.tag("h2", "All evaluations"), html.tag("div", id="parallel")),
    )
    start = 'mountReport(await readData("data"));'
    return html.page(
        f"{name}: comparison", body, ["base", "plots", "report"], ["data", "report"], start, data
    )


def _payload(found: Sequence[Band]) -> dict[str, object]:
    values = [value for band in found for value in (*band.low, *band.high)]
    # Where the curves end is the story: what is far above it in the beginning lies on the upper edge.
    late = max(band.steps[-1] for band in found) / _EARLY
    clip = max(
        value
        for band in found
        for step, value in zip(band.steps, band.high, strict=True)
        if step >= late or step == band.steps[-1]
    )
    return {
        "lines": [
            {
                "label": band.label,
                "x": band.steps,
                "y": band.median,
                "low": band.low,
                "high": band.high,
                "several": len(band.runs) > 1,
            }
            for band in found
        ],
        "log": wide(values),
        "clip": clip,
    }


def write_csv(file: TextIO, runs: Sequence[Results]) -> None:
    """All evaluations of all runs as one table, with the run in its first column."""
    headers: dict[str, None] = {}
    for results in runs:
        headers.update((column.header, None) for column in table.columns(results.run, results.trials))
    ordered = sorted(headers, key=lambda header: (_place(header), list(headers).index(header)))
    writer = csv.DictWriter(
        file, ["run", *map(str, map(table.guarded, ordered))], restval="", lineterminator="\n"
    )
    writer.writeheader()
    for results in runs:
        names = [str(table.guarded(column.header)) for column in table.columns(results.run, results.trials)]
        for row in table.safe_rows(results.run, results.trials, results.paths):
            writer.writerow({"run": results.run.name, **dict(zip(names, row, strict=True))})


def _place(header: str) -> int:
    """Our own first columns stay first and our own last ones last."""
    return 0 if header in table.FIRST else 2 if header in table.LAST else 1
