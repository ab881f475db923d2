"""Opens a run for reading: its config and its evaluations, without any lock and without writing anything."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from worker.errors import ConfigError, OmnioptError, UsageError
from worker.report.data.rerun_commands import Commands
from worker.report.data.table import evaluated
from worker.spec.check import check_read
from worker.spec.formats import toml
from worker.spec.problem import UnreadableError, has_errors
from worker.spec.run import ReadResult, Run
from worker.store import replay
from worker.store.claim import Claim, claim
from worker.store.origin import Origin, origin
from worker.store.paths import RunPaths
from worker.trial import Trial


@dataclass(frozen=True)
class Results:
    """A run as it stands at one moment; `trials` are its evaluations by number."""

    paths: RunPaths
    run: Run
    trials: list[Trial]
    state: replay.Replayed

    @cached_property
    def claim(self) -> Claim:
        """Whether somebody drives the run now, as far as one can know."""
        return claim(self.paths)

    @cached_property
    def origin(self) -> Origin:
        """Where it was begun."""
        return origin(self.paths)

    @cached_property
    def commands(self) -> Commands:
        """What its trials ran."""
        return Commands(self.run, self.paths, self.origin)

    @property
    def running(self) -> bool:
        """Whether the run may be being driven."""
        return self.claim.held


def read(paths: RunPaths) -> Results:
    """Read the run in `paths`. Raises UsageError, ConfigError or OmnioptError where that is not possible."""
    run = read_run(paths)
    try:
        with _without_collection():
            state = replay.load(paths)
    except OSError as error:
        raise OmnioptError(
            f"The journal of {paths.root} cannot be read ({error.strerror}). Ask its owner to let you read it."
        ) from error
    return Results(paths, run, evaluated(state.trials.values()), state)


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
    found = _read_config(paths.changes)
    return {} if found is None else found.draft.values


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


@contextmanager
def _without_collection() -> Iterator[None]:
    """Keep the garbage collector from going through a million objects, all of which are needed, again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_on:
            gc.enable()
