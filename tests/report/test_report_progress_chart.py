"""The chart of the course of a run: nothing is drawn flat, or on the edge, that is not."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from report_runs import a_run, a_trial, write_run

from worker.report.data import chart_series, improvements
from worker.report.data import results as source
from worker.report.data.run_curves import Budget
from worker.report.data.scale_choice import Distance
from worker.report.data.standings import Comparison
from worker.report.pages import compare
from worker.trial import Trial


def improving(*levels: float, count: int) -> list[Trial]:
    """As many evaluations, of which the first have these results, and the others the last of them."""
    results = [*levels, *[levels[-1]] * (count - len(levels))]
    return [
        a_trial(number, {"lr": number / 9999, "kind": "a"}, loss) for number, loss in enumerate(results, 1)
    ]


def heights(lines: Mapping[str, Any]) -> list[set[float]]:
    """At which different heights each line of a chart is drawn, as far as they can be told apart."""
    clip = lines["clip"] if lines["scale"] == "linear" else None
    drawn = [
        [min(value, math.inf if clip is None else clip) for value in line["y"]] for line in lines["lines"]
    ]
    least, most = min(map(min, drawn)), max(map(max, drawn))
    scales: dict[str, Callable[[float], float]] = {
        "linear": float,
        "log": math.log,
        "distance": Distance(**lines["distance"]).into,
    }
    into = scales[lines["scale"]]
    drawn = [[into(value) for value in line] for line in drawn]
    least, most = into(least), into(most)
    return [{round((value - least) / (most - least), 2) for value in line} for line in drawn]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (improving(50, 20, 5, 2, count=40), improving(9, 1, count=1000)),
        (improving(100, 1, count=40), improving(2, 1.5, count=40)),
        (improving(1e6, 1e3, 10, 1, count=30), improving(1e5, 1e-3, count=2000)),
        (improving(1e6, 300, -2, -3, count=500), improving(1e7, 20, -3, count=40)),
        (improving(5, 4, 3, count=300), improving(-1, -2, -3, -4, count=30)),
    ],
)
def test_no_run_that_improved_is_drawn_flat(tmp_path: Path, first: list[Trial], second: list[Trial]) -> None:
    runs = [
        source.read(write_run(tmp_path / name, a_run(run__name=name, search__max_evals=evals), trials))
        for name, evals, trials in (("one", 2000, first), ("other", 3000, second))
    ]
    drawn = heights(compare.payload_of(Comparison(runs).bands(Budget.EVALUATIONS)))
    assert [len(curve_heights) > 1 for curve_heights in drawn] == [True, True]


def test_nothing_lies_on_the_edge_of_a_logarithmic_axis(tmp_path: Path) -> None:
    results = source.read(write_run(tmp_path, a_run(), improving(1e6, 1e3, 1, count=50)))
    chart = compare.payload_of(Comparison([results]).bands(Budget.EVALUATIONS))
    assert chart["scale"] == "log"
    assert chart_series.best_so_far(improvements.finished(results.trials), results.run)["scale"] == "log"


def test_the_best_so_far_is_seen_to_fall_where_most_results_are_alike(tmp_path: Path) -> None:
    results = source.read(write_run(tmp_path, a_run(), improving(5, 3, 0.1, count=50)))
    assert chart_series.best_so_far(improvements.finished(results.trials), results.run)["clip"] == 3
