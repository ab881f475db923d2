"""Figures of a run as a whole: its course, Pareto front and learning curves."""

from __future__ import annotations

from itertools import combinations
from typing import Any

from worker.errors import OmnioptError
from worker.report.data import curves, improvements, pareto
from worker.report.data.chart_series import best_so_far_scale
from worker.report.data.scale_choice import WORDS, choose
from worker.report.data.summary import is_usable
from worker.report.pictures.figure_request import Drawing, Request, brief_words
from worker.report.pictures.figure_style import (
    BEST,
    DASHES,
    GREY,
    MARKERS,
    WIDTHS,
    colour,
    new_figure,
    panels,
)
from worker.report.pictures.scales import set_scale, whole_numbers

_MOST_LINES = 8


def progress(request: Request) -> Drawing:
    """The best result so far over the evaluations, with the single results behind it."""
    results, width = request.results, request.width
    points = improvements.finished(results.points)
    if not points:
        raise OmnioptError("No evaluation has a usable result, so there is no course to draw.")
    run = results.run
    steps = improvements.improvements(points, run)
    figure = new_figure(width, WIDTHS[width] * (0.72 if width == "column" else 0.42))
    axes = figure.subplots()
    chosen = best_so_far_scale(points, run)
    losses = [point.loss for point in points]
    inside = losses
    if chosen.kind == "linear":
        inside = [loss for loss in losses if run.rank(loss) <= run.rank(chosen.clip)]
        margin = 0.05 * (max(inside) - min(inside)) or 0.5
        axes.set_ylim(min(inside) - margin, max(inside) + margin)
    axes.plot(
        [point.count for point in points],
        losses,
        linestyle="none",
        marker=".",
        color=GREY,
        alpha=0.6,
        label="one evaluation",
        rasterized=len(points) > 3000,
    )
    x = [*(step.count for step in steps), points[-1].count]
    y = [*(step.loss for step in steps), steps[-1].loss]
    axes.step(x, y, where="post", color=colour(0), label="best so far")
    axes.plot(x[:-1], y[:-1], linestyle="none", marker="o", color=colour(0), markersize=2.5)
    set_scale(axes, "y", chosen.kind, losses, chosen.distance)
    words = "" if chosen.kind == "linear" else f"\n({WORDS[chosen.kind]})"
    axes.set_ylabel(f"{brief_words(run.main) if run.maximises else run.main.name}{words}", parse_math=False)
    axes.set_xlabel("evaluations")
    whole_numbers(axes.xaxis)
    axes.legend(loc="lower right" if run.maximises else "upper right")
    return Drawing((figure,))


def front(request: Request) -> Drawing:
    """Each two results against each other, with the evaluations that none beats."""
    results, width = request.results, request.width
    goals = pareto.objectives(results.run, results.points)
    if not goals:
        raise OmnioptError(
            "A Pareto front needs several results: name them in the config (results = ...), or print RESULT1, RESULT2 and so on."
        )
    usable = [
        trial
        for trial in results.points
        if is_usable(trial) and all(goal.name in trial.outputs for goal in goals)
    ]
    numbers = {trial.number for trial in pareto.non_dominated(usable, goals)}
    pairs = list(combinations(goals, 2))
    figure, grid = panels(width, len(pairs), 0.85)
    for axes, (across, up) in zip(grid, pairs, strict=True):
        looks: tuple[tuple[bool, dict[str, Any]], ...] = (
            (False, {"marker": ".", "color": GREY, "alpha": 0.7, "label": "evaluations"}),
            (True, {"marker": "D", "color": BEST, "markersize": 3, "label": "Pareto front"}),
        )
        for chosen, look in looks:
            shown = [trial for trial in usable if (trial.number in numbers) is chosen]
            x, y = ([trial.outputs[goal.name] for trial in shown] for goal in (across, up))
            axes.plot(x, y, linestyle="none", **look)
        for way, goal in (("x", across), ("y", up)):
            values = [trial.outputs[goal.name] for trial in usable]
            kind = choose(values, goal.maximises)
            set_scale(axes, way, kind, values)
            words = "" if kind == "linear" else f"\n({WORDS[kind]})"
            (axes.set_xlabel if way == "x" else axes.set_ylabel)(brief_words(goal) + words, parse_math=False)
    # Below the panels: there is no place in them that is free for sure.
    figure.legend(*grid[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return Drawing((figure,))


def learning(request: Request) -> Drawing:
    """What the best evaluations printed while they ran."""
    results, width = request.results, request.width
    lines = curves.choose(results.trials, results.run)
    if not lines:
        raise OmnioptError("No program printed more than one RESULT line, so there are no learning curves.")
    figure = new_figure(width, WIDTHS[width] * (0.72 if width == "column" else 0.42))
    axes = figure.subplots()
    for line in reversed(lines[_MOST_LINES // 2 :]):
        axes.plot(line.steps, line.values, color=GREY, alpha=0.4, linewidth=0.7)
    for index, line in enumerate(lines[: _MOST_LINES // 2]):
        axes.plot(
            line.steps,
            line.values,
            color=colour(index),
            linestyle=DASHES[index % len(DASHES)],
            marker=MARKERS[index],
            markevery=max(1, len(line.steps) // 6),
            label=f"evaluation {line.trial.number}",
        )
    values = [value for line in lines for value in line.values]
    kind, clip = curves.scale(lines, results.run)
    set_scale(axes, "y", kind, values)
    if clip is not None:
        axes.set_ylim(*((clip, None) if results.run.maximises else (None, clip)))
    axes.set_xlabel(f"{results.run.main.name} line", parse_math=False)
    whole_numbers(axes.xaxis)
    words = "" if kind == "linear" else f"\n({WORDS[kind]})"
    axes.set_ylabel(f"{results.run.main.name}{words}", parse_math=False)
    axes.legend(loc="best")
    return Drawing((figure,))
