"""The comparison of several runs as one html file and one csv."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from typing import TextIO

from worker.report.data import standing_lines, table
from worker.report.data.chart_series import before_last_fall
from worker.report.data.comparison import differences, joined
from worker.report.data.plot_columns import payload
from worker.report.data.readable import readable
from worker.report.data.results import Results
from worker.report.data.run_curves import Budget, Measure
from worker.report.data.scale_choice import choose_progress
from worker.report.data.standings import Band, Comparison, Standing
from worker.report.data.summary import summarize
from worker.report.data.value_texts import loss_cell
from worker.report.pages import html
from worker.report.pages.sections import table as html_table
from worker.report.pages.standings import standings_part
from worker.spec.text import duration_words

_EARLY = 20  # the part of a band's steps whose results are not looked at for the height of the chart
_WORTH = 9  # so many times as high as the rest must be what is cut off; less leaves the rest readable
_SEEN = 0.02  # the part of the height below which nobody sees that a curve falls


def page(name: str, comparison: Comparison) -> str:
    """The whole page: a table of the runs, who stands where, their curves, and one parallel plot of all evaluations."""
    runs, measure = comparison.runs, comparison.measure
    data = payload(joined(name, runs))
    charts = {
        budget.value: payload_of(found, largest=measure.maximises)
        for budget in Budget
        if (found := comparison.bands(budget))
    }
    if charts:
        data["bands"] = {"measure": measure.name, "charts": charts}
    head = [
        "Run",
        f"Best {runs[0].run.main.name}",
        "At evaluation",
        "Evaluations",
        "Failed",
        "Wall time",
        "Worker hours",
        "Node hours",
    ]
    body = html.tag(
        "main",
        html.tag("h1", "Comparison of ", str(len(runs)), " runs"),
        _differing(runs),
        standings_part(comparison),
        html.tag(
            "section",
            html.tag("h2", "The runs"),
            html_table("Runs", head, [_row(results) for results in runs]),
        ),
        html.tag(
            "section",
            html.tag("h2", "Best so far"),
            html.tag(
                "p",
                "Runs that differ only in their seed are drawn as one line, the median, in a band from "
                "quartile to quartile, starting where all of them have a result; a run that has ended "
                "stays at its best.",
            ),
            _reference(measure),
            html.tag("div", id="bands") if charts else html.tag("p", "None of the runs has a result yet."),
        ),
        html.tag("section", html.tag("h2", "All evaluations"), html.tag("div", id="parallel")),
    )
    start = 'mountComparison(await readData("data"));'
    styles, scripts = ["base", "plots", "report"], ["data", "comparison"]
    return html.page(f"{name}: comparison", body, styles, scripts, start, data)


def _differing(runs: Sequence[Results]) -> html.Content:
    """A remark on runs whose objectives differ."""
    found = [difference.words for difference in differences(runs)]
    return (
        html.tag(
            "div",
            html.tag(
                "p", "These runs have different objectives, so their results may mean different things:"
            ),
            html.tag("ul", [html.tag("li", words) for words in found]),
            class_="remark",
        )
        if found
        else None
    )


def _reference(measure: Measure) -> html.Content:
    if not measure.reference:
        return None
    point = ", ".join(f"{name} {readable(at)}" for name, at in measure.reference)
    return html.tag("p", f"The hypervolumes of all runs are measured from the same point: {point}.")


def _row(results: Results) -> list[str]:
    """A run in the table of all runs."""
    summary = summarize(results)
    best = summary.best
    return [
        results.run.name,
        loss_cell(best) if best else "none",
        str(best.number) if best else "",
        f"{len(results.trials):,}",
        f"{sum(trial.status.failure for trial in results.trials):,}",
        duration_words(summary.wall),
        f"{summary.cost.worker_hours:.3g}",
        f"{summary.cost.node_hours:.3g}",
    ]


def payload_of(run_bands: Sequence[Band], *, largest: bool = False) -> dict[str, object]:
    """What the chart of these bands is drawn from, on a scale that shows late gains."""
    falling = [band.mirrored for band in run_bands] if largest else run_bands  # as if the smallest were best
    least, most = min(min(band.low) for band in falling), max(max(band.high) for band in falling)
    clip = _clip(falling, least, most)
    top, sign = most if clip is None else clip, -1 if largest else 1
    levels = sorted({value for band in falling for value in band.median}, reverse=True)
    kind, distance = choose_progress([sign * level for level in levels], sign * top, largest)
    falls = [min(band.median[0], top) - band.median[-1] for band in falling]
    if kind == "linear" and any(0 < fall < _SEEN * (top - least) for fall in falls):
        kind = "log" if least > 0 else "distance"
    return {
        "lines": [_line(band) for band in run_bands],
        "scale": kind,
        "distance": distance.payload(),
        "clip": None if clip is None else sign * clip,  # only a linear axis has no room for all
        "rises": largest,
    }


def _line(band: Band) -> dict[str, object]:
    return {
        "label": band.label,
        "x": band.steps,
        "y": band.median,
        "low": band.low,
        "high": band.high,
        "several": len(band.runs) > 1,
    }


def _clip(run_bands: Sequence[Band], least: float, most: float) -> float | None:
    """The value above which everything lies on the upper edge; None where all of it has room.

    Where the curves end is the story, of each as long as it is; what is far above that in the beginning would make all
    of them flat.
    """
    clip = max(
        max(_late(band), before_last_fall(band.median), before_last_fall(band.high)) for band in run_bands
    )
    return clip if most - clip > _WORTH * (clip - least) else None


def _late(band: Band) -> float:
    """The highest value of a band once the first part of its steps is over."""
    late = band.steps[0] + (band.steps[-1] - band.steps[0]) / _EARLY
    return max(value for step, value in zip(band.steps, band.high, strict=True) if step >= late)


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


def write_tests(file: TextIO, standings: Sequence[Standing]) -> None:
    """Each group against each other one at each budget."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(standing_lines.CSV_HEAD)
    for standing in standings:
        writer.writerows([table.guarded(cell) for cell in row] for row in standing_lines.csv_rows(standing))


def _place(header: str) -> int:
    """Our own first columns stay first and our own last ones last."""
    return 0 if header in table.FIRST else 2 if header in table.LAST else 1
