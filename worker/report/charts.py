"""What the charts of several pages are drawn from."""

from __future__ import annotations

from collections.abc import Sequence

from worker.report import progress
from worker.report.frame import LOG_SPAN

_MOST_DOTS = 1500  # single results behind the curve of the best one


def best_so_far(points: Sequence[progress.Point]) -> dict[str, object]:
    """The best result so far by evaluations and by time, with the single results behind it."""
    losses = sorted(point.loss for point in points)
    every = -(-len(points) // _MOST_DOTS)
    steps = progress.improvements(points)
    last = points[-1]
    best = [[step.count, round(step.elapsed, 3), step.loss] for step in steps]
    if steps[-1] is not last:
        best.append([last.count, round(last.elapsed, 3), steps[-1].loss])
    # The curve of the best is the story: results that are much worse than most lie on the upper edge.
    clip = max(losses[int(len(losses) * 0.75)], steps[-1].loss)
    return {
        "best": best,
        "all": [[point.count, round(point.elapsed, 3), point.loss] for point in points[::every]],
        "log": wide(losses),
        "clip": clip,
    }


def wide(values: Sequence[float]) -> bool:
    """Whether a logarithmic axis suits the values."""
    return bool(values) and min(values) > 0 and max(values) / min(values) > LOG_SPAN
