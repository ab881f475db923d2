"""How sure the best result of a run is, as far as repeated evaluations tell."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean, variance

from worker.pooled import Pooled
from worker.report.data import student
from worker.report.data.confirmation import CONFIDENCE, SIGNIFICANT, short
from worker.report.data.results import Results
from worker.report.data.summary import best_first, is_usable
from worker.spec.run import Run
from worker.spec.text import counted
from worker.trial import Trial


def sentences(results: Results) -> list[str]:
    """What is known of it. What `confirm` has found comes first; without any repetition, that nothing is known."""
    run = results.run
    if results.confirmation is not None:
        return list(results.confirmation.sentences())
    if not any(map(is_usable, results.points)):
        return []
    if run.repeats > 1:
        return list(_of_repeats(run, best_first(results.points, run)))
    return [
        "Each point was evaluated once, so nobody knows how far results scatter, nor whether the best was lucky. "
        "If your program depends on chance, set confirm: the best points are then evaluated again with new seeds."
    ]


def _of_repeats(run: Run, ranked: Sequence[Trial]) -> Sequence[str]:
    best = ranked[0]
    losses = best.losses if isinstance(best, Pooled) else ()
    if len(losses) < 2:
        return ["The best point has one result only, so nobody knows how far it scatters."]
    low, high = interval(losses)
    said = [
        f"The mean {run.main.name} of the best point, {short(fmean(losses))} in {len(losses)} evaluations, has a 95 % confidence interval "
        f"from {short(low)} to {short(high)}. As the search picked what looked best, it is too good on average; confirm tells more."
    ]
    others = [point.losses for point in ranked[1:] if isinstance(point, Pooled) and len(point.losses) > 1]
    alike = sum(welch(losses, other) >= SIGNIFICANT for other in others)
    if others:
        said.append(
            f"Of {counted(len(others), 'other point')} with several results, {alike:,} {'is' if alike == 1 else 'are'} not certainly different from it (Welch's test, "
            f"p ≥ {SIGNIFICANT:g} each)."
        )
    return said


def interval(losses: Sequence[float]) -> tuple[float, float]:
    """Student's 95 % confidence interval of the mean of at least two numbers."""
    half = student.bound(CONFIDENCE, len(losses) - 1) * math.sqrt(variance(losses) / len(losses))
    return fmean(losses) - half, fmean(losses) + half


def welch(first: Sequence[float], second: Sequence[float]) -> float:
    """The two-sided p that two means are alike (Welch 1947), with whole degrees of freedom, rounded down: never too small."""
    parts = [variance(losses) / len(losses) for losses in (first, second)]
    apart = abs(fmean(first) - fmean(second))
    if not sum(parts):
        return 0.0 if apart else 1.0
    below = sum(part**2 / (len(losses) - 1) for part, losses in zip(parts, (first, second), strict=True))
    freedom = max(1, math.floor(sum(parts) ** 2 / below))
    return 1 - student.within(apart / math.sqrt(sum(parts)), freedom)
