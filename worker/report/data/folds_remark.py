"""Whether programs print the mean of their folds last, as early stopping by folds takes it."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import fmean

from worker.spec.early_stopping import WILCOXON
from worker.spec.notation import real_text
from worker.spec.run import Run
from worker.trial import Status, Trial

_LEAST = 3  # evaluations of which none ends with its mean; of fewer it may be chance that one does
_CLOSE = 0.01  # of how far the folds differ, as programs print rounded numbers


def remark(run: Run, trials: Iterable[Trial]) -> str:
    """That the last RESULT is not the mean of the lines before it, and what to do; "" where it is, or nobody knows."""
    if run.early_stopping != WILCOXON:
        return ""
    others: list[tuple[Trial, float, float]] = []
    for trial in trials:
        values = [value for _, value in trial.curve]
        if trial.status is not Status.OK or len(values) < 3:
            continue
        *folds, last = values
        if abs(last - fmean(folds)) <= _CLOSE * (max(folds) - min(folds)) + 1e-9 * abs(last):
            return ""
        others.append((trial, last, fmean(folds)))
    if len(others) < _LEAST:
        return ""
    trial, last, mean = others[0]
    return (
        f"early_stopping = {WILCOXON} takes the last RESULT for the mean of the folds before it, and it is not: evaluation {trial.number} "
        f"ends with {real_text(last)}, the mean of its other lines is {real_text(float(f'{mean:.6g}'))}. Let the program print the mean of its folds last, "
        "or use another rule."
    )
