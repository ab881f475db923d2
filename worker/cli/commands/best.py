"""`omniopt best`: the best parameters that a run has found."""

from __future__ import annotations

import argparse
import json
import sys

from worker.cli.run_lookup import configure_run, open_run
from worker.errors import EXIT_DONE, EXIT_NO_SUCCESS, OmnioptError, UsageError
from worker.pooled import points_of
from worker.progress.tally import Tally
from worker.report.data import confirmation, equal_results, front_lines, own_setting
from worker.report.data.pareto import front_of
from worker.report.data.rerun_commands import Commands
from worker.report.data.value_texts import mean_words, results_text
from worker.spec.notation import value_text
from worker.spec.run import Run
from worker.spec.text import visible
from worker.store import replay
from worker.store.origin import origin
from worker.store.starter import run_command
from worker.trial import Trial


class NothingFoundError(OmnioptError):
    """There is no successful evaluation yet."""

    exit_code = EXIT_NO_SUCCESS


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `omniopt best`."""
    configure_run(parser)
    parser.add_argument(
        "--front",
        action="store_true",
        help="of a run with several results, all evaluations that no other one beats (the Pareto front)",
    )
    parser.add_argument("--json", action="store_true", help="print trial, loss and parameters as JSON")


def execute(args: argparse.Namespace) -> int:
    """Print the best evaluation, or the front. Raises NothingFoundError where none was successful, UsageError where there is no front."""
    paths, run = open_run(args)
    trials = replay.load(paths).trials.values()
    best = confirmation.best_of(run, trials, Tally(trials, run.rank, run.repeats).best)
    if best is None:
        raise NothingFoundError(
            f"No evaluation of {run.name} has been successful yet. To see its state:\n"
            f"  {run_command('status', paths)}"
        )
    if args.front:
        return _print_front(run, points_of(trials, run.repeats), args.json)
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
    if front := front_lines.sentence(run, trials, paths):
        print(visible(front))
    return EXIT_DONE


def _print_front(run: Run, points: list[Trial], as_json: bool) -> int:
    """Print the Pareto front."""
    if not run.several:
        raise UsageError(
            f"{run.name} is about one result, {run.main.name}, so it has no front. Leave --front out."
        )
    front = front_of(run, points)
    if as_json:
        rows = [
            {
                "trial": trial.number,
                "results": {goal.name: trial.outputs[goal.name] for goal in run.goals},
                "parameters": dict(trial.values),
            }
            for trial in front
        ]
        print(json.dumps(rows, indent=2))
        return EXIT_DONE
    for line in front_lines.table(run, front):
        print(line)
    return EXIT_DONE
