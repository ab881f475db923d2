"""`omniopt resume`: go on with a run that was stopped, interrupted, or whose driver died, or that shall do more."""

from __future__ import annotations

import argparse
from collections.abc import Mapping

from worker.cli import field_options, launching, search_check, trust
from worker.cli.run_lookup import configure_run, find_run, refuse_if_driven
from worker.cli.whereabouts import refuse_elsewhere, scheduler_before
from worker.errors import ConfigError, OmnioptError
from worker.spec.changed_parameters import NO_CHANGES, Changes
from worker.spec.fields import CHANGEABLE
from worker.spec.formats import toml
from worker.spec.run import Draft, Run
from worker.store.claim import claim
from worker.store.files import replacing
from worker.store.paths import RunPaths
from worker.store.run_config import changed_run, further_changes


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `omniopt resume`."""
    parser.usage = "%(prog)s [options] RUN"
    configure_run(parser)
    launching.configure(parser)
    configure_changes(parser)


def configure_changes(parser: argparse.ArgumentParser) -> None:
    """Add the options for fields that hold from now on."""
    group = parser.add_argument_group(
        "resources and limits",
        "Each option given changes its field from now on; the others stay as they are.",
    )
    field_options.add(group, CHANGEABLE, defaults=False)


def execute(args: argparse.Namespace) -> int:
    """Go on where the run was driven before: on this machine, or on a cluster."""
    paths = find_run(args.run, args.workdir)
    return go_on(paths, field_options.overrides(args, CHANGEABLE), args)


def go_on(
    paths: RunPaths,
    changes: Mapping[str, object],
    args: argparse.Namespace,
    ranges: Changes = NO_CHANGES,
) -> int:
    """Go on with the run after `change`, which see. Raises ConfigError where the search needs what is not installed, too."""
    run = change(paths, changes, args, ranges)
    if missing := tuple(search_check.problems(run)):
        raise ConfigError(missing)
    return launching.resume(run, paths, args)


def change(
    paths: RunPaths,
    changes: Mapping[str, object],
    args: argparse.Namespace,
    ranges: Changes = NO_CHANGES,
) -> Run:
    """The run with `changes`, path of a field -> raw value, and settings of parameters, which hold from now on.

    Raises UsageError or ConfigError where one is wrong or does not fit the cluster, DrivenError where somebody drives the run.
    """
    run = changed_run(paths, changes, ranges)
    refuse_elsewhere(paths, run)
    refuse_if_driven(paths, claim(paths))
    if changes or ranges:
        trust.agree_to_run(paths)
        launching.check_cluster(run, paths, scheduler_before(paths))
        _write(paths, further_changes(paths, changes, ranges))
    return run


def _write(paths: RunPaths, changes: Draft) -> None:
    try:
        with replacing(paths.changes) as file:
            file.write(toml.write(changes))
    except OSError as error:
        raise OmnioptError(
            f"{paths.changes} cannot be written ({error.strerror}), so nothing was changed. Free some "
            "space there, or check who owns the folder."
        ) from error
