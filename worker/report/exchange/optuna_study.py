"""A run as a study of Optuna (an extra), for its dashboard and its own plots."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from worker import __version__
from worker.errors import OmnioptError, UsageError
from worker.pooled import Pooled
from worker.report.data.results import Results
from worker.report.data.summary import is_usable
from worker.report.exchange import optuna_rows
from worker.report.exchange.export import parameters
from worker.spec.distributions import Choices, Reals
from worker.spec.multiples import exact
from worker.spec.parameter_types import type_of
from worker.spec.parameters import Parameter
from worker.spec.rules import Rules
from worker.spec.run import Run
from worker.store.live_values import LiveValues, live_values
from worker.store.starter import command
from worker.trial import Status, Trial

_MOST_STEPS = 1000  # of a learning curve


def _silent(done: int, total: int) -> None:
    """Nobody watches."""


def export(results: Results, address: str, name: str, progress: Callable[[int, int], None] = _silent) -> int:
    """Make the study `name` in an Optuna storage; returns how many evaluations are in it.

    address: sqlite:///x.db or the like, or the path of a journal file. progress: told how many are written, of how many.
    Raises OmnioptError where Optuna is not installed, UsageError where the study exists or the storage does not open.
    """
    try:
        import optuna
    except ImportError as error:
        raise OmnioptError(
            f"This needs Optuna, which is not installed here. Install it: {command('install', 'optuna')}"
        ) from error
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    storage = _storage(address)
    try:
        study = optuna.create_study(
            storage=storage,
            study_name=name,
            directions=["maximize" if goal.maximises else "minimize" for goal in results.run.goals],
        )
    except optuna.exceptions.DuplicatedStudyError as error:
        raise UsageError(
            f"There is already a study {name} in {address}. Name another one with --study NAME, or delete that file."
        ) from error
    trials = list(_trials(results))
    try:
        _describe(study, results)
        optuna_rows.add(study, storage, trials, lambda done: progress(done, len(trials)))
    except BaseException:
        # A study with some of the evaluations would be taken for the run.
        optuna.delete_study(study_name=name, storage=storage)
        raise
    return len(trials)


def _storage(address: str) -> Any:
    """The storage at `address`. Raises UsageError where it does not open."""
    import optuna
    from optuna.storages.journal import JournalFileBackend
    from sqlalchemy.exc import SQLAlchemyError

    try:
        if "://" in address:
            return optuna.storages.RDBStorage(address)
        return optuna.storages.JournalStorage(JournalFileBackend(address))
    except (SQLAlchemyError, ValueError, ImportError, OSError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise UsageError(
            f"{address} cannot be opened ({reason}). Write for example sqlite:///study.db, or study.log for a journal file."
        ) from error


def _describe(study: Any, results: Results) -> None:
    """What Optuna has no place for: the space as it was declared, with its conditions and steps, and the reference point."""
    run = results.run
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that names of results are experimental is no news to anybody here
        study.set_metric_names([goal.name for goal in run.goals])
    facts: dict[str, object] = {
        "run": str(results.paths.root),
        "version": __version__,
        "parameters": parameters(run),
        "constraints": list(run.constraints),
        "reference": {name: float(number) for name, number in run.reference},
    }
    for key, fact in facts.items():
        if fact:
            study.set_user_attr(f"omniopt:{key}", fact)


def _trials(results: Results) -> Iterator[Any]:
    """Evaluations as Optuna's own frozen trials: those that have ended, and those that run where somebody drives the run."""
    import optuna

    exported = [
        trial
        for trial in results.points
        if _complete(results, trial)
        and (trial.status.ended or (trial.status is Status.RUNNING and results.running))
    ]
    distributions = {
        parameter.name: _distribution(parameter, exported) for parameter in results.run.parameters
    }
    live = live_values(results.paths, exported, len(exported)) if results.running else {}
    for trial in exported:
        state = _state(trial)
        usable = state in (optuna.trial.TrialState.COMPLETE, optuna.trial.TrialState.PRUNED)
        frozen = optuna.trial.create_trial(
            state=state,
            values=_values(results.run, trial) if usable else None,
            params=dict(trial.values),
            distributions={name: distributions[name] for name in trial.values},
            user_attrs=_attributes(results, trial),
            intermediate_values=_so_far(live[trial.number]) if trial.number in live else _curve(trial),
        )
        frozen.datetime_start = _moment(trial.start if trial.start is not None else trial.end)
        frozen.datetime_complete = _moment(trial.end)
        yield frozen


def _values(run: Run, trial: Trial) -> list[float] | None:
    """All results that the run is about; None where one of them is not there, as where it was stopped early."""
    found = [trial.outputs.get(goal.name) for goal in run.goals] if run.several else [trial.loss]
    known = [value for value in found if value is not None]
    return known if len(known) == len(found) else None


def _state(trial: Trial) -> Any:
    from optuna.trial import TrialState

    if trial.status is Status.RUNNING:
        return TrialState.RUNNING
    if trial.status is Status.STOPPED_EARLY and trial.loss is not None:
        return TrialState.PRUNED
    return TrialState.COMPLETE if is_usable(trial) else TrialState.FAIL


def _complete(results: Results, trial: Trial) -> bool:
    """Whether the values are those that this run's parameters have there."""
    rules = Rules(results.run.parameters)
    wanted = {name for name in rules.names if rules.exists(name, trial.values)}
    return trial.values.keys() == wanted


def _attributes(results: Results, trial: Trial) -> dict[str, object]:
    facts: dict[str, object] = {
        "status": trial.status.value,
        "host": trial.host,
        "seconds": trial.seconds,
        "exit code": trial.exit_code,
        "reason": trial.reason,
        "command": results.commands.of(trial.values, trial.number),
        "log": str(results.paths.trial_out(trial.number)),
    }
    if isinstance(trial, Pooled):
        facts["evaluations"] = len(trial.losses)
        facts["standard deviation"] = trial.deviation
    return {
        **{f"output:{name}": value for name, value in trial.outputs.items()},
        **facts,
        "trial": trial.number,
    }


def _curve(trial: Trial) -> dict[int, float]:
    values = [value for _, value in trial.curve][-_MOST_STEPS:]
    return dict(enumerate(values)) if len(values) > 1 else {}


def _so_far(live: LiveValues) -> dict[int, float]:
    """The curve of a running evaluation, as far as its agent has told it; Optuna's steps begin with 0."""
    return {step - 1: value for step, value in sorted(live.known.items())[-_MOST_STEPS:]}


def _moment(seconds: float | None) -> datetime | None:
    """Optuna keeps local times without a zone."""
    return None if seconds is None else datetime.fromtimestamp(seconds)


def _distribution(parameter: Parameter, trials: list[Trial]) -> Any:
    """Optuna's word for what the parameter can be, wide enough for every value that was evaluated."""
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    kind = type_of(parameter)
    values = [trial.values[parameter.name] for trial in trials if parameter.name in trial.values]
    numbers = [float(value) for value in values if not isinstance(value, str)]
    distribution = kind.distribution(parameter)
    if isinstance(distribution, Choices):
        return CategoricalDistribution(tuple(dict.fromkeys([*distribution.options, *map(str, values)])))
    ends = [*numbers, *(end for end in (distribution.low, distribution.high) if end is not None)]
    low, high = min(ends, default=0.0), max(ends, default=1.0)
    logarithmic = kind.logarithmic(parameter) and low > 0
    step = distribution.step
    # Where the range was changed, values of before may lie between the steps.
    if step is None or any((exact(number) - exact(low)) % exact(step) for number in numbers):
        step = None
    if isinstance(distribution, Reals):
        if step is None or logarithmic:  # which Optuna does not have together
            return FloatDistribution(low, high, log=logarithmic)
        steps = math.floor((exact(high) - exact(low)) / exact(step))
        return FloatDistribution(low, float(exact(low) + steps * exact(step)), step=step)
    first, last, width = math.floor(low), math.ceil(high), int(step or 1)
    # The last value of a range of steps is not always its end. Optuna has no logarithmic scale for steps.
    last -= (last - first) % width
    return IntDistribution(first, last, log=logarithmic and width == 1, step=width)
