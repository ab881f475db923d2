"""The result and the values of an evaluation as people read them: with every digit that counts."""

from __future__ import annotations

from worker.pooled import Pooled
from worker.spec.notation import real_text, value_text
from worker.trial import Trial

_DIGITS = 3


def loss_text(trial: Trial) -> str:
    """The exact RESULT of an evaluation, "none" where it has none."""
    if trial.loss is None:
        return trial.raw_loss or "none"
    return real_text(trial.loss)


def mean_words(trial: Trial) -> str:
    """Of how many evaluations the result of a point is the mean, and how they scatter; "" where it is that of one."""
    if not isinstance(trial, Pooled) or len(trial.losses) < 2 or trial.deviation is None:
        return ""
    return f"mean of {len(trial.losses)} evaluations, standard deviation {real_text(float(f'{trial.deviation:.{_DIGITS}g}'))}"


def values_text(trial: Trial) -> str:
    """The values of an evaluation in one line."""
    return ", ".join(f"{name} = {value_text(value)}" for name, value in trial.values.items())
