"""The Pareto front of a run as lines of text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from worker.pooled import points_of
from worker.report.data.pareto import front_of
from worker.report.data.value_texts import output_text, values_text
from worker.spec.run import Run
from worker.spec.text import counted, visible
from worker.store.paths import RunPaths
from worker.store.starter import run_command
from worker.trial import Trial


def sentence(run: Run, trials: Iterable[Trial], paths: RunPaths) -> str:
    """How many evaluations are on the front, and what lists them; "" for a run that is about one result."""
    front = front_of(run, points_of(trials, run.repeats))
    if not front:
        return ""
    return f"Pareto front: {counted(len(front), run.counted_as)}; {run_command('best', paths, '--front')}"


def table(run: Run, front: Iterable[Trial]) -> Iterator[str]:
    """A line for each evaluation of a front under a head, the best in the first result first."""
    rows = [
        [str(trial.number), *(output_text(trial, goal.name) for goal in run.goals), values_text(trial)]
        for trial in front
    ]
    head = ["evaluation", *(f"{goal.name} ({goal.direction})" for goal in run.goals), "parameters"]
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)][:-1]
    for row in (head, *rows):
        cells = (f"{cell:>{width}}" for cell, width in zip(row, widths, strict=False))
        yield visible("  ".join([*cells, row[-1]]))
