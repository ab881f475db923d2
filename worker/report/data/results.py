"""Opens a run for reading: its config and its evaluations, without any lock and without writing anything."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from worker.errors import OmnioptError
from worker.pooled import points_of
from worker.report.data.confirmation import Confirmation, confirmation
from worker.report.data.plot_columns import PlotData, make_plot_data
from worker.report.data.rerun_commands import Commands
from worker.report.data.table import evaluated
from worker.spec.run import Run
from worker.store import provenance, replay
from worker.store.claim import Claim, claim
from worker.store.origin import Origin, origin
from worker.store.paths import RunPaths
from worker.store.provenance import Provenance
from worker.store.run_config import ranges_changed, read_run
from worker.trial import Trial


@dataclass(frozen=True)
class Results:
    """A run as it stands at one moment; `trials` are its evaluations by number."""

    paths: RunPaths
    run: Run
    trials: list[Trial]
    state: replay.Replayed

    @cached_property
    def points(self) -> list[Trial]:
        """Its points as evaluations, see `worker.pooled`; the evaluations themselves where each point has one."""
        return points_of(self.trials, self.run.repeats)

    @cached_property
    def columns(self) -> PlotData:
        """The columns of its evaluations."""
        return make_plot_data(self.run, self.trials)

    @cached_property
    def columns_of_points(self) -> PlotData:
        """The columns of its points."""
        pooled = self.points != self.trials
        return make_plot_data(self.run, self.points) if pooled else self.columns

    @cached_property
    def confirmation(self) -> Confirmation | None:
        """What was found where the best points were evaluated again."""
        return confirmation(self.run, self.trials) if self.run.confirm else None

    @cached_property
    def ranges_changed(self) -> bool:
        """Whether any parameter has other settings than at the start of the run."""
        return ranges_changed(self.paths)

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

    @cached_property
    def provenance(self) -> Provenance:
        """What it came about with."""
        return provenance.read(self.paths)

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
