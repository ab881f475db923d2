"""How a run gets going, in `start` and `resume` alike: driven in this process, or in a job."""

from __future__ import annotations

import argparse
import os
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from worker.cli import trust
from worker.cli.config_argument import print_problems
from worker.cli.run_lookup import refuse_if_driven
from worker.cli.whereabouts import scheduler_before
from worker.driver.plan import Plan
from worker.driver.repeats import Repeats
from worker.driver.session import drive
from worker.errors import EXIT_DONE, ConfigError, UsageError
from worker.launch import registry
from worker.launch.scheduler import DriverJobs, Scheduler, Script, Submission, Survey
from worker.progress.final_summary import ending, report
from worker.progress.tally import Over, Tally
from worker.spec.budget import budget_of, hours_text, twice
from worker.spec.driver_fields import DriverPlace
from worker.spec.problem import Problem, has_errors
from worker.spec.run import Run
from worker.spec.text import counted, visible
from worker.store import replay
from worker.store.claim import Standing, claim
from worker.store.journal import newest
from worker.store.origin import origin
from worker.store.paths import RunPaths
from worker.store.requests import Retry, ask
from worker.store.starter import run_command

_LARGEST_SEED = 2**31
_SPENT = 0.99  # of a budget, after which jobs would end before they could do anything


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of the commands that get a run going."""
    parser.add_argument(
        "--follow",
        action="store_true",
        help="stay and show the progress (always the case for a run that is driven here)",
    )


def say_where(run: Run, scheduler: Scheduler, asked: bool) -> None:
    """Say in a sentence where the evaluations will be."""
    workers = counted(run.workers, "worker")
    where = f"{workers} {scheduler.place(run.workers)}"
    if scheduler.remote and run.cluster:
        where += f' on the cluster "{run.cluster}"'
    if scheduler.remote:
        print(f"{run.name}: {where}.")
    elif asked:
        print(f"{run.name}: a local run, as requested, with {where}.")
    else:
        print(f"{registry.absence()} {run.name} is therefore a local run with {where}.")


def check_cluster(run: Run, paths: RunPaths, scheduler: Scheduler) -> Survey:
    """See whether the run fits the cluster; prints all problems, and returns what the cluster has said of itself.

    Raises ConfigError if it does not.
    """
    survey = scheduler.survey(run)
    problems = scheduler.check(run, paths, place_of(run, scheduler), survey)
    if has_errors(problems):
        raise ConfigError(problems)
    print_problems(problems)
    return survey


def rehearse(run: Run, paths: RunPaths, scheduler: Scheduler) -> tuple[Sequence[Script], Sequence[Problem]]:
    """Every job script that would be submitted, with what it is for, and what does not fit the cluster."""
    place, survey = place_of(run, scheduler), scheduler.survey(run)
    return scheduler.scripts(run, paths, place, survey), scheduler.check(run, paths, place, survey)


def begin(
    run: Run,
    paths: RunPaths,
    scheduler: Scheduler,
    args: argparse.Namespace,
    survey: Survey,
    retry: tuple[int, ...] = (),
) -> int:
    """Drive a run, or submit its driver; returns the exit code. retry: numbers of trials that are given out again."""
    if jobs := _driver_jobs(run, scheduler):
        return _submit(run, paths, jobs, args, survey, retry)
    return drive(plan_of(run, paths, scheduler, retry=retry)).exit_code


def resume(run: Run, paths: RunPaths, args: argparse.Namespace, retry: tuple[int, ...] = ()) -> int:
    """Drive on a run that was driven before, where it was driven; returns the exit code. Raises DrivenError.

    retry: numbers of trials to evaluate again.
    """
    driver = claim(paths)
    refuse_if_driven(paths, driver)
    if driver.standing is Standing.OVER and not retry and _say_if_done(run, paths):
        return EXIT_DONE
    _refuse_if_spent(run, paths)
    trust.agree_to_run(paths)
    scheduler = scheduler_before(paths)
    survey = scheduler.survey(run) if _driver_jobs(run, scheduler) else None
    return begin(run, paths, scheduler, args, survey, retry)


def plan_of(
    run: Run, paths: RunPaths, scheduler: Scheduler, request: str = "", retry: tuple[int, ...] = ()
) -> Plan:
    """How the run is driven from this process."""
    seed = run.seed[0] if run.seed else random.SystemRandom().randrange(_LARGEST_SEED)
    cwd = Path(origin(paths).cwd or Path.cwd())
    job = registry.current_job(os.environ)
    return Plan(run, paths, scheduler, cwd, seed, request, retry, job.number if job else "")


def _driver_jobs(run: Run, scheduler: Scheduler) -> DriverJobs | None:
    """How the driver comes into a job, where it is to be in one and the scheduler has that."""
    return scheduler.driver_jobs if place_of(run, scheduler) is not DriverPlace.HERE else None


def place_of(run: Run, scheduler: Scheduler) -> DriverPlace:
    """Where the driver of the run is to be; with a scheduler that has no jobs for it, always here."""
    return DriverPlace(run.driver) if scheduler.driver_jobs else DriverPlace.HERE


def _say_if_done(run: Run, paths: RunPaths) -> bool:
    """Say so where a run that has ended has made all its evaluations; no driver is needed to see that."""
    trials = replay.load(paths).trials
    tally = Tally(trials.values(), run.rank, run.repeats)
    if tally.done < run.max_evals or not all(trial.status.ended for trial in trials.values()):
        return False
    if Repeats(run, 0, trials.values(), tally).unconfirmed:
        return False
    print(ending(Over.BUDGET, run, tally).sentence)
    more = run_command("resume", paths, "--max-evals", str(2 * run.max_evals))
    print(f"For more evaluations, for example: {visible(more)}")
    for line in report(run, paths, trials, tally, origin(paths)):
        print(line)
    return True


def _refuse_if_spent(run: Run, paths: RunPaths) -> None:
    """Raises UsageError where the budget of hours is used up: jobs would be asked for that have nothing to do."""
    budget = budget_of(run.budget)
    used = budget.of(replay.load(paths).hours(0.0)) if budget else 0.0
    if budget and used >= _SPENT * budget.amount:
        more = run_command("resume", paths, "--budget", twice(run.budget))
        raise UsageError(
            f"The budget of {run.budget} is used up ({hours_text(used)}). For more, for example: {more}"
        )


def _submitted(run: Run, submitted: Submission) -> Iterator[str]:
    workers = ", ".join(submitted.workers)
    if submitted.driver and workers:
        yield f"The driver of {run.name} is job {submitted.driver}, and its workers are job {workers}."
    elif submitted.driver:
        yield f"The driver of {run.name} is job {submitted.driver}, which submits the workers."
    else:
        if submitted.waiting:
            yield f"{counted(submitted.waiting, 'worker')} of {run.name} are in the queue already."
        if workers:
            yield f"The workers of {run.name} are job {workers}; the first of them to start drives the run."


def _submit(
    run: Run,
    paths: RunPaths,
    jobs: DriverJobs,
    args: argparse.Namespace,
    survey: Survey,
    retry: tuple[int, ...],
) -> int:
    before = newest(paths)
    if run.driver == DriverPlace.WORKER:
        if retry:
            ask(paths, Retry(value=retry, at=time.time()))
        submitted = jobs.submit_workers(run, paths, survey)
    else:
        submitted = jobs.submit(run, paths, retry, survey)
    for sentence in _submitted(run, submitted):
        print(sentence)
    print(f"The results go to {paths.root}.", flush=True)
    for sentence in jobs.first_look(paths, before):
        print(sentence)
    if args.follow:
        from worker.cli.commands.follow import follow

        return follow(paths, run, before)
    print(f"To follow the progress, or to see the current state:\n  {visible(run_command('follow', paths))}")
    print(f"  {visible(run_command('status', paths))}")
    return EXIT_DONE
