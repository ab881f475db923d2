"""The config of a run as its folder has it: as started, and with what `resume` has changed since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from worker.errors import ConfigError, UsageError
from worker.spec.changed_parameters import NO_CHANGES, Changes, changed, replaced
from worker.spec.check import check_read
from worker.spec.formats import toml
from worker.spec.problem import UnreadableError, has_errors
from worker.spec.raw_values import ConversionError
from worker.spec.run import Draft, ReadResult, Run
from worker.store.paths import RunPaths

_START = "search.start_with"


def read_run(paths: RunPaths) -> Run:
    """The run as its config says it, with what was changed since. Raises UsageError or ConfigError."""
    return changed_run(paths, {})


def started_run(paths: RunPaths) -> Run:
    """The run as its config says it, without what was changed since. Raises UsageError or ConfigError."""
    return _checked(paths, Draft(), paths.config)


def changed_run(paths: RunPaths, changes: Mapping[str, object], ranges: Changes = NO_CHANGES) -> Run:
    """The run as it would be with further `changes`, path of a field -> raw value, and settings of parameters.

    Raises UsageError or ConfigError.
    """
    further = bool(changes or ranges)
    return _checked(paths, further_changes(paths, changes, ranges), None if further else paths.config)


def further_changes(paths: RunPaths, changes: Mapping[str, object], ranges: Changes = NO_CHANGES) -> Draft:
    """All that was changed of a run's config so far, and this: values of fields, and whole parameters. Raises UsageError or ConfigError."""
    before, config = _read_config(paths.changes), _read_config(paths.config)
    known = before.draft if before else Draft()
    parameters = known.parameters
    if ranges and config:
        now = replaced(config.draft.parameters, parameters)
        try:
            later = changed(now, ranges)
        except ConversionError as error:
            raise UsageError(f"{error} {error.hint}".rstrip()) from error
        parameters = tuple(
            draft for draft, old in zip(later, config.draft.parameters, strict=True) if draft != old
        )
    return Draft({**known.values, **changes}, parameters)


def ranges_changed(paths: RunPaths) -> bool:
    """Whether any parameter of the run has other settings than at its start."""
    before = _read_config(paths.changes)
    return before is not None and bool(before.draft.parameters)


def _checked(paths: RunPaths, changes: Draft, file: Path | None) -> Run:
    """The run as its config and `changes` say it; file: which one to name where that is wrong."""
    config = _read_config(paths.config)
    if config is None:
        raise UsageError(f"There is no run in {paths.root}: it has no config.toml.")
    values = {**config.draft.values, **changes.values}
    draft = Draft(values, replaced(config.draft.parameters, changes.parameters))
    checked = check_read(ReadResult(draft, config.problems))
    wrong = {problem.path for problem in checked.problems if problem.severity == "error"}
    if changes.parameters and wrong == {_START}:  # they were evaluated long ago, in other ranges
        del values[_START]
        checked = check_read(ReadResult(replace(draft, values=values), config.problems))
    if checked.run is None or has_errors(checked.problems):
        raise ConfigError(checked.problems, file)
    return checked.run


def _read_config(path: Path) -> ReadResult | None:
    """A config file; None where there is none. Raises UsageError or ConfigError where it cannot be read."""
    try:
        return toml.read(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error
    except UnreadableError as error:
        raise ConfigError(error.problems, path) from error
