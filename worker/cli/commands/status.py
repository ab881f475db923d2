"""`omniopt status`: how a run stands now, or which runs there are."""

from __future__ import annotations

import argparse
import json

from worker.cli.run_list import configure_json, list_runs
from worker.cli.run_lookup import configure_run, find_run
from worker.cli.run_status import RunStatus
from worker.cli.whereabouts import Here
from worker.errors import EXIT_DONE
from worker.spec.text import visible


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `omniopt status`."""
    configure_run(parser, required=False)
    configure_json(parser)


def execute(args: argparse.Namespace) -> int:
    """Print how a run stands, or a line for every run."""
    if args.run is None:
        return list_runs(args)
    status = RunStatus.of(find_run(args.run, args.workdir), Here())
    if args.json:
        print(json.dumps(status.as_json(), indent=2))
    else:
        print("\n".join(visible(line) for line in status.lines()))
    return EXIT_DONE
