"""A run for other programs: JSON, Parquet (with pandas)."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TextIO

from worker import __version__
from worker.errors import OmnioptError
from worker.report.data import table
from worker.report.data.results import Results
from worker.spec.formats import toml
from worker.spec.run import Run
from worker.store import provenance
from worker.store.files import replacing_bytes
from worker.store.starter import command
from worker.trial import Trial


def write_json(results: Results, file: TextIO) -> None:
    """Everything known of the run and its evaluations, one evaluation a line; numbers are exact."""
    body = json.dumps(_head(results), indent=1, allow_nan=False)
    file.write(body[:-2] + ',\n "trials": [')
    for index, trial in enumerate(results.trials):
        file.write(",\n  " if index else "\n  ")
        file.write(json.dumps(_trial(results, trial), allow_nan=False))
    file.write("\n ]\n}\n")


def _head(results: Results) -> dict[str, object]:
    """What is known of the run itself."""
    state = results.state
    return {
        "run": results.run.name,
        "omniopt": __version__,
        "config": toml.write(toml.draft_of(results.run)),
        "seed": state.seed,
        "confirmed": results.confirmation and results.confirmation.as_json(),
        "ended": state.ended._asdict() if state.ended else None,
        "parameters": parameters(results.run),
        "provenance": provenance.read(results.paths).as_json(),
    }


def parameters(run: Run) -> list[dict[str, object]]:
    """The search space as it was declared: name, type and settings of each parameter."""
    return [
        {"name": parameter.name, "type": parameter.type, **parameter.settings} for parameter in run.parameters
    ]


def _trial(results: Results, trial: Trial) -> dict[str, object]:
    return {
        "trial": trial.number,
        "status": trial.status.value,
        "parameters": dict(trial.values),
        "RESULT": trial.raw_loss or trial.loss,
        "outputs": dict(trial.outputs),
        "curve": [list(point) for point in trial.curve],
        "exit_code": trial.exit_code,
        "signal": trial.signal,
        "seconds": trial.seconds,
        "start": table.moment(trial.start) or None,
        "end": table.moment(trial.end) or None,
        "host": trial.host,
        "agent": trial.agent,
        "attempt": trial.attempt,
        "point": trial.first,
        "repeat": trial.repeat,
        "peak_memory_mb": trial.peak_memory,
        "gpus": trial.gpus,
        "reason": trial.reason,
        "log": str(results.paths.trial_out(trial.number)),
    }


def write_parquet(results: Results, target: Path) -> None:
    """The table of evaluations as Parquet. Raises OmnioptError where pandas or its Parquet engine is missing."""
    try:
        import pandas
    except ImportError as error:
        raise OmnioptError(
            "Parquet needs pandas, which is not installed here. "
            f"Install it ({command('install', 'parquet')}), or export --json."
        ) from error
    headers = [column.header for column in table.columns(results.run, results.trials)]
    frame = pandas.DataFrame(table.rows(results.run, results.trials, results.paths), columns=headers)
    # Where a result is nan or inf, the column holds texts beside numbers, which Parquet does not allow.
    frame[table.RESULT] = [math.nan if cell is None else float(cell) for cell in frame[table.RESULT]]
    for name in ("start", "end"):
        frame[name] = pandas.to_datetime(frame[name].replace("", None), utc=True, format="ISO8601")
    try:
        with replacing_bytes(target) as file:
            frame.to_parquet(file, index=False)
    except ImportError as error:
        raise OmnioptError(
            f"Parquet needs pyarrow in addition to pandas. Install it ({command('install', 'parquet')}), or export --json."
        ) from error
