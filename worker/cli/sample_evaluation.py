"""One evaluation with plausible values, where the run's evaluations would be: what `check --on-node` and `start --try` do."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from dataclasses import replace

from worker.cli import trust
from worker.cli.launching import plan_of
from worker.driver.driver import Driver
from worker.driver.stop_signals import Signals
from worker.errors import EXIT_DONE, EXIT_NO_SUCCESS
from worker.launch.scheduler import Scheduler
from worker.progress.final_summary import last_lines, last_lines_of
from worker.progress.snapshot import Snapshot
from worker.progress.terminal import Lines
from worker.report.data.rerun_commands import Commands
from worker.report.data.value_texts import results_text
from worker.spec.cost import cost_of, estimate_sentence
from worker.spec.hook_fields import Event
from worker.spec.middle_point import plausible_point
from worker.spec.run import Run
from worker.spec.sizing import suggestions
from worker.spec.text import duration_words, visible
from worker.store.origin import origin
from worker.store.paths import Home, RunPaths
from worker.store.run_folder import create
from worker.trial import Status, Trial

_PROGRESS_EVERY = 10.0  # seconds


def evaluate_once(run: Run, home: Home, scheduler: Scheduler) -> int:
    """Evaluate the run's program once in a folder that is removed afterwards; returns the exit code.

    The run's folder is written and read from the compute node on the way, as in the run itself. What the program prints is
    shown as it comes. Its hooks are not run, and the evaluation is none of the run's.
    """
    sample = _sample_of(run)
    trust.agree_to_new(home.run(sample.name).root)
    paths = create(home, sample)
    try:
        with Signals() as signals:
            driver = Driver(plan_of(sample, paths, scheduler), signals)
            end = driver.drive(_Progress(_PROGRESS_EVERY))
        trials = [trial for trial in driver.trials.values() if trial.status.ended]
        if not trials:
            # Nothing can be resumed: this run's folder is about to be removed.
            print(
                visible(
                    end.detail or "The check ended before a worker had started, so nothing was evaluated."
                )
            )
            for line in last_lines_of(paths.before_log):  # which is about to be removed as well
                print(f"  | {line}")
            return end.exit_code or EXIT_NO_SUCCESS
        code = _tell(sample, paths, trials[0])
        if code == EXIT_DONE and trials[0].seconds is not None:
            for sentence in _what_follows(run, trials[0], trials[0].seconds, scheduler.remote):
                print(visible(sentence))
        return code
    finally:
        shutil.rmtree(paths.root, ignore_errors=True)


class _Progress(Lines):
    """The lines of a run without those on a new best, which the only evaluation always is."""

    def update(self, snapshot: Snapshot, new_best: bool = False) -> None:
        super().update(snapshot)


def _sample_of(run: Run) -> Run:
    """A run of one evaluation, otherwise like `run`."""
    point = plausible_point(run)
    return replace(
        run,
        name=f"{run.name}_check_{secrets.token_hex(3)}",
        workers=1,
        max_evals=1,
        max_failures=1,
        algorithm="hyperopt.rand.suggest",
        start_with=(point,) if point else (),
        seed=run.seed[:1],
        repeats=1,
        confirm="",
        early_stopping="",
        budget="",
        live_output=True,
        **{event.attribute: "" for event in Event},  # type: ignore[arg-type]
    )


def _tell(run: Run, paths: RunPaths, trial: Trial) -> int:
    """Say how the evaluation went."""
    facts = [f"It ran on {trial.host}."] if trial.host else []
    facts += [f"It took {duration_words(trial.seconds)}."] if trial.seconds is not None else []
    facts += [f"It used at most {trial.peak_memory:.0f} MB of memory."] if trial.peak_memory else []
    print(f"The command: {visible(Commands(run, paths, origin(paths)).ready(trial))}")
    if trial.status is Status.OK:
        print(
            " ".join(
                [
                    f"It gave {results_text(run, trial)} with {_how_it_ended(trial)}.",
                    *facts,
                    "The run can start.",
                ]
            )
        )
        return EXIT_DONE
    ended = f"{trial.status.value}, {_how_it_ended(trial)}"
    print(visible(" ".join([f"It gave no result that counts ({ended}).", *facts, trial.reason])))
    for line in last_lines(paths, trial.number):
        print(f"  | {line}")
    return EXIT_NO_SUCCESS


def _how_it_ended(trial: Trial) -> str:
    if trial.signal is not None:
        return f"signal {trial.signal}"
    return "no exit code" if trial.exit_code is None else f"exit code {trial.exit_code}"


def _what_follows(run: Run, trial: Trial, seconds: float, remote: bool) -> Iterator[str]:
    """What the time and memory of this evaluation mean for the run."""
    yield estimate_sentence(cost_of(run), max(seconds, 0.001))
    yield from suggestions(run, seconds, trial.peak_memory, remote)
