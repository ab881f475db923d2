"""The report of a run: one html file that begins with the answer and shows how it came about."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from worker.report.data import curves, front_charts, gpu_usage, improvements, pareto
from worker.report.data.chart_series import best_so_far, timeline
from worker.report.data.effects import Interaction
from worker.report.data.importance import Importance, NoImportanceError
from worker.report.data.plot_columns import payload
from worker.report.data.results import Results
from worker.report.data.summary import Summary, summarize
from worker.report.kept_importance import importance_of
from worker.report.pages import (
    certainty_part,
    failure_list,
    front_part,
    gpu,
    html,
    points,
    provenance_part,
    sections,
)
from worker.store.starter import run_command

_MAP_DIGITS = 5
REFRESH = 60  # seconds between two looks of a page at a run that is going on


@dataclass(frozen=True)
class Options:
    """How a report is made. page_url: the address of the page on which runs are configured, "" if unknown.

    refresh: seconds after which the report of a run that is going on loads itself again; 0 is never.
    """

    page_url: str = ""
    with_importance: bool = True
    refresh: int = REFRESH


Part = tuple[str, str, html.Content]  # id, heading, content


def page(results: Results, options: Options, made_at: datetime) -> str:
    """The whole report of the run as it stands; `made_at` is the time that it states."""
    summary = summarize(results)
    finished = improvements.finished(results.points)
    data = payload(results.columns)
    importance, why_not = _importance(results, options)
    data.update(_charts(results, finished, importance, made_at.timestamp()))
    parts = _parts(results, finished, summary, options, importance, why_not)
    drawn = {"parallel", "scatter", *data} if results.trials else set()
    drawn |= {"slices"} if summary.best is not None and not sections.slices(results) else set()
    shown = [part for part in parts if part[2] or part[0] in drawn]
    body = html.tag(
        "main",
        sections.heading(results, made_at),
        sections.answer(results, summary),
        html.tag(
            "nav",
            [html.tag("a", title, href=f"#{name}-part") for name, title, _ in shown],
            aria_label="Contents",
        ),
        [_section(part, part[0] in drawn) for part in shown],
    )
    refresh = options.refresh if results.running else 0
    start = f'mountReport(await readData("data"));\nbegin({refresh});'
    styles, scripts = ["base", "plots", "report"], ["data", "report", "live"]
    return html.page(f"{results.run.name}: report", body, styles, scripts, start, data)


def _parts(
    results: Results,
    finished: Sequence[improvements.Point],
    summary: Summary,
    options: Options,
    importance: Importance | None,
    why_not: str,
) -> list[Part]:
    """All parts in their order, also those that have nothing to show in this run."""
    failures: Part = ("failures", "Failures", failure_list.failures(results))
    front: Part = ("pareto", "Pareto front", front_part.pareto_front(results))
    return [
        # Where nothing came out, why is the answer.
        *([failures] if summary.best is None else []),
        ("progress", "Progress", sections.improvements(results, finished)),
        ("confirmed", "The best points, evaluated again", points.confirmed(results)),
        ("certainty", "How sure the best is", certainty_part.how_sure(results)),
        ("points", "The best points", points.best_points(results)),
        *([front] if results.run.several else []),
        ("parallel", "Parallel plot", None),
        ("importance", "Which parameters matter", sections.importance(importance, why_not)),
        ("effects", "What the result depends on", sections.effects(importance)),
        ("slices", "Each parameter against the result", sections.slices(results)),
        ("interaction", "Two parameters together", sections.interaction(importance)),
        ("scatter", "All pairs of parameters", None),
        *([] if results.run.several else [front]),
        ("curves", "Learning curves", None),
        *([failures] if summary.best is not None else []),
        ("timeline", "Workers over time", None),
        ("gpus", "GPU use", None),
        ("cost", "Cost", sections.cost(summary)),
        ("provenance", "Code and machines", provenance_part.code_and_machines(results)),
        ("config", "Config", sections.config(results, options.page_url)),
    ]


def _section(part: Part, drawn: bool) -> html.Markup:
    name, title, content = part
    holder = html.tag(
        "div",
        id=name,
        class_="charts" if name in ("progress", "gpus", "interaction", "effects", "pareto") else None,
    )
    heading = html.tag("h2", title, id=f"{name}-title")
    parts = (holder, content) if name in ("progress", "pareto") else (content, holder)
    return html.tag(
        "section", heading, parts if drawn else content, id=f"{name}-part", aria_labelledby=f"{name}-title"
    )


def _importance(results: Results, options: Options) -> tuple[Importance | None, str]:
    """The importance of the parameters, or the sentence that says why it is not told."""
    if not options.with_importance:
        return None, (
            "This is shown when the run has ended, or in the report that this command writes: "
            + run_command("report", results.paths, lasting=True)
        )
    try:
        return importance_of(results), ""
    except NoImportanceError as error:
        return None, str(error)


def _compact(pair: Interaction) -> dict[str, object]:
    """A map in few letters: a page has dozens of them, whose colours and words show fewer digits anyway."""
    rows = [[_rounded(value) for value in row] for row in pair.results]
    return {"x": pair.x, "y": pair.y, "xs": pair.xs, "ys": pair.ys, "results": rows}


def _rounded(value: float) -> float:
    return float(f"{value:.{_MAP_DIGITS}g}")


def _charts(
    results: Results, finished: Sequence[improvements.Point], importance: Importance | None, now: float
) -> dict[str, object]:
    """What the charts need beside the columns of all evaluations; a chart without data has no key."""
    charts: dict[str, object] = {}
    if finished:
        charts["progress"] = best_so_far(finished, results.run)
    if importance is not None:
        charts["importance"] = [
            [name, *(round(part, 5) for part in importance.intervals[name])] for name in importance.shares
        ]
        charts["effects"] = [dataclasses.asdict(curve) for curve in importance.effects.curves]
        if maps := importance.effects.maps:
            charts["interaction"] = [_compact(pair) for pair in maps]
    if lines := curves.choose(results.trials, results.run):
        kind, clip = curves.scale(lines, results.run)
        charts["curves"] = {
            "lines": [{"trial": line.trial.number, "x": line.steps, "y": line.values} for line in lines],
            "scale": kind,
            "clip": clip,
            "rises": results.run.maximises,
        }
    if agents := timeline(results, now):
        charts["timeline"] = agents
    if usages := gpu_usage.read(results.paths):
        charts["gpus"] = gpu.lines(usages)
    if goals := pareto.objectives(results.run, results.points):
        found = front_charts.growth(results.run, results.points)
        charts["pareto"] = {
            "pairs": front_charts.pairs(results.points, goals)[: None if results.run.several else 1],
            "volume": found.payload() if found else None,
            **front_charts.linked(results.run, results.trials, goals),
        }
    return charts
