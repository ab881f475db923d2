"""The result and the values of an evaluation: exact, and as people read them."""

from __future__ import annotations

from worker.pooled import Pooled
from worker.report.data.readable import readable, readable_value
from worker.spec.notation import real_text, value_text
from worker.spec.run import Run
from worker.trial import Trial

_DIGITS = 3


def loss_text(trial: Trial) -> str:
    """The exact RESULT of an evaluation, "none" where it has none."""
    if trial.loss is None:
        return trial.raw_loss or "none"
    return real_text(trial.loss)


def loss_cell(trial: Trial) -> str:
    """The RESULT of an evaluation as pages show it, "none" where it has none."""
    return loss_text(trial) if trial.loss is None else readable(trial.loss)


def output_cell(trial: Trial, name: str) -> str:
    """A column that an evaluation printed as pages show it, "none" where it did not."""
    return readable(trial.outputs[name]) if name in trial.outputs else output_text(trial, name)


def value_cell(run: Run, trial: Trial, name: str) -> str:
    """A parameter's value as pages show it; "" where the trial comes from elsewhere and lacks it."""
    return readable_value(trial.values[name], run.number_format) if name in trial.values else ""


def mean_words(trial: Trial) -> str:
    """Of how many evaluations the result of a point is the mean, and how they scatter; "" where it is that of one."""
    if not isinstance(trial, Pooled) or len(trial.losses) < 2 or trial.deviation is None:
        return ""
    return f"mean of {len(trial.losses)} evaluations, standard deviation {real_text(float(f'{trial.deviation:.{_DIGITS}g}'))}"


def results_text(run: Run, trial: Trial) -> str:
    """All results of an evaluation that its run is about, as printed: "RESULT 0.5", or "loss 0.5, accuracy 0.9"."""
    return f"{run.main.name} {loss_text(trial)}{others_text(run, trial)}"


def others_text(run: Run, trial: Trial) -> str:
    """The results beside the main one, each behind a comma; "" where there is one only."""
    return "".join(f", {goal.name} {output_text(trial, goal.name)}" for goal in run.goals[1:])


def output_text(trial: Trial, name: str) -> str:
    """The exact value of a column that an evaluation printed, "none" where it did not."""
    return real_text(trial.outputs[name]) if name in trial.outputs else "none"


def values_text(trial: Trial) -> str:
    """The values of an evaluation in one line."""
    return ", ".join(f"{name} = {value_text(value)}" for name, value in trial.values.items())
