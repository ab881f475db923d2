"""A line for every run: `omniopt list`, and `omniopt status` of no run in particular."""

from __future__ import annotations

import argparse
import json
from typing import Any

from worker.cli.run_lookup import OLDER, older_projects, runs
from worker.cli.run_status import RunStatus
from worker.cli.whereabouts import Here
from worker.errors import EXIT_DONE, OmnioptError
from worker.progress.snapshot import number_text
from worker.spec.text import visible
from worker.store.origin import site_of
from worker.store.paths import RunPaths
from worker.store.starter import homes


def configure_json(parser: argparse.ArgumentParser) -> None:
    """Add --json."""
    parser.add_argument("--json", action="store_true", help="print everything as JSON")


def list_runs(args: argparse.Namespace) -> int:
    """Print how each run in args.workdir stands, with its counts and its best result; with args.json, everything as JSON."""
    all_runs = list(dict.fromkeys(paths for home in homes(args.workdir) for paths in runs(home)))
    here = Here()
    if args.json:
        print(json.dumps([_as_json(paths, here) for paths in all_runs], indent=2))
        return EXIT_DONE
    if not all_runs:
        folders = " and ".join(str(home.projects) for home in homes(args.workdir))
        print(f"There are no runs in {visible(folders)}; --workdir DIR looks elsewhere.")
    width = max((len(paths.name) for paths in all_runs), default=0)
    for paths in all_runs:
        print(visible(f"{paths.name:<{width}}  {_in_a_line(paths, here)}"))
    for home in dict.fromkeys(homes(args.workdir)):
        for name in older_projects(home):
            print(visible(f"{name:<{width}}  {OLDER}"))
    return EXIT_DONE


def _in_a_line(paths: RunPaths, here: Here) -> str:
    """How a run stands; one that cannot be read hides no other."""
    try:
        status = RunStatus.of(paths, here)
    except (OSError, OmnioptError) as error:
        return _unreadable(error)
    best = status.tally.best
    word = f"{status.word} on the cluster {site_of(paths)}" if status.elsewhere else status.word
    counts = f"{word}: {status.snapshot.counts}"
    return f"{counts}, {status.run.best_result} {number_text(best.loss)}" if best else counts


def _as_json(paths: RunPaths, here: Here) -> dict[str, Any]:
    try:
        return RunStatus.of(paths, here).as_json()
    except (OSError, OmnioptError) as error:
        return {
            "run": paths.name,
            "path": str(paths.root),
            "state": "unreadable",
            "reason": _unreadable(error),
        }


def _unreadable(error: OSError | OmnioptError) -> str:
    reason = error.strerror if isinstance(error, OSError) else str(error).partition("\n")[0]
    return f"cannot be read: {reason}"
