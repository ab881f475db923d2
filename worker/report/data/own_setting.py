"""How much better the best evaluation is than the setting that the user had before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from worker.pooled import points_of
from worker.report.data.readable import readable
from worker.spec.run import Run
from worker.spec.start_points import values_of
from worker.trial import Status, Trial

_DIGITS = 3


def own_setting(run: Run, trials: Iterable[Trial]) -> Trial | None:
    """The best evaluation of a point that the run was told to begin with; None where none has a result."""
    points = [values_of(point, run.parameters, run.precision) for point in run.start_with]
    if not points:
        return None
    found = [
        (run.rank(trial.loss), trial.number, trial)
        for trial in points_of(trials, run.repeats)
        if trial.status is Status.OK and trial.loss is not None and dict(trial.values) in points
    ]
    return min(found, key=lambda ranked: ranked[:2])[2] if found else None


def sentence(run: Run, trials: Mapping[int, Trial] | Iterable[Trial], best: Trial | None) -> str:
    """How the best compares with what the run began with; "" where there is nothing to compare."""
    every = trials.values() if isinstance(trials, Mapping) else trials
    own = own_setting(run, every) if run.start_with and best is not None else None
    if own is None or best is None or own.loss is None or best.loss is None:
        return ""
    yours = f"your own setting (evaluation {own.number}, {run.main.name} {readable(own.loss)})"
    gain = run.rank(own.loss) - run.rank(best.loss)
    if gain <= 0:
        return f"No evaluation is better than {yours}."
    share = f", or {100 * gain / abs(own.loss):.{_DIGITS}g} %" if own.loss else ""
    return f"The best is better than {yours} by {gain:.{_DIGITS}g}{share}."
