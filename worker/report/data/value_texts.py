"""The result and the values of an evaluation as people read them: with every digit that counts."""

from __future__ import annotations

from worker.spec.notation import real_text, value_text
from worker.trial import Trial


def loss_text(trial: Trial) -> str:
    """The exact RESULT of an evaluation, "none" where it has none."""
    if trial.loss is None:
        return trial.raw_loss or "none"
    return real_text(trial.loss)


def values_text(trial: Trial) -> str:
    """The values of an evaluation in one line."""
    return ", ".join(f"{name} = {value_text(value)}" for name, value in trial.values.items())
