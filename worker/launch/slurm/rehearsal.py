"""A rehearsal: Slurm itself, and the rules of the site, are asked about every job script; nothing is queued."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

from worker.launch.scheduler import Script
from worker.launch.slurm import probing, refusals, sbatch
from worker.launch.slurm.client import Client
from worker.launch.slurm.cluster import PATIENCE, Cluster
from worker.launch.slurm.sbatch import Outcome, Submitted
from worker.spec.problem import Problem
from worker.spec.run import Run

_AT_ONCE = 4
_NOT_THERE = "node configuration is not available"


def problems(client: Client, run: Run, cluster: Cluster, scripts: Sequence[Script]) -> list[Problem]:
    """What is said against the scripts, word for word and each thing once."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        answers = list(pool.map(partial(_answer, client), scripts))
    away = not all(group.usable for group in cluster.nodes_of(run))
    found: dict[str, Problem] = {}
    # What holds for workers is about fields that people know; the same of the driver's job would be said twice.
    for script, answer in sorted(zip(scripts, answers, strict=True), key=lambda pair: pair[0].of_driver):
        if problem := _problem(script, answer, away):
            if not (found or script.of_driver or problem.path or refusals.denied(answer)):
                problem = _with_cause(problem, client, script)
            found.setdefault(refusals.explained(answer), problem)
    return list(found.values())


def _answer(client: Client, script: Script) -> Submitted:
    return sbatch.rehearse(client, script.text, PATIENCE)


def _with_cause(problem: Problem, client: Client, script: Script) -> Problem:
    """A refusal whose words name no field, with the one that it turns out to be about."""
    cause = probing.cause(script.text, lambda text: sbatch.rehearse(client, text, PATIENCE))
    return problem if cause is None else replace(problem, path=cause.field, hint=cause.sentence)


def _problem(script: Script, answer: Submitted, away: bool) -> Problem | None:
    """away: whether nodes are out of service, which do not exist for a rehearsal, while a job would wait for them."""
    if answer.outcome is Outcome.LATER:
        jobs = "the driver's job" if script.of_driver else "all workers at once"
        return Problem(
            "" if script.of_driver else "run.workers",
            f"At the moment Slurm would not take {jobs}: {refusals.explained(answer)}",
            "What it does not take is submitted later; that may need some of your jobs to end first.",
            "warning",
        )
    if answer.outcome is not Outcome.REFUSED:
        return None
    problem = refusals.driver_refusal(answer, script.text) if script.of_driver else refusals.refusal(answer)
    if not (away and _NOT_THERE in answer.message):
        return problem
    jobs = "the driver's job" if script.of_driver else "the worker jobs"
    return Problem(
        problem.path,
        f"Slurm could not start {jobs} with the nodes that are in service now: {refusals.explained(answer)}",
        "They wait for the other nodes, if those have what the jobs need.",
        "warning",
    )
