"""`omniopt best`: the best parameters that a run has found."""

from __future__ import annotations

import argparse
import json
import sys

from worker.cli.run_lookup import configure_run, open_run
from worker.errors import EXIT_DONE, EXIT_NO_SUCCESS, OmnioptError
from worker.progress.tally import Tally
from worker.report.data import confirmation, equal_results, own_setting
from worker.report.data.rerun_commands import Commands
from worker.report.data.value_texts import mean_words, results_text
from worker.spec.notation import value_text
from worker.spec.text import visible
from worker.store import replay
from worker.store.origin import origin
from worker.store.starter import run_command


class NothingFoundError(OmnioptError):
    """There is no successful evaluation yet."""

    exit_code = EXIT_NO_SUCCESS


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `omniopt best`."""
    configure_run(parser)
    parser.add_argument("--json", action="store_true", help="print trial, loss and parameters as JSON")


def execute(args: argparse.Namespace) -> int:
    """Print the best evaluation. Raises NothingFoundError where none was successful."""
    paths, run = open_run(args)
    trials = replay.load(paths).trials.values()
    best = confirmation.best_of(run, trials, Tally(trials, run.rank, run.repeats).best)
    if best is None:
        raise NothingFoundError(
            f"No evaluation of {run.name} has been successful yet. To see its state:\n"
            f"  {run_command('status', paths)}"
        )
    if remark := equal_results.remark(run, trials):
        print(remark, file=sys.stderr)
    if args.json:
        print(
            json.dumps({"trial": best.number, "loss": best.loss, "parameters": dict(best.values)}, indent=2)
        )
        return EXIT_DONE
    mean = f"; {words}" if (words := mean_words(best)) else ""
    print(f"{results_text(run, best)} (evaluation {best.number}{mean})")
    for name, value in best.values.items():
        print(f"  {name} = {visible(value_text(value, run.number_format))}")
    for line in confirmation.sentences(run, trials):
        print(line)
    if compared := own_setting.sentence(run, trials, best):
        print(compared)
    print(f"  {visible(Commands(run, paths, origin(paths)).ready(best))}")
    return EXIT_DONE
