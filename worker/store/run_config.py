"""The config of a run as its folder has it: as started, and with what `resume` has changed since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from worker.errors import ConfigError, UsageError
from worker.spec.check import check_read
from worker.spec.formats import toml
from worker.spec.problem import UnreadableError, has_errors
from worker.spec.run import ReadResult, Run
from worker.store.paths import RunPaths


def read_run(paths: RunPaths) -> Run:
    """The run as its config says it, with what was changed since. Raises UsageError or ConfigError."""
    return changed_run(paths, {})


def started_run(paths: RunPaths) -> Run:
    """The run as its config says it, without what was changed since. Raises UsageError or ConfigError."""
    return _checked(paths, {}, paths.config)


def changed_run(paths: RunPaths, changes: Mapping[str, object]) -> Run:
    """The run as it would be with further `changes`, path of a field -> raw value. Raises UsageError or ConfigError."""
    return _checked(paths, {**changes_of(paths), **changes}, None if changes else paths.config)


def _checked(paths: RunPaths, changes: Mapping[str, object], file: Path | None) -> Run:
    """The run as its config and `changes` say it; file: which one to name where that is wrong."""
    config = _read_config(paths.config)
    if config is None:
        raise UsageError(f"There is no run in {paths.root}: it has no config.toml.")
    values = {**config.draft.values, **changes}
    checked = check_read(ReadResult(replace(config.draft, values=values), config.problems))
    if checked.run is None or has_errors(checked.problems):
        raise ConfigError(checked.problems, file)
    return checked.run


def changes_of(paths: RunPaths) -> Mapping[str, object]:
    """What `resume` has changed of a run's config so far, path of a field -> raw value."""
    changes = _read_config(paths.changes)
    return {} if changes is None else changes.draft.values


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
