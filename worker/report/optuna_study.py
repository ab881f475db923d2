"""A run as a study of Optuna (an extra), for its dashboard and its own plots."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from worker.errors import OmnioptError, UsageError
from worker.report.byhand import command_for
from worker.report.source import Results
from worker.report.summary import counts
from worker.spec.parameters import Parameter, Value
from worker.trial import Status, Trial

_MOST_STEPS = 1000  # of a learning curve
INSTALL = 'pip install "optuna>=4"'


def export(results: Results, storage: str, name: str) -> int:
    """Make the study `name` in an Optuna storage (sqlite:///x.db); returns how many evaluations are in it.

    Raises OmnioptError where Optuna is not installed, UsageError where the study exists or the storage does not open.
    """
    try:
        import optuna
    except ImportError as error:
        raise OmnioptError(
            f"This needs Optuna, which is not installed here. Install it into the same environment: {INSTALL}"
        ) from error
    from sqlalchemy.exc import SQLAlchemyError

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        study = optuna.create_study(storage=storage, study_name=name, direction="minimize")
    except optuna.exceptions.DuplicatedStudyError as error:
        raise UsageError(
            f"There is a study {name} in {storage} already. Name another one with --study NAME, or delete that file."
        ) from error
    except (SQLAlchemyError, ValueError, ImportError) as error:
        raise UsageError(
            f"{storage} cannot be opened ({str(error).splitlines()[0]}). Write for example sqlite:///study.db"
        ) from error
    study.set_user_attr("omniopt:run", str(results.paths.root))
    trials = list(_trials(results))
    study.add_trials(trials)
    return len(trials)


def _trials(results: Results) -> Iterator[Any]:
    """Evaluations that have ended, as Optuna's own frozen trials."""
    import optuna

    ended = [trial for trial in results.trials if trial.status.ended and _complete(results, trial)]
    distributions = {parameter.name: _distribution(parameter, ended) for parameter in results.run.parameters}
    for trial in ended:
        usable = counts(trial) or (trial.status is Status.STOPPED_EARLY and trial.loss is not None)
        state = optuna.trial.TrialState.FAIL
        if usable:
            pruned = trial.status is Status.STOPPED_EARLY
            state = optuna.trial.TrialState.PRUNED if pruned else optuna.trial.TrialState.COMPLETE
        frozen = optuna.trial.create_trial(
            state=state,
            value=trial.loss if usable else None,
            params={parameter.name: trial.values[parameter.name] for parameter in results.run.parameters},
            distributions=distributions,
            user_attrs=_attributes(results, trial),
            intermediate_values=_curve(trial),
        )
        frozen.datetime_start = _moment(trial.start if trial.start is not None else trial.end)
        frozen.datetime_complete = _moment(trial.end)
        yield frozen


def _complete(results: Results, trial: Trial) -> bool:
    return all(parameter.name in trial.values for parameter in results.run.parameters)


def _attributes(results: Results, trial: Trial) -> dict[str, object]:
    facts: dict[str, object] = {
        "status": trial.status.value,
        "host": trial.host,
        "seconds": trial.seconds,
        "exit code": trial.exit_code,
        "reason": trial.reason,
        "command": command_for(results, trial.values, trial.number),
        "log": str(results.paths.trial_out(trial.number)),
    }
    return {
        **{f"output:{name}": value for name, value in trial.outputs.items()},
        **facts,
        "trial": trial.number,
    }


def _curve(trial: Trial) -> dict[int, float]:
    values = [value for _, value in trial.curve][-_MOST_STEPS:]
    return dict(enumerate(values)) if len(values) > 1 else {}


def _moment(seconds: float | None) -> datetime | None:
    """Optuna keeps local times without a zone."""
    return None if seconds is None else datetime.fromtimestamp(seconds)


def _distribution(parameter: Parameter, trials: list[Trial]) -> Any:
    """Optuna's word for the parameter's range, wide enough for every value that was evaluated."""
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    values = [trial.values[parameter.name] for trial in trials]
    if parameter.kind.value == "category":
        return CategoricalDistribution(tuple(dict.fromkeys([*parameter.options, *map(str, values)])))
    low, high = _bounds(parameter, values)
    if parameter.kind.value == "integer":
        return IntDistribution(math.floor(low), math.ceil(high))
    logarithmic = "log" in parameter.type and low > 0
    return FloatDistribution(low, high, log=logarithmic)


def _bounds(parameter: Parameter, values: list[Value]) -> tuple[float, float]:
    """The configured ends where there are some, and whatever was evaluated beyond them."""
    ends = [float(value) for value in values if not isinstance(value, str)]
    if "min" in parameter.settings:
        configured = [float(parameter.number("min")), float(parameter.number("max"))]
        exponents = parameter.type in ("hp.loguniform", "hp.qloguniform")
        ends += [math.exp(end) for end in configured] if exponents else configured
    elif parameter.type == "hp.randint":
        ends += [0, parameter.number("max") - 1]
    return min(ends, default=0.0), max(ends, default=1.0)
