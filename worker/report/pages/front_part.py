"""The part of the report about several results: the front in words and numbers, and its hypervolume."""

from __future__ import annotations

from worker.report.data import front_charts, pareto
from worker.report.data.readable import readable
from worker.report.data.results import Results
from worker.report.data.value_texts import output_cell, value_cell
from worker.report.pages.html import Content, tag
from worker.report.pages.sections import MOST_ROWS, table
from worker.spec.text import counted


def pareto_front(results: Results) -> Content:
    """The evaluations that no other one beats in all results."""
    goals = pareto.objectives(results.run, results.points)
    front = pareto.non_dominated(results.points, goals) if goals else []
    if not front:
        return None
    parameters = [parameter.name for parameter in results.run.parameters]
    rows = [
        [
            str(trial.number),
            *(output_cell(trial, goal.name) for goal in goals),
            *(value_cell(results.run, trial, name) for name in parameters),
        ]
        for trial in front[:MOST_ROWS]
    ]
    left = len(front) - MOST_ROWS
    words = ", ".join(goal.words for goal in goals)
    volume = front_charts.growth(results.run, results.points)
    return (
        tag(
            "p",
            f"{counted(len(front), 'evaluation')} {'is' if len(front) == 1 else 'are'} not beaten by any other one in all of {words}.",
            f" The table has the first {MOST_ROWS}." if left > 0 else "",
        ),
        tag(
            "p",
            "The front has a hypervolume of ",
            readable(volume.steps[-1][2]),
            f". {front_charts.reference_words(volume, goals)}",
        )
        if volume
        else None,
        table("Pareto front", ["Evaluation", *(goal.name for goal in goals), *parameters], rows),
    )
