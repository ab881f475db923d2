"""What the charts of several pages are drawn from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from worker.report.data import improvements
from worker.report.data.results import Results
from worker.report.data.scale_choice import Distance, Kind, choose_progress, spans
from worker.spec.run import Run
from worker.trial import Status, Trial

_MOST_SPANS = 6000  # evaluations drawn in the timeline
_DIGITS = re.compile(r"(\d+)")
_MOST_DOTS = 1500  # single results behind the curve of the best one


def best_so_far(points: Sequence[improvements.Point], run: Run) -> dict[str, object]:
    """The best result so far by evaluations and by time, with the single results behind it."""
    stride = -(-len(points) // _MOST_DOTS)
    steps = improvements.improvements(points, run)
    last = points[-1]
    best = [[step.count, round(step.elapsed, 3), step.loss] for step in steps]
    if steps[-1] is not last:
        best.append([last.count, round(last.elapsed, 3), steps[-1].loss])
    chosen = best_so_far_scale(points, run)
    return {
        "best": best,
        "all": [[point.count, round(point.elapsed, 3), point.loss] for point in points[::stride]],
        "scale": chosen.kind,
        "distance": chosen.distance.payload(),
        "clip": chosen.clip,  # only a linear axis has no room for all
        "rises": run.maximises,
    }


@dataclass(frozen=True)
class ProgressScale:
    """How the course of the best result is drawn. clip: on a linear axis, results that are worse lie on the edge."""

    kind: Kind
    distance: Distance
    clip: float


def best_so_far_scale(points: Sequence[improvements.Point], run: Run) -> ProgressScale:
    """The scale on which the course of these evaluations is seen, of which there is at least one."""
    rank = run.main.rank
    ranks = sorted([rank(point.loss) for point in points])
    steps = improvements.improvements(points, run)
    # The curve of the best is the story: results that are much worse than most lie on the edge.
    worst = max(ranks[int(len(ranks) * 0.75)], before_last_fall([run.rank(step.loss) for step in steps]))
    clip = run.rank(worst)
    kind, distance = choose_progress([step.loss for step in steps], clip, run.maximises)
    if kind == "linear" and spans([point.loss for point in points]):
        kind = "log"
    return ProgressScale(kind, distance, clip)


def before_last_fall(levels: Sequence[float]) -> float:
    """The level from which a curve fell last: below it, one that got better would look flat. Its own where it never fell."""
    falls = [higher for higher, lower in pairwise(levels) if lower < higher]
    return falls[-1] if falls else levels[-1]


def timeline(results: Results, now: float) -> dict[str, object] | None:
    """When each worker ran evaluations, in seconds since the first began; what still runs, runs until `now`.

    None where nothing ran.
    """
    ran = [
        trial for trial in results.trials if trial.start is not None and trial.agent and not trial.imported
    ]
    if not ran:
        return None
    begin = min(trial.start or now for trial in ran)
    stride = -(-len(ran) // _MOST_SPANS)
    rows: dict[str, list[tuple[float, float, str]]] = {}
    for trial in ran[::stride]:
        # Where nobody drives the run, nobody knows how long this one went on.
        end = now if trial.status is Status.RUNNING and results.running else trial.end
        if end is not None and trial.start is not None:
            span = (round(trial.start - begin, 2), round(end - begin, 2), _kind(trial))
            rows.setdefault(trial.agent, []).append(span)
    if not rows:
        return None
    return {
        "agents": [{"label": agent, "spans": rows[agent]} for agent in sorted(rows, key=_natural)],
        "end": max(end for spans in rows.values() for _, end, _ in spans),
    }


def _kind(trial: Trial) -> str:
    if not trial.status.ended:
        return "running"
    return "failed" if trial.status.failure else "cancelled" if trial.status is Status.CANCELLED else "ended"


def _natural(name: str) -> list[tuple[int, str]]:
    """Numbers in names in their order: worker-2 before worker-10."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in _DIGITS.split(name)]
