"""Writes many trials into a database of Optuna at once, which its own `add_trials` does one query after another.

The tables are Optuna's own classes, so that what stands in a cell is said by it alone. A version that has other ones is
left to its `add_trials`, which is slower and says the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any

_BATCH = 1000
_SCHEMA = "v3.2.0.a"  # of Optuna 3.2 to 5.0, as its storages call it
Progress = Callable[[int], None]  # told how many are written


def add(study: Any, storage: Any, trials: Sequence[Any], progress: Progress) -> None:
    """Add frozen trials to a study without any, all or none of them where the storage is a database."""
    models = _models(storage)
    if models is None:
        for done, trial in enumerate(trials, 1):
            study.add_trial(trial)
            progress(done)
        return
    from sqlalchemy.orm import Session

    study_id = storage.get_study_id_from_name(study.study_name)
    with Session(storage.engine) as session, session.begin():
        rest = iter(trials)
        done = 0
        while batch := list(islice(rest, _BATCH)):
            _add_batch(session, models, study_id, done, batch)
            done += len(batch)
            progress(done)


def _models(storage: Any) -> Any:
    """The classes of Optuna's tables; None where the storage is no database, or has other tables than those known here."""
    import optuna

    if not isinstance(storage, optuna.storages.RDBStorage) or storage.get_current_version() != _SCHEMA:
        return None
    try:
        from optuna.storages._rdb import models
    except ImportError:
        return None
    return models


def _add_batch(session: Any, models: Any, study_id: int, before: int, batch: Sequence[Any]) -> None:
    from sqlalchemy import insert

    rows = [
        models.TrialModel(
            study_id=study_id,
            number=number,
            state=trial.state,
            datetime_start=trial.datetime_start,
            datetime_complete=trial.datetime_complete,
        )
        for number, trial in enumerate(batch, before)
    ]
    session.add_all(rows)
    session.flush()
    known = [(row.trial_id, trial) for row, trial in zip(rows, batch, strict=True)]
    tables: dict[Any, list[dict[str, Any]]] = {
        models.TrialParamModel: [row for one in known for row in _parameters(*one)],
        models.TrialValueModel: [row for one in known for row in _values(models.TrialValueModel, *one)],
        models.TrialUserAttributeModel: [row for one in known for row in _attributes(*one)],
        models.TrialIntermediateValueModel: [
            row for one in known for row in _curve(models.TrialIntermediateValueModel, *one)
        ],
    }
    for table, cells in tables.items():
        if cells:
            session.execute(insert(table), cells)
    session.expunge_all()


def _parameters(trial_id: int, trial: Any) -> list[dict[str, Any]]:
    from optuna.distributions import distribution_to_json

    return [
        {
            "trial_id": trial_id,
            "param_name": name,
            "param_value": trial.distributions[name].to_internal_repr(value),
            "distribution_json": distribution_to_json(trial.distributions[name]),
        }
        for name, value in trial.params.items()
    ]


def _values(table: Any, trial_id: int, trial: Any) -> list[dict[str, Any]]:
    found = []
    for objective, number in enumerate(trial.values or ()):
        value, kind = table.value_to_stored_repr(number)
        found.append({"trial_id": trial_id, "objective": objective, "value": value, "value_type": kind})
    return found


def _attributes(trial_id: int, trial: Any) -> list[dict[str, Any]]:
    return [
        {"trial_id": trial_id, "key": key, "value_json": json.dumps(value)}
        for key, value in trial.user_attrs.items()
    ]


def _curve(table: Any, trial_id: int, trial: Any) -> list[dict[str, Any]]:
    found = []
    for step, number in trial.intermediate_values.items():
        value, kind = table.intermediate_value_to_stored_repr(number)
        found.append(
            {
                "trial_id": trial_id,
                "step": step,
                "intermediate_value": value,
                "intermediate_value_type": kind,
            }
        )
    return found
