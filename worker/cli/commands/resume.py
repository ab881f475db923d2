"""`omniopt resume`: go on with a run that was stopped, interrupted, or whose driver died, or that shall do more."""

from __future__ import annotations

import argparse
from collections.abc import Mapping

from worker.cli import going
from worker.cli.common import configure_run, find_run, refuse_if_driven
from worker.errors import OmnioptError
from worker.report.source import changed_run, changes_of
from worker.spec import toml
from worker.spec.fields import FIELDS
from worker.spec.run import Draft
from worker.store.claim import claim
from worker.store.files import replacing
from worker.store.paths import RunPaths

CHANGEABLE = tuple(
    field
    for field in FIELDS
    if field.path in ("search.max_evals", "run.runtime", "run.max_failures", "run.time_limit")
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `omniopt resume`."""
    configure_run(parser)
    going.configure(parser)
    group = parser.add_argument_group("limits", "Each of these is changed from now on; the others stay.")
    for field in CHANGEABLE:
        group.add_argument(field.flag, metavar=field.kind.upper(), help=field.help.replace("%", "%%"))


def execute(args: argparse.Namespace) -> int:
    """Go on where the run was driven before: on this machine, or in Slurm."""
    paths = find_run(args.run, args.workdir)
    given = {field.path: getattr(args, field.key) for field in CHANGEABLE}
    changes = {path: raw for path, raw in given.items() if raw is not None}
    run = changed_run(paths, changes)
    refuse_if_driven(paths, claim(paths))
    if changes:
        _write(paths, {**changes_of(paths), **changes})
    return going.go_on(run, paths, args)


def _write(paths: RunPaths, changes: Mapping[str, object]) -> None:
    try:
        with replacing(paths.changes) as file:
            file.write(toml.write(Draft(changes)))
    except OSError as error:
        raise OmnioptError(
            f"{paths.changes} cannot be written ({error.strerror}), so nothing was changed. "
            "Make room there, or see whose folder it is."
        ) from error
