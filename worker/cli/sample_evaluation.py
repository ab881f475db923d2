"""One evaluation with plausible values, where the run's evaluations would be: what `check --on-node` does."""

from __future__ import annotations

import secrets
import shutil
from dataclasses import replace

from worker.cli.launching import plan_of
from worker.driver.driver import Driver
from worker.driver.stop_signals import Signals
from worker.errors import EXIT_DONE, EXIT_NO_SUCCESS
from worker.launch.scheduler import Scheduler
from worker.progress.final_summary import last_lines, last_lines_of
from worker.progress.terminal import Lines
from worker.report.data.rerun_commands import Commands
from worker.report.data.value_texts import results_text
from worker.spec.hook_fields import Event
from worker.spec.run import Run
from worker.spec.text import visible
from worker.store.origin import origin
from worker.store.paths import Home, RunPaths
from worker.store.run_folder import create
from worker.trial import Status, Trial

_PROGRESS_EVERY = 10.0  # seconds


def evaluate_once(run: Run, home: Home, scheduler: Scheduler) -> int:
    """Evaluate the run's program once in a folder that is removed afterwards; returns the exit code.

    The run's folder is written and read from the compute node on the way, as in the run itself.
    """
    sample = replace(
        run,
        name=f"{run.name}_check_{secrets.token_hex(3)}",
        workers=1,
        max_evals=1,
        max_failures=1,
        algorithm="hyperopt.rand.suggest",
        seed=run.seed[:1],
        budget="",
        **{event.attribute: "" for event in Event},  # type: ignore[arg-type]
    )
    paths = create(home, sample)
    try:
        with Signals() as signals:
            driver = Driver(plan_of(sample, paths, scheduler), signals)
            end = driver.drive(Lines(_PROGRESS_EVERY))
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
        return _tell(sample, paths, trials[0])
    finally:
        shutil.rmtree(paths.root, ignore_errors=True)


def _tell(run: Run, paths: RunPaths, trial: Trial) -> int:
    """Say how the evaluation went."""
    facts = [f"It ran on {trial.host}."] if trial.host else []
    facts += [f"It took {trial.seconds:.1f} s."] if trial.seconds is not None else []
    print(f"The command: {visible(Commands(run, paths, origin(paths)).ready(trial))}")
    if trial.status is Status.OK:
        facts += [f"It used at most {trial.peak_memory:.0f} MB of memory."] if trial.peak_memory else []
        print(" ".join([f"It gave {results_text(run, trial)}.", *facts, "The run can start."]))
        return EXIT_DONE
    failed = f"It gave no result that counts ({trial.status.value})."
    print(visible(" ".join([failed, *facts, trial.reason])))
    for line in last_lines(paths, trial.number):
        print(f"  | {line}")
    return EXIT_NO_SUCCESS
