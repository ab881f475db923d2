"""A run as an experiment in a folder of MLflow (its file store), an evaluation as a run in it; MLflow itself is not needed.

The layout is that of https://mlflow.org/docs/latest/self-hosting/architecture/backend-store: a file for each parameter, metric and tag.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from worker.errors import UsageError
from worker.report.data import table
from worker.report.data.results import Results
from worker.report.data.summary import is_usable
from worker.spec.notation import value_text
from worker.spec.run import Run
from worker.store import provenance
from worker.trial import Status, Trial

_RUNNING, _FINISHED, _FAILED, _KILLED = 1, 3, 4, 5  # as MLflow numbers them
_LOCAL = 4  # the kind of source: none that it knows
_ID_DIGITS = 18
_SECONDS = "seconds"  # our own metric; an output of that name is marked as in the csv
_NO_KEY = re.compile(r"[^A-Za-z0-9_. -]")  # a / would make a folder of what another key may have as a file
_LONGEST = 250  # characters of a key


def write(results: Results, folder: Path, progress: Callable[[int, int], None]) -> int:
    """Write the run as an experiment into `folder` (an mlruns); returns how many evaluations are in it.

    progress: told how many are written, of how many. Raises UsageError where it is there already, OSError where nothing can be written.
    """
    identity = str(int(hashlib.sha256(str(results.paths.root.resolve()).encode()).hexdigest(), 16))[
        :_ID_DIGITS
    ]
    experiment = folder.absolute() / identity
    if experiment.exists():
        raise UsageError(
            f"{experiment} is there already, from an earlier export of this run. Remove it, or name another folder."
        )
    trials = [trial for trial in results.trials if trial.status.ended or results.running]
    commit = _commit(results)
    experiment.mkdir(parents=True)
    try:
        for done, trial in enumerate(trials, 1):
            _write_trial(results, trial, experiment, commit)
            progress(done, len(trials))
        times = [trial.start or trial.end or 0.0 for trial in trials]
        meta: dict[str, object] = {
            "artifact_location": experiment.as_uri(),
            "creation_time": _milliseconds(min(times, default=0.0)),
            "experiment_id": identity,
            "last_update_time": _milliseconds(max(times, default=0.0)),
            "lifecycle_stage": "active",
            "name": results.run.name,
        }
        _write_meta(experiment, meta)  # last, so that MLflow never sees half of it
    except BaseException:
        shutil.rmtree(experiment, ignore_errors=True)
        raise
    return len(trials)


def _write_trial(results: Results, trial: Trial, experiment: Path, commit: str) -> None:
    identity = hashlib.sha256(f"{experiment.name} {trial.number}".encode()).hexdigest()[:32]
    folder = experiment / identity
    (folder / "artifacts").mkdir(parents=True)
    start = trial.start if trial.start is not None else trial.end
    name = f"{results.run.name} {trial.number}"
    meta: dict[str, object] = {
        "artifact_uri": (folder / "artifacts").as_uri(),
        "end_time": None if trial.end is None else _milliseconds(trial.end),
        "entry_point_name": "",
        "experiment_id": experiment.name,
        "lifecycle_stage": "active",
        "run_id": identity,
        "run_name": name,
        "run_uuid": identity,
        "source_name": "",
        "source_type": _LOCAL,
        "source_version": "",
        "start_time": _milliseconds(start or 0.0),
        "status": _status(trial),
        "tags": [],
        "user_id": "",
    }
    tags = {
        "mlflow.runName": name,
        "mlflow.source.git.commit": commit,
        "omniopt.trial": str(trial.number),
        "omniopt.status": trial.status.value,
        "omniopt.reason": trial.reason,
        "omniopt.host": trial.host,
        "omniopt.log": "" if trial.imported else str(results.paths.trial_out(trial.number)),
    }
    values = {name: value_text(value, results.run.number_format) for name, value in trial.values.items()}
    _write_files(folder / "params", values)
    _write_files(folder / "tags", {name: text for name, text in tags.items() if text})
    _write_files(folder / "metrics", {name: "".join(lines) for name, lines in _metrics(results.run, trial)})
    _write_meta(folder, meta)


def _metrics(run: Run, trial: Trial) -> Iterator[tuple[str, list[str]]]:
    """Each result with its history: lines of a time in milliseconds, the value and the step."""
    at = trial.end if trial.end is not None else trial.start or 0.0
    curve = [(trial.start or at) + seconds for seconds, _ in trial.curve]
    if trial.loss is not None or trial.curve:
        history = (
            [(moment, value) for moment, (_, value) in zip(curve, trial.curve, strict=True)]
            if len(curve) > 1
            else []
        )
        if trial.loss is not None and (not history or history[-1][1] != trial.loss):
            history.append((at, trial.loss))
        yield run.main.name, [_line(moment, value, step) for step, (moment, value) in enumerate(history)]
    for name, value in trial.outputs.items():
        if name != run.main.name:
            yield f"{name}{table.OUTPUT_MARK}" if name == _SECONDS else name, [_line(at, value, 0)]
    if trial.seconds is not None:
        yield _SECONDS, [_line(at, trial.seconds, 0)]


def _line(moment: float, value: float, step: int) -> str:
    return f"{_milliseconds(moment)} {float(value)!r} {step}\n"


def _status(trial: Trial) -> int:
    if not trial.status.ended:
        return _RUNNING
    if is_usable(trial):
        return _FINISHED
    return _KILLED if trial.status in (Status.CANCELLED, Status.STOPPED_EARLY) else _FAILED


def _commit(results: Results) -> str:
    """The commit of the program, where there was only one."""
    drivers = provenance.read(results.paths).drivers
    commits = {str(git.get("commit")) for facts in drivers if isinstance(git := facts.get("git"), Mapping)}
    return commits.pop() if len(commits) == 1 else ""


def _write_files(folder: Path, texts: Mapping[str, str]) -> None:
    folder.mkdir()
    for (_, text), key in zip(texts.items(), _keys(texts), strict=True):
        (folder / key).write_text(text, encoding="utf-8")


def _keys(names: Iterable[str]) -> list[str]:
    """Names as MLflow's keys, which are names of files here; different ones stay different, be it in upper and lower case alone."""
    taken: dict[str, None] = {}
    for name in names:
        key = _NO_KEY.sub("_", name)[:_LONGEST].strip(" ") or "_"
        key = f"_{key}" if key.strip(".") == "" else key
        while key in taken:
            key += "_"
        taken[key] = None
    return list(taken)


def _write_meta(folder: Path, meta: Mapping[str, object]) -> None:
    """As YAML, in which JSON values are what they are."""
    lines = [f"{key}: {json.dumps(value)}\n" for key, value in meta.items()]
    (folder / "meta.yaml").write_text("".join(lines), encoding="utf-8")


def _milliseconds(seconds: float) -> int:
    return int(seconds * 1000)
