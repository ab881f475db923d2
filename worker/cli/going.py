"""How a run gets going, in `start` and `resume` alike: driven in this process, or by a job of its own in Slurm."""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from worker.cli.common import refuse_if_driven
from worker.cli.given import print_problems
from worker.driver.budget import Over, Tally
from worker.driver.ending import ending, report
from worker.driver.plan import Plan
from worker.driver.session import drive
from worker.errors import EXIT_DONE, ConfigError
from worker.launch import Where, where_to_run
from worker.spec.problem import has_errors
from worker.spec.run import Run
from worker.store import replay
from worker.store.claim import Standing, claim
from worker.store.journal import newest
from worker.store.origin import origin
from worker.store.paths import RunPaths

if TYPE_CHECKING:
    from worker.launch.slurm.client import Client
    from worker.launch.slurm.cluster import Cluster

_LARGEST_SEED = 2**31


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of the commands that get a run going."""
    parser.add_argument(
        "--driver",
        choices=("here", "job"),
        default="job",
        help="with Slurm: drive the run in this process, or in a small job of its own (the default)",
    )
    parser.add_argument(
        "--follow",
        action="store_true",
        help="stay and show the progress; a run that is driven here always does",
    )


def say_where(run: Run, where: Where, asked: bool) -> None:
    """Say in a sentence where the evaluations will be."""
    workers = f"{run.workers} worker{'s' if run.workers > 1 else ''}"
    if where == "slurm":
        print(f"{run.name}: {workers} as Slurm jobs.")
    elif asked:
        print(f"{run.name}: a local run, as asked for, with {workers} on this machine.")
    else:
        print(
            f"{run.name}: there is no Slurm here (no sbatch command), so this is a local run with {workers} on this machine."
        )


def check_cluster(run: Run, paths: RunPaths, where: Where, args: argparse.Namespace) -> None:
    """With Slurm, see whether the run fits the cluster; prints all problems. Raises ConfigError if it does not."""
    if where != "slurm":
        return
    from worker.launch.slurm import front

    client, known = _cluster(run)
    problems = front.check(client, run, paths, known, driver_too=args.driver == "job")
    if has_errors(problems):
        raise ConfigError(problems)
    print_problems(problems)


def scripts(run: Run, paths: RunPaths, where: Where, args: argparse.Namespace) -> Iterator[tuple[str, str]]:
    """Every job script that would be submitted, with what it is for."""
    if where == "slurm":
        from worker.launch.slurm import front

        for script in front.scripts(run, paths, _cluster(run)[1], args.driver == "job"):
            yield script.title, script.text


def begin(run: Run, paths: RunPaths, where: Where, args: argparse.Namespace) -> int:
    """Drive a new run, or hand it to Slurm; returns the exit code."""
    return _go(run, paths, where, args)


def go_on(run: Run, paths: RunPaths, args: argparse.Namespace, retry: tuple[int, ...] = ()) -> int:
    """Drive on a run that was driven before, where it was driven; returns the exit code. Raises DrivenError.

    retry: numbers of trials to evaluate again.
    """
    driver = claim(paths)
    refuse_if_driven(paths, driver)
    if driver.standing is Standing.OVER and not retry and _say_if_done(run, paths):
        return EXIT_DONE
    return _go(run, paths, where_before(paths), args, retry)


def where_before(paths: RunPaths) -> Where:
    """Where the agents of a run were before: on a machine without Slurm, or with --local, on that machine."""
    return where_to_run(local=origin(paths).where == "local")


def plan_of(run: Run, paths: RunPaths, where: Where, request: str = "", retry: tuple[int, ...] = ()) -> Plan:
    """How the run is driven from this process."""
    seed = run.seed[0] if run.seed else random.SystemRandom().randrange(_LARGEST_SEED)
    cwd = Path(origin(paths).cwd or Path.cwd())
    return Plan(run, paths, where, cwd, seed, request, retry)


def _go(
    run: Run, paths: RunPaths, where: Where, args: argparse.Namespace, retry: tuple[int, ...] = ()
) -> int:
    if where == "slurm" and args.driver == "job":
        return _hand_in(run, paths, args, retry)
    return drive(plan_of(run, paths, where, retry=retry)).exit_code


def _say_if_done(run: Run, paths: RunPaths) -> bool:
    """Say so where a run that has ended has made all its evaluations; no driver is needed to see that."""
    trials = replay.load(paths).trials
    tally = Tally(trials.values())
    if tally.ok < run.max_evals or not all(trial.status.ended for trial in trials.values()):
        return False
    print(ending(Over.BUDGET, run, tally).sentence)
    print(f"For more of them: omniopt resume {run.name} --max-evals {2 * run.max_evals}, for example.")
    for line in report(run, paths, trials, tally, origin(paths)):
        print(line)
    return True


def _hand_in(run: Run, paths: RunPaths, args: argparse.Namespace, retry: tuple[int, ...]) -> int:
    from worker.launch.slurm import front, outlook

    client, known = _cluster(run)
    before = newest(paths)
    job = front.hand_in_driver(run, paths, client, known, retry)
    workers = ", ".join(front.hand_in_workers(run, paths, client, known))
    doing = f"its workers are job {workers}" if workers else "it submits the workers"
    print(f"The driver of {run.name} is job {job}, {doing}; their results go to {paths.root}.", flush=True)
    for sentence in outlook.first_look(client, paths, before):
        print(sentence)
    if args.follow:
        from worker.cli.follow import follow

        return follow(paths, run)
    print(f"omniopt follow {run.name} shows the progress, omniopt status {run.name} how it stands now.")
    return EXIT_DONE


def _cluster(run: Run) -> tuple[Client, Cluster]:
    from worker.launch.slurm import cluster
    from worker.launch.slurm.client import Client

    client = Client()
    return client, cluster.ask(client, run)
