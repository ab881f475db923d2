"""The part of a comparison that says which group of runs is better, at which budget, and how sure that is."""

from __future__ import annotations

from worker.report.data import standing_lines
from worker.report.data.run_curves import Budget, Measure
from worker.report.data.standings import Comparison, Standing
from worker.report.pages.html import Content, tag
from worker.report.pages.sections import table

_TITLES = {
    Budget.EVALUATIONS: "By evaluations",
    Budget.SECONDS: "By time",
    Budget.NODE_HOURS: "By node hours",
}


def standings_part(comparison: Comparison) -> Content:
    """Sentences and tables for each budget; nothing where there is but one group."""
    found = [standing for budget in Budget if (standing := comparison.standing(budget))]
    if not found:
        return None
    return tag(
        "section",
        tag("h2", "Which is better"),
        [_standing(comparison, standing, comparison.measure) for standing in found],
    )


def _standing(comparison: Comparison, standing: Standing, measure: Measure) -> Content:
    title = _TITLES[standing.budget]
    head, rows = standing_lines.wins(standing)
    return (
        tag("h3", title),
        tag("p", f"{standing_lines.heading(standing)}."),
        tag("p", " ".join(standing_lines.sentences(standing, measure))),
        table(
            f"{title}: {measure.name}", list(standing_lines.HEAD), standing_lines.rows(comparison, standing)
        ),
        (
            tag(
                "p",
                "In how many pairs of runs, one of each group, the one of the row is better than that of the column:",
            ),
            table(f"{title}: wins", head, rows),
        )
        if rows
        else None,
    )
