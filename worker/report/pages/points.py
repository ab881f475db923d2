"""The part of the report on points that were evaluated several times."""

from __future__ import annotations

from worker.pooled import Pooled
from worker.report.data.readable import joined, readable
from worker.report.data.results import Results
from worker.report.data.summary import best_first
from worker.report.data.value_texts import loss_cell, value_cell
from worker.report.pages.html import Content, tag
from worker.report.pages.sections import table
from worker.spec.text import counted
from worker.trial import Trial

_MOST_ROWS = 20


def best_points(results: Results) -> Content:
    """The best points with their means; nothing where each has one evaluation."""
    points = best_first(results.points, results.run) if results.run.repeats > 1 else []
    if not points:
        return None
    names = [parameter.name for parameter in results.run.parameters]
    rows = [
        [
            str(point.number),
            loss_cell(point),
            *_spread(point),
            *(value_cell(results.run, point, name) for name in names),
        ]
        for point in points[:_MOST_ROWS]
    ]
    alone = sum(bool(trial.alone) for trial in results.trials)
    hopeless = (
        f" {counted(alone, 'point')} had one only, as its result was hopelessly worse than the best."
        if alone
        else ""
    )
    said = f"Each point is evaluated {results.run.repeats} times; the mean counts.{hopeless}"
    head = ["First evaluation", f"Mean {results.run.main.name}", "Standard deviation", "Results", *names]
    return tag("p", said), table("The best points", head, rows)


def _spread(point: Trial) -> tuple[str, str]:
    if not isinstance(point, Pooled):
        return "", "1"
    spread = "" if point.deviation is None else readable(point.deviation)
    return spread, str(len(point.losses))


def confirmed(results: Results) -> Content:
    """The points that were evaluated again after the search, the best mean first."""
    found = results.confirmation
    if found is None:
        return None
    names = [parameter.name for parameter in results.run.parameters]
    before = {point.number: point for point in results.points}
    rows = [
        [
            str(point.one.number),
            readable(point.mean),
            joined(" to ", [readable(end) for end in point.interval]),
            *_spread(point.one),
            loss_cell(before[point.one.number]) if point.one.number in before else "",
            *(value_cell(results.run, point.one, name) for name in names),
        ]
        for point in found.points
    ]
    head = [
        "First evaluation",
        f"Mean {results.run.main.name}",
        "95 % confidence interval",
        "Standard deviation",
        "Results",
        "In the search",
        *names,
    ]
    said = (
        "The search picks what looks best, so its own results of these points are too good on average; those with new seeds are not. "
        "The interval is Student's, and the test compares the first two seed by seed."
    )
    return tag("p", said), table("The best points, evaluated again", head, rows)
