"""`omniopt why`: what the search expected of an evaluation when it proposed it, computed anew from the journal."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from worker.cli.run_lookup import configure_run, open_run
from worker.driver.proposer import Proposer
from worker.errors import EXIT_DONE, UsageError
from worker.report.data.value_texts import results_text
from worker.search.expectation import Expectation
from worker.search.outline import outline
from worker.spec.algorithms import ALGORITHMS, AUTO
from worker.spec.notation import real_text, value_text
from worker.spec.run import Run
from worker.spec.start_points import values_of
from worker.spec.text import counted, visible
from worker.store import replay
from worker.store.paths import RunPaths
from worker.store.starter import run_command
from worker.trial import Trial

_DIGITS = 4


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `omniopt why`."""
    configure_run(parser)
    parser.add_argument("trial", type=int, metavar="NUMBER", help="the evaluation")


def execute(args: argparse.Namespace) -> int:
    """Print why an evaluation was proposed. Raises UsageError where there is none of this number."""
    paths, run = open_run(args)
    trial = replay.load(paths).trials.get(args.trial)
    if trial is None:
        raise UsageError(
            f"There is no evaluation {args.trial} in {run.name}. To list them:\n"
            f"  {run_command('logs', paths)}"
        )
    for line in _lines(paths, run, trial):
        print(visible(line))
    return EXIT_DONE


def _lines(paths: RunPaths, run: Run, trial: Trial) -> Iterator[str]:
    values = ", ".join(
        f"{name} = {value_text(value, run.number_format)}" for name, value in trial.values.items()
    )
    yield f"Evaluation {trial.number}: {values}"
    if trial.imported:
        yield "  It was imported, and not proposed."
        return
    if trial.repeat > 1:
        why = "repeats" if trial.repeat <= run.repeats else "confirm"
        yield f"  It is number {trial.repeat} of the point of evaluation {trial.first}, made because of {why}."
        return
    if dict(trial.values) in [values_of(point, run.parameters, run.precision) for point in run.start_with]:
        yield "  It is one of the settings that the run began with."
        return
    state = replay.as_proposed(paths, trial)
    proposer = Proposer(run, state.seed or 0, state.trials.values(), trial.number)
    try:
        expectation = proposer.expectation(trial.values)
    except ValueError as error:
        yield f"  What was expected of it is not known any more, as the ranges have changed since. {error}"
        return
    if expectation is None:
        does = ALGORITHMS[run.algorithm].does
        if run.algorithm == AUTO:
            does = "one of the first points, before there was enough to learn from"
        yield f"  Proposed by {run.algorithm}: {does}."
        yield f"  {outline(run, state.trials.values())}"
    else:
        yield from _expected(expectation, run.main.name)
    if trial.status.ended:
        yield f"  {results_text(run, trial)} ({trial.status.value})"


def _expected(expectation: Expectation, name: str) -> Iterator[str]:
    beside = f", beside {counted(expectation.running, 'running one')}" if expectation.running else ""
    yield f"  Proposed after {counted(expectation.results, 'evaluation')}{beside} by a {expectation.model}."
    yield (
        f"  Expected {name}: {_short(expectation.mean)}, "
        f"between {_short(expectation.low)} and {_short(expectation.high)} (one standard deviation)"
    )
    for other in expectation.others:
        yield f"  Expected {other.name}: {_short(other.mean)}, between {_short(other.low)} and {_short(other.high)}"
    if expectation.others:
        yield f"  Expected gain of the front: {_short(100 * expectation.improvement)} % of its hypervolume"
    else:
        yield f"  Expected improvement: {_short(expectation.improvement)} over {_short(expectation.best)}"


def _short(number: float) -> str:
    return real_text(float(f"{number:.{_DIGITS}g}"))
