"""Which cluster a run is on: where several share the files, only the machines of that one see its jobs."""

from __future__ import annotations

import argparse
import sys

from worker.cli.run_lookup import find_run
from worker.errors import UsageError
from worker.launch import registry
from worker.launch.scheduler import Scheduler
from worker.spec.run import Run
from worker.spec.text import visible
from worker.store.claim import Standing, claim
from worker.store.origin import origin, site_of
from worker.store.paths import RunPaths
from worker.store.run_config import read_run

CHANGE_THERE = "To change anything, use a login node of that cluster."


def scheduler_before(paths: RunPaths) -> Scheduler:
    """The scheduler that a run had before; where that one is not here, another one, as for a new run."""
    return registry.choose_again(origin(paths).where)


class Here:
    """Which cluster this machine belongs to, as each scheduler says for each name in a config: asked once by a command."""

    def __init__(self) -> None:
        self._sites: dict[tuple[str, str], str] = {}

    def site(self, scheduler: Scheduler, run: Run) -> str:
        """See `Scheduler.site`."""
        key = (scheduler.name, run.cluster)
        if key not in self._sites:
            self._sites[key] = scheduler.site(run)
        return self._sites[key]


def elsewhere(paths: RunPaths, run: Run, this_machine: Here | None = None) -> str:
    """A sentence on where a run is that this machine sees no job of; "" where it sees them, or that is not known."""
    site = site_of(paths)
    if not site:
        return ""
    scheduler = scheduler_before(paths)
    here = (this_machine or Here()).site(scheduler, run)
    if here == site or (scheduler.remote and not here):
        return ""
    why = f'This machine belongs to the cluster "{here}".' if here else registry.absence()
    return visible(f'{paths.name} is on the cluster "{site}", and its jobs cannot be seen from here. {why}')


def refuse_elsewhere(paths: RunPaths, run: Run) -> None:
    """Raise UsageError where a run is on another cluster, so that nothing can be changed from here."""
    if sentence := elsewhere(paths, run):
        raise UsageError(f"{sentence} Nothing was changed. {CHANGE_THERE}")


def note_elsewhere(paths: RunPaths, run: Run) -> None:
    """Say on standard error where a run is that goes on elsewhere: what is shown is from its files alone."""
    if site_of(paths) and claim(paths).standing is not Standing.OVER and (sentence := elsewhere(paths, run)):
        print(f"{sentence} What is shown is from its files.", file=sys.stderr)


def open_to_change(args: argparse.Namespace) -> tuple[RunPaths, Run]:
    """The run that the command line names, and its config. Raises UsageError, also where it is elsewhere, or ConfigError."""
    paths = find_run(args.run, args.workdir)
    run = read_run(paths)
    refuse_elsewhere(paths, run)
    return paths, run
